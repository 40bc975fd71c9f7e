"""The items of the five documents: what each is about, and what minprune does with it."""

from typing import NamedTuple


class Item(NamedTuple):
    """One item of one document."""

    id: str  # document, section, and a letter where a section has several items
    title: str  # in our words, at most 60 characters
    computes: bool  # has functions: of its formula, rule, procedure, network or number


ITEMS = (
    # A: the survey of pruning
    Item("A-0", "Abstract: the promises of pruning", False),
    Item("A-1", "How the cost grows with the model", True),
    Item("A-2.1a", "Weight pruning: a mask times the weights", True),
    Item("A-2.1b", "Structural pruning: whole units are removed", True),
    Item("A-2.2a", "Pruning with a penalty in the loss", True),
    Item("A-2.2b", "What an L1 and an L2 penalty do to a weight", True),
    Item("A-2.2c", "Threshold pruning, in words", True),
    Item("A-2.2d", "Pruning layer by layer, inside each layer", True),
    Item("A-2.3", "Pruning beside quantization, hardware, distribution", False),
    Item("A-2.4", "Fields of application", False),
    Item("A-2.5", "Three challenges of pruning", True),
    Item("A-2.6a", "Promised: adaptive pruning", True),
    Item("A-2.6b", "Promised: pruning in transfer learning", True),
    Item("A-2.6c", "Promised: distributed pruning", True),
    Item("A-2.7", "Summary of the concepts", False),
    Item("A-2.8", "Diagram of the kinds of pruning", False),
    Item("A-3.1", "Principle: quantize, select, rebuild", True),
    Item("A-3.2", "Procedure in six steps", True),
    Item("A-3.2.1", "Step: a random or a pretrained model", False),
    Item("A-3.2.2", "Listing: quantize the weights", True),
    Item("A-3.2.3", "Listing: importance as a norm of each tensor", True),
    Item("A-3.2.4", "Listing: prune tensors by a threshold", True),
    Item("A-3.2.5", "Listing: copy the weights into a new model", True),
    Item("A-3.2.6", "Listing: loss and accuracy of a model", True),
    Item("A-3.3a", "Dynamic threshold", True),
    Item("A-3.3b", "Hybrid: a unit mask times a weight mask", True),
    Item("A-3.3c", "Quantization-aware training", True),
    Item("A-3.4a", "How deep to prune", True),
    Item("A-3.4b", "Claim: the initialization matters", False),
    Item("A-3.4c", "Claim: more data reduce the loss of accuracy", False),
    Item("A-4.1a", "L1 regularization", True),
    Item("A-4.1b", "L2 regularization", True),
    Item("A-4.2", "Threshold pruning of single weights", True),
    Item("A-4.3a", "Importance of a layer: its L1 norm", True),
    Item("A-4.3b", "Layers below a threshold become zero", True),
    Item("A-4.4", "Worked example: three 2 x 3 layers", True),
    Item("A-5.1", "Environment of the project", False),
    Item("A-5.2", "Project in eight steps", True),
    Item("A-5.2.1", "Listing: imports", False),
    Item("A-5.2.2", "Network 784-64-10", True),
    Item("A-5.2.3", "Initial weights", True),
    Item("A-5.2.4", "Listing: L1 norms over three axes", True),
    Item("A-5.2.5", "Listing: the mean score as the threshold", True),
    Item("A-5.2.6", "Listing: tensors below the threshold become zero", True),
    Item("A-5.2.7", "Listing: a new model with the pruned weights", True),
    Item("A-5.2.8", "Listing: training and evaluation on MNIST", True),
    Item("A-5.3", "The document's reading of its own code", False),
    Item("A-5.4", "Printed result: accuracy 0.980000", True),
    Item("A-5.5", "Table: the model before and after pruning", True),
    Item("A-5.6", "Pruning in several stages", True),
    Item("A-6.1", "Images", False),
    Item("A-6.2", "Speech", False),
    Item("A-6.3", "Text", False),
    Item("A-6.4", "Cars that drive themselves", False),
    Item("A-6.5", "Medical diagnosis", False),
    Item("A-6.6", "Embedded systems", False),
    Item("A-7.1", "Books, papers and websites", False),
    Item("A-7.2", "Tools", False),
    Item("A-7.3", "More papers and a book", True),
    Item("A-8a", "Promised: automatic pruning", True),
    Item("A-8b", "Promised: pruning at several scales", True),
    Item("A-8c", "Promised: fusion of several pruned models", True),
    Item("A-8d", "Quantization-aware training, described again", True),
    Item("A-8e", "Claim: pruning makes a model harder to interpret", False),
    Item("A-9.1", "What is pruning?", False),
    Item("A-9.2", "Which kinds of pruning are there?", False),
    Item("A-9.3", "Performance: accuracy or speed?", False),
    Item("A-9.4", "Where can it be applied?", False),
    Item("A-9.5", "What are its challenges?", False),
    Item("A-9.6", "How to prune better", False),
    Item("A-9.7", "Pruning, quantization, transfer learning", False),
    Item("A-9.8", "Claim: more data, preprocessing and augmentation help", False),
    Item("A-9.9", "How to measure the effect of pruning", True),
    Item("A-9.10", "Claim: small models are not worth pruning", False),
    Item("A-10", "References", True),
    # B: weight clipping and neuron pruning
    Item("B-1a", "Weight clipping, as a name for weight pruning", True),
    Item("B-1b", "Pruning, as a name for neuron pruning", True),
    Item("B-2", "How the two are related", False),
    Item("B-3a", "Weight pruning in four steps", True),
    Item("B-3b", "Weight pruning rate, in words", True),
    Item("B-3c", "Neuron pruning in four steps", True),
    Item("B-3d", "Neuron pruning rate, in words", True),
    Item("B-3e", "Formula: mask of the weights", True),
    Item("B-3f", "Formula: mask of the neurons", True),
    Item("B-4a", "Regression network 8-10-1", True),
    Item("B-4b", "Training with the mean squared error", True),
    Item("B-4c", "Listing: weight pruning rate", True),
    Item("B-4d", "Listing: weight mask", True),
    Item("B-4e", "Listing: writing the pruned weights back", True),
    Item("B-4f", "Listing: neuron pruning", True),
    Item("B-5", "Applications", False),
    Item("B-6", "Tools", False),
    Item("B-7a", "Claim: pruning may harm generalization", False),
    Item("B-7b", "Claim: pruning may add computation", True),
    Item("B-8", "Questions and answers", False),
    # C: pruning in high-performance computing
    Item("C-1.1", "Claims: less work, less overfitting", False),
    Item("C-1.2", "What the article is about", False),
    Item("C-1.3", "Claims: faster, cheaper, better on new data", False),
    Item("C-2.1a", "Structural pruning: layers and nodes", True),
    Item("C-2.1b", "Parameter pruning: weights and neurons", True),
    Item("C-2.1c", "Quantization", True),
    Item("C-2.1d", "Mixed-precision training", True),
    Item("C-2.1e", "Model compression, as a family", False),
    Item("C-2.1f", "Diagram of the concepts", False),
    Item("C-2.1g", "Knowledge distillation", True),
    Item("C-3.1", "Principle in four steps", True),
    Item("C-3.2", "Procedure in five steps", True),
    Item("C-3.2a", "What the pruning ratio is", True),
    Item("C-3.3", "For and against pruning", False),
    Item("C-3.4a", "Fields of application", False),
    Item("C-3.4b", "Pruning a matrix factorization", True),
    Item("C-4.1", "Notation: the model as a set of matrices", True),
    Item("C-4.2a", "Formula: L1 norm of a layer", True),
    Item("C-4.2b", "L2 norm of a layer", True),
    Item("C-4.2c", "Formula: the pruned matrix", True),
    Item("C-4.2d", "Keep a given share of the ranking", True),
    Item("C-4.2e", "Formula: gradient norm", True),
    Item("C-4.2f", "Prune the weights with a small gradient", True),
    Item("C-4.3a", "Filter pruning of VGG16", True),
    Item("C-4.3b", "What half of the filters saves", True),
    Item("C-5.1", "Environment of the project", False),
    Item("C-5.2a", "Listing: prune a convolution layer", True),
    Item("C-5.2b", "Network VGG16", True),
    Item("C-5.3", "The document's reading of its own code", False),
    Item("C-5.4", "Results without a number", False),
    Item("C-6.1", "Large-scale image recognition", False),
    Item("C-6.2", "Recommender systems", False),
    Item("C-6.3", "Medical diagnosis", False),
    Item("C-6.4a", "Promised: automatic pruning", True),
    Item("C-6.4b", "Promised: pruning for several tasks", True),
    Item("C-6.4c", "Promised: pruning for several platforms", True),
    Item("C-6.4d", "Promised: pruning in mixed precision", True),
    Item("C-6.4e", "Promised: pruning with distillation", True),
    Item("C-7.1", "Learning resources", False),
    Item("C-7.2", "Tools", False),
    Item("C-7.3", "Papers", True),
    Item("C-8.1", "Summary", False),
    Item("C-8.2", "Structured pruning named as a future trend", False),
    Item("C-8.3", "Five challenges", False),
    Item("C-8.4", "Promised: structural and parameter pruning together", True),
    Item("C-9.1", "Claim: fewer parameters run faster", True),
    Item("C-9.2", "Retraining restores the accuracy", True),
    Item("C-9.3", "Limits of pruning", False),
    Item("C-9.4", "Challenges in practice", False),
    Item("C-9.5", "Pruning in recommender systems", False),
    # D: pruning in convolutional networks
    Item("D-0", "Abstract: pruning speeds up training", False),
    Item("D-1.1a", "Structural pruning: connections and neurons", True),
    Item("D-1.1b", "Weight pruning: weights are made smaller", True),
    Item("D-1.1c", "Static pruning: once, after training", True),
    Item("D-1.1d", "Dynamic pruning: during training", True),
    Item("D-1.1e", "Weight pruning divided into static and dynamic", False),
    Item("D-1.1f", "Claims: simpler, faster, better, more robust", False),
    Item("D-1.1g", "Claim: pruning helps interpretation", False),
    Item("D-1.2a", "Convolution layer", True),
    Item("D-1.2b", "Pooling layer", True),
    Item("D-1.2c", "Fully connected layer", True),
    Item("D-1.2d", "Activation functions", True),
    Item("D-1.2e", "History of convolutional networks", False),
    Item("D-2.1a", "Weight pruning, described again", True),
    Item("D-2.1b", "Strategy: threshold", True),
    Item("D-2.1c", "Strategy: importance", True),
    Item("D-2.1d", "Strategy: gradient", True),
    Item("D-2.1e", "Compression rate", True),
    Item("D-2.1f", "Performance loss", True),
    Item("D-2.2", "What pruning has to do with convolutional networks", False),
    Item("D-2.3", "Process in six steps", True),
    Item("D-2.4", "Diagram of the process", True),
    Item("D-3.1", "Principle in four steps", True),
    Item("D-3.2", "Procedure in seven steps", True),
    Item("D-3.3", "For and against pruning", False),
    Item("D-3.4", "Fields of application", False),
    Item("D-4.1a", "Formula: a matrix divided by its norm", True),
    Item("D-4.1b", "Formula: the prune operator", True),
    Item("D-4.2a", "Formula: Euclidean norm of a matrix", True),
    Item("D-4.2b", "Formula: the mask, entry by entry", True),
    Item("D-4.3", "Worked example: a 3 x 3 matrix", True),
    Item("D-5.1", "Environment of the project", False),
    Item("D-5.2a", "Listing: prune the kernels of a network", True),
    Item("D-5.2b", "Convolutional network for MNIST", True),
    Item("D-5.2c", "Listing: training with cross-entropy", True),
    Item("D-5.2d", "Listing: images and one-hot labels", True),
    Item("D-5.2e", "Project: train, prune, train again", True),
    Item("D-5.3", "The document's reading of its own code", False),
    Item("D-5.4a", "Printed result: accuracy 0.9837", True),
    Item("D-5.4b", "Listing: learning curves", True),
    Item("D-6.1", "Image recognition", False),
    Item("D-6.2", "Object detection", False),
    Item("D-6.3", "Image segmentation", False),
    Item("D-6.4", "Speech recognition", False),
    Item("D-6.5", "Text", False),
    Item("D-6.6", "Homes, small devices, augmented reality", False),
    Item("D-7.1a", "Promised: adaptive pruning", True),
    Item("D-7.1b", "Promised: pruning joined with regularization", True),
    Item("D-7.1c", "Promised: automated pruning", True),
    Item("D-7.1d", "Promised: pruning in other domains", False),
    Item("D-7.2", "Challenges", False),
    Item("D-8.1", "Books and courses", False),
    Item("D-8.2", "Tools", False),
    Item("D-8.3", "Papers", False),
    Item("D-9.1", "Summary of what has been reached", False),
    Item("D-9.2", "Trends, as in D-7.1", False),
    Item("D-9.3", "Challenges, as in D-7.2", False),
    Item("D-9.4", "Where research should go", False),
    Item("D-Q1", "Can pruning lower the accuracy?", False),
    Item("D-Q2", "How to choose the threshold", True),
    Item("D-Q3", "Which networks can be pruned?", False),
    Item("D-Q4", "Does pruning lengthen training?", False),
    Item("D-Q5", "Does pruning harm generalization?", False),
    Item("D-Ref", "Reference list", False),
    # E: model pruning in practice
    Item("E-1.1", "Models grow", False),
    Item("E-1.2", "Why prune", False),
    Item("E-2.1", "Definition of pruning", True),
    Item("E-2.2", "Pruning in the family of compression methods", False),
    Item("E-2.3a", "Unstructured pruning", True),
    Item("E-2.3b", "Structured pruning", True),
    Item("E-3.1", "Magnitude pruning in four steps", True),
    Item("E-3.2", "Neuron pruning in four steps", True),
    Item("E-4.1", "Loss with an L1 penalty", True),
    Item("E-4.2", "Loss with an L2 penalty", True),
    Item("E-4.3", "Importance of a neuron: its activation", True),
    Item("E-5.1a", "Network 784-128-10", True),
    Item("E-5.1b", "Polynomial sparsity schedule", True),
    Item("E-5.1c", "Library call: prune the low magnitudes", True),
    Item("E-5.1d", "Listing: fine-tuning the pruned model", True),
    Item("E-6.1", "Mobile and embedded devices", False),
    Item("E-6.2", "Faster inference in real time", True),
    Item("E-6.3", "Protection of a model, or its robustness", False),
    Item("E-7.1", "Promised: automated pruning", True),
    Item("E-7.2", "Promised: pruning that depends on the input", True),
    Item("E-7.3", "Promised: support by the hardware", True),
    Item("E-8.1", "Fine-tuning restores the accuracy", True),
    Item("E-8.2", "Which strategy to choose", False),
    Item("E-8.3", "Deployment of a pruned model", True),
)

