"""minprune: neural-network pruning from scratch, every formula a small verified function.

A table of contents, in reading order. After `import minprune as mp`, each name is `mp.NAME`, and
`help(mp.NAME)` describes it. What only experts need stays in the modules. Importing minprune
compiles nothing; what needs Numba or Matplotlib is imported on first use.

Formulas (`minprune.formulas`)

    norms           l1_norm, l2_norm, normalize, relative_magnitude, spectral_norm, unit_l1,
                    unit_l2
    penalties       group_lasso, group_lasso_proximal, group_lasso_subgradient, l1_penalty,
                    l1_proximal, l1_regularized_loss, l1_subgradient, l2_gradient, l2_penalty,
                    l2_proximal, l2_regularized_loss, scale_weights, sparse_group_lasso,
                    weight_clip
    scores          gradient_magnitude, gradient_norm, layer_importance, layer_l2, magnitude,
                    mean_layer_importance, movement, multi_task_taylor, random_score,
                    shard_average, snip, synflow, taylor
    influence       leave_one_out, obd_saliency, obs_saliency, obs_update, second_order_influence
    units           activation_entropy, apoz, batchnorm_scale, contribution,
                    geometric_median_distance, mean_activation, unit_ablation, unit_taylor
    masks           apply_mask, global_rank_masks, layerwise_rank_masks, low_magnitude_mask,
                    normalized_threshold_prune, pruned_count, rank_mask, score_mask, splice_mask,
                    threshold_mask, threshold_prune
    structured      block_mask, collapse_linear, flatten_keep, fold_constant_units, hybrid_mask,
                    layer_threshold_masks, nm_mask, product_mask, remove_units, topk_gate,
                    unit_mask, unit_threshold_mask
    allocation      erk_densities
    schedules       is_pruning_step, mean_threshold, polynomial_decay, splice_thresholds,
                    stage_sparsities, std_threshold, threshold_for_sparsity
    metrics         accuracy, accuracy_difference_z, bitmask_bytes, compression_rate,
                    compression_ratio, confusion_matrix, count_nonzero, count_parameters,
                    csr_bytes, dense_bytes, discordant_counts, macro_recall, mcnemar_z,
                    performance_loss, pruning_rate, recall, sparsity, zip_bytes
    costs           conv_macs, conv_parameters, mlp_hidden_width, mlp_macs, mlp_parameters,
                    network_costs, output_size, ranking_cost, vgg16_layers
    quantize        dequantize, fake_quantize, fake_quantize_gradient, mixed_precision_step,
                    quantization_error, quantize_symmetric, scaled_to_float16
    distill         distillation_gradient, distillation_loss, ensemble_average, soften
    factorization   balance_factors, factor_importance, factorization_loss, factorize,
                    remove_factors
    activations     log_softmax, relu, relu_derivative, sigmoid, sigmoid_derivative, softmax, tanh,
                    tanh_derivative
    convolution     average_pool2d, conv2d, max_pool2d

Networks, from scratch (`minprune.nn`)

    parameter       Parameter
    initializers    glorot_uniform, he_normal
    layers          Dense, Dropout, Flatten, LeakyReLU, ReLU, Sigmoid, Tanh
    spatial         AveragePool2D, Conv2D, MaxPool2D
    batchnorm       BatchNorm
    costs           layer_costs
    losses          categorical_cross_entropy, mean_squared_error, one_hot, smoothed_cross_entropy,
                    softmax_cross_entropy
    network         EmptyLayerError, Network, mlp
    models          cnn, lenet5, lenet_300_100, vgg16
    optim           SGD, Adam, cosine_decay, warmup_cosine
    train           fit, train_step
    predict         average_probabilities, evaluate, outputs, predict_classes,
                    predict_probabilities
    gradcheck       check_layer, check_network, numerical_gradient
    store           load, save

Data (`minprune.data`)

    mnist           load_mnist
    idx             load_idx
    dataset         make_dataset
    npz             load_npz
    table           load_csv
    source          load_data

Pruning a network (`minprune.pruning`)

    one_shot        prune_at_random, prune_by_gradient, prune_by_magnitude, prune_by_score,
                    prune_by_std, prune_by_synflow, prune_by_threshold, prune_tensors
    topology        hidden_layers
    shrink          collapse_linear_layers, keep_units, mask_units, remove_inputs, remove_layer,
                    shrink_network
    units           choose_units, dead_units, gated_outputs, outgoing_weights, prune_units,
                    prune_units_by_threshold, unit_activations, unit_scores
    sensitivity     sensitivity_scan, tolerated_sparsities
    allocate        allocate_by_sensitivity, erk_sparsities, global_sparsities, prune_layers,
                    sparsities_for_budget, uniform_sparsities, units_for_budget
    during          MovementPruning, NetworkSurgery, gradual_pruning, proximal_pruning
    teacher         teacher_loss, teacher_targets
    search          search_step_by_step, search_sparsity, search_threshold
    procedures      find_ticket, train_prune_quantize, train_after_pruning, iterate_pruning,
                    rewind, train_prune_finetune

Running a pruned network (`minprune.sparse`)

    csr             csr_from_dense, dense_from_csr
    engine          SparseEngine

Pictures, such as `mp.plots.history(history)`, each in one line: see `help(mp.plots)`.
"""