UNUSED = (  # promises that minprune keeps as functions only
    "A-2.6a, A-2.6c, A-8a, A-8b, A-8c, C-6.4a, C-6.4b, C-6.4c, C-6.4d, D-7.1c, E-7.1, E-7.2"
)

NOTES = (  # items -> what they hold if no function computes it, and what minprune does not do
    (UNUSED, "No lesson and no `run` uses these functions; their tests use small made-up data."),
    ("A-0, A-2.7", "Repeats what A-1 and A-2 claim; see there."),
    (
        "A-2.3",
        "How to choose a learning rate for a pruned network is measured under C-9.2. Batch sizes, "
        "hardware and distributed training beside pruning are named, and not measured here.",
    ),
    (
        "A-2.4, A-6.1, A-6.2, A-6.3, A-6.4, A-6.5, A-6.6, A-9.4, C-6.1, C-6.3, D-3.4, D-6.1, "
        "D-6.2, D-6.3, D-6.4, D-6.5, D-6.6, E-6.1",
        "Applications, without a number. minprune classifies images of digits. Detection, "
        "segmentation, speech, text, control and medical images are not built, so nothing is "
        "measured on them.",
    ),
    (
        "A-2.6c",
        "`shard_average` is the mean of scores that several machines would send. Nothing here "
        "runs on several machines.",
    ),
    (
        "A-2.6a, A-3.3a, A-5.6, D-7.1a",
        "`prune_by_std` and `threshold_for_sparsity` take one threshold from the weights at hand, "
        "and `NetworkSurgery` (D-1.1d) keeps its thresholds. During `fit` the sparsity of "
        "`gradual_pruning` (E-5.1b) rises, and with it the threshold that the ranking implies. A "
        "moving and a fixed threshold are not compared.",
    ),
    (
        "A-3.3c, A-8d",
        "No procedure trains with it: lesson 10 rounds the weights in `on_step`. Activations are "
        "not quantized, and no kernel multiplies integers.",
    ),
    ("A-5.1, C-5.1, D-5.1", "How to install TensorFlow, which minprune does not need."),
    (
        "A-5.2",
        "Lesson 05 runs it on 10,000 images for 4 epochs; the document takes 60,000 for 5. `run "
        "mlp` has the same network and another procedure: it prunes 90 % of the weights after "
        "training.",
    ),
    ("A-5.2.1", "Imports TensorFlow and two of its modules, which minprune does not need."),
    ("A-7.2, B-6, C-7.2, D-8.2", "Names tools, and no call that could be checked."),
    (
        "A-8b",
        "`group_lasso` has a proximal step. `sparse_group_lasso` is a value only: no function "
        "trains with it.",
    ),
    ("A-9.1", "The definition of A-2.1 again: weights or structures are removed."),
    (
        "A-9.6",
        "Lists A-3.3 and A-8b again: dynamic threshold, hybrid pruning, quantization-aware "
        "training, several scales.",
    ),
    (
        "A-9.7",
        "Sets transfer learning beside pruning and quantization. It is a way to train: the network "
        "keeps its size. Pruning for it is under A-2.6b.",
    ),
    ("C-1.2", "Says what the article treats."),
    (
        "C-2.1e, E-2.2",
        "Pruning, quantization and distillation have items of their own; `train_prune_quantize` "
        "(A-3.2) joins the first two.",
    ),
    (
        "C-2.1d, C-6.4d",
        "One step of one array: `Parameter` refuses float16, so no network trains in mixed "
        "precision here.",
    ),
    (
        "C-3.2",
        "Of step 5 `search_step_by_step` does one part: it raises the sparsity until validation "
        "accuracy has fallen too far. No function compares strategies.",
    ),
    (
        "C-3.4a, D-1.1c, D-Q3",
        "For convolutional networks see C-4.3 and `run cnn`. Recurrent and generative networks are "
        "not built.",
    ),
    (
        "C-3.4b, C-6.2, C-9.5",
        "`factorize` and `remove_factors` (C-3.4b) prune a matrix factorization. The package has "
        "no ratings of users, so no quality of recommendations is measured.",
    ),
    (
        "C-6.4b",
        "`multi_task_taylor` adds up scores. A `Network` has one output, so no network with two "
        "tasks is trained.",
    ),
    (
        "C-6.4c",
        "The budgets count parameters, products or bytes. None is in milliseconds or for a device.",
    ),
    ("C-8.1", "Repeats C-1 to C-6; see there."),
    (
        "C-8.3, C-9.3, C-9.4",
        "The challenges: to choose a strategy (E-8.2), lost accuracy (D-Q1), the cost of scoring "
        "and of training again (C-3.3, C-9.2).",
    ),
    (
        "C-8.4",
        "Structural and parameter pruning together: `run cnn`. Pruning with quantization: "
        "`train_prune_quantize`. With distillation: `teacher_loss` in `fit`. A procedure of all "
        "three is not built.",
    ),
    (
        "D-2.3, D-3.2",
        "Training efficiency is named as a measure, and not defined. minprune counts the products "
        "of inference (`layer_costs`); a step of training takes about three times as many.",
    ),
    ("D-7.1d", "minprune has one data set: pruning in another domain is not built."),
    ("D-9.1", "Says that pruning has succeeded in three fields, without a number."),
    (
        "D-9.4",
        "Better algorithms, other domains and automated tools are those of D-7.1; interpretation "
        "is under A-8e.",
    ),
    (
        "E-1.1, E-1.2",
        "No number. What a network holds and computes is counted under A-1 and D-5.2b.",
    ),
    (
        "E-7.2",
        "`gated_outputs` computes every product, so the gate saves no time. It gates neurons and "
        "channels by their own activations; no network that predicts the gate is built.",
    ),
    (
        "E-7.3",
        "`NM` stores N:M sparsity, and no kernel of minprune multiplies with it. On the CPU "
        "`SparseEngine` skips zeros (E-6.2).",
    ),
    (
        "E-8.3",
        "`save`, `load` and `SparseEngine` run a pruned network where Python runs. There is no "
        "export to ONNX, TensorFlow Lite or C, and no integer kernel.",
    ),
)

RUNS = (  # items -> the command that runs them
    (
        "A-2.2a, A-5.2.2, A-5.5, A-9.9, C-3.1, C-9.2, D-1.1c, D-2.3, D-3.1, D-3.2, E-3.1, E-8.1, "
        "E-8.3",
        "python -m minprune run mlp",
    ),
    (
        "A-3.3b, C-4.3a, C-5.2a, C-8.4, D-1.2a, D-5.2a, D-5.2b, D-5.2e, D-5.4a, E-2.3b",
        "python -m minprune run cnn",
    ),
    ("B-7b, C-9.1, E-6.2", "python -m minprune bench"),
    ("A-2.2b, A-4.1a, A-4.1b, E-4.1, E-4.2", "python tutorials/02_penalties.py"),
    ("A-4.2, D-4.1b, D-4.3", "python tutorials/03_thresholds_masks_ties.py"),
    ("A-4.3a, A-4.3b, A-4.4", "python tutorials/04_layer_importance.py"),
    ("A-5.2, A-5.2.8", "python tutorials/05_a_mask_is_state.py"),
    ("C-4.2f, E-4.3", "python tutorials/06_what_is_important.py"),
    ("A-5.6, D-1.1d, E-5.1b, E-5.1c", "python tutorials/07_when_to_prune.py"),
    ("C-4.3b, C-5.2b", "python tutorials/08_units_and_shrinking.py"),
    ("B-7b", "python tutorials/09_sparse_kernels.py"),
    ("A-3.3c, A-8d, C-2.1c, C-2.1g", "python tutorials/10_where_the_bytes_go.py"),
)