from importlib import import_module as _import_module
from types import ModuleType as _Module
from typing import TYPE_CHECKING as _TYPE_CHECKING

from minprune.threads import one_thread_for_commands as _one_thread_for_commands

_one_thread_for_commands()  # before anything below imports NumPy

from minprune.formulas.norms import (
    l1_norm,
    l2_norm,
    normalize,
    relative_magnitude,
    spectral_norm,
    unit_l1,
    unit_l2,
)
from minprune.formulas.penalties import (
    group_lasso,
    group_lasso_proximal,
    group_lasso_subgradient,
    l1_penalty,
    l1_proximal,
    l1_regularized_loss,
    l1_subgradient,
    l2_gradient,
    l2_penalty,
    l2_proximal,
    l2_regularized_loss,
    scale_weights,
    sparse_group_lasso,
    weight_clip,
)
from minprune.formulas.scores import (
    gradient_magnitude,
    gradient_norm,
    layer_importance,
    layer_l2,
    magnitude,
    mean_layer_importance,
    movement,
    multi_task_taylor,
    random_score,
    shard_average,
    snip,
    synflow,
    taylor,
)
from minprune.formulas.influence import (
    leave_one_out,
    obd_saliency,
    obs_saliency,
    obs_update,
    second_order_influence,
)
from minprune.formulas.units import (
    activation_entropy,
    apoz,
    batchnorm_scale,
    contribution,
    geometric_median_distance,
    mean_activation,
    unit_ablation,
    unit_taylor,
)
from minprune.formulas.masks import (
    apply_mask,
    global_rank_masks,
    layerwise_rank_masks,
    low_magnitude_mask,
    normalized_threshold_prune,
    pruned_count,
    rank_mask,
    score_mask,
    splice_mask,
    threshold_mask,
    threshold_prune,
)
from minprune.formulas.structured import (
    block_mask,
    collapse_linear,
    flatten_keep,
    fold_constant_units,
    hybrid_mask,
    layer_threshold_masks,
    nm_mask,
    product_mask,
    remove_units,
    topk_gate,
    unit_mask,
    unit_threshold_mask,
)
from minprune.formulas.allocation import erk_densities
from minprune.formulas.schedules import (
    is_pruning_step,
    mean_threshold,
    polynomial_decay,
    splice_thresholds,
    stage_sparsities,
    std_threshold,
    threshold_for_sparsity,
)
from minprune.formulas.metrics import (
    accuracy,
    accuracy_difference_z,
    bitmask_bytes,
    compression_rate,
    compression_ratio,
    confusion_matrix,
    count_nonzero,
    count_parameters,
    csr_bytes,
    dense_bytes,
    discordant_counts,
    macro_recall,
    mcnemar_z,
    performance_loss,
    pruning_rate,
    recall,
    sparsity,
    zip_bytes,
)
from minprune.formulas.costs import (
    conv_macs,
    conv_parameters,
    mlp_hidden_width,
    mlp_macs,
    mlp_parameters,
    network_costs,
    output_size,
    ranking_cost,
    vgg16_layers,
)
from minprune.formulas.quantize import (
    dequantize,
    fake_quantize,
    fake_quantize_gradient,
    mixed_precision_step,
    quantization_error,
    quantize_symmetric,
    scaled_to_float16,
)
from minprune.formulas.distill import (
    distillation_gradient,
    distillation_loss,
    ensemble_average,
    soften,
)
from minprune.formulas.factorization import (
    balance_factors,
    factor_importance,
    factorization_loss,
    factorize,
    remove_factors,
)
from minprune.formulas.activations import (
    log_softmax,
    relu,
    relu_derivative,
    sigmoid,
    sigmoid_derivative,
    softmax,
    tanh,
    tanh_derivative,
)
from minprune.formulas.convolution import (
    average_pool2d,
    conv2d,
    max_pool2d,
)
from minprune.nn.parameter import Parameter
from minprune.nn.initializers import glorot_uniform, he_normal
from minprune.nn.layers import Dense, Dropout, Flatten, LeakyReLU, ReLU, Sigmoid, Tanh
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.costs import layer_costs
from minprune.nn.losses import (
    categorical_cross_entropy,
    mean_squared_error,
    one_hot,
    smoothed_cross_entropy,
    softmax_cross_entropy,
)
from minprune.nn.network import EmptyLayerError, Network, mlp
from minprune.nn.models import cnn, lenet5, lenet_300_100, vgg16
from minprune.nn.optim import SGD, Adam, cosine_decay, warmup_cosine
from minprune.nn.train import fit, train_step
from minprune.nn.predict import (
    average_probabilities,
    evaluate,
    outputs,
    predict_classes,
    predict_probabilities,
)
from minprune.nn.gradcheck import check_layer, check_network, numerical_gradient
from minprune.nn.store import load, save
from minprune.data.mnist import load_mnist
from minprune.data.idx import load_idx
from minprune.data.dataset import make_dataset
from minprune.data.npz import load_npz
from minprune.data.table import load_csv
from minprune.data.source import load_data
from minprune.pruning.one_shot import (
    prune_at_random,
    prune_by_gradient,
    prune_by_magnitude,
    prune_by_score,
    prune_by_std,
    prune_by_synflow,
    prune_by_threshold,
    prune_tensors,
)
from minprune.pruning.topology import hidden_layers
from minprune.pruning.shrink import (
    collapse_linear_layers,
    keep_units,
    mask_units,
    remove_inputs,
    remove_layer,
    shrink_network,
)
from minprune.pruning.units import (
    choose_units,
    dead_units,
    gated_outputs,
    outgoing_weights,
    prune_units,
    prune_units_by_threshold,
    unit_activations,
    unit_scores,
)
from minprune.pruning.sensitivity import sensitivity_scan, tolerated_sparsities
from minprune.pruning.allocate import (
    allocate_by_sensitivity,
    erk_sparsities,
    global_sparsities,
    prune_layers,
    sparsities_for_budget,
    uniform_sparsities,
    units_for_budget,
)
from minprune.pruning.during import (
    MovementPruning,
    NetworkSurgery,
    gradual_pruning,
    proximal_pruning,
)
from minprune.pruning.teacher import teacher_loss, teacher_targets
from minprune.pruning.search import (
    search_step_by_step,
    search_sparsity,
    search_threshold,
)
from minprune.pruning.procedures import (
    find_ticket,
    train_prune_quantize,
    train_after_pruning,
    iterate_pruning,
    rewind,
    train_prune_finetune,
)

__version__ = "0.2.0"

_LATER = {  # they need Numba
    "csr_from_dense": "minprune.sparse.csr",
    "dense_from_csr": "minprune.sparse.csr",
    "SparseEngine": "minprune.sparse.engine",
}
if _TYPE_CHECKING:  # so that editors know them
    from minprune import plots
    from minprune.sparse.csr import csr_from_dense, dense_from_csr
    from minprune.sparse.engine import SparseEngine

__all__ = [n for n, what in globals().items() if n[0] != "_" and not isinstance(what, _Module)]
__all__ += _LATER


def __getattr__(name):
    if name == "plots":  # needs Matplotlib
        return _import_module("minprune.plots")
    if name not in _LATER:
        raise AttributeError(f"module 'minprune' has no attribute {name!r}")
    return getattr(_import_module(_LATER[name]), name)


def __dir__():
    return [*__all__, "plots", "__version__"]
