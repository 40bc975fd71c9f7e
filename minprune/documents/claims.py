"""Claims of the documents put to the test: what was measured, on what, and the outcome."""

from typing import NamedTuple


class Claim(NamedTuple):
    """A claim that a run can support or refute, on the networks and data that `found` names."""

    ids: str  # items that make it
    says: str  # what the document says
    found: str  # what was measured, its condition, the outcome; or why nothing is
    again: str = ""  # the command, or the lines, that measure it


RUN = "python -m minprune.experiments.claims"

CLAIMS = (
    Claim(
        "A-3.4a, C-3.3, C-8.3, C-9.3, C-9.4, D-3.3, D-Q1, E-8.1",
        "Too much pruning lowers the accuracy; fine-tuning brings it back.",
        "Holds for much pruning, in lesson 12 (196-40-10, 500 images, ten seeds, trained for as "
        "long as the dense network): half of the weights pruned change the accuracy by -0.1 +- "
        "0.2 points, 95 % by -11.6 +- 1.2, with fine-tuning. What that wins back is under C-9.2.",
        "python tutorials/12_which_claims_hold.py",
    ),
    Claim(
        "A-3.4b",
        "The initialization matters: a good one loses less by pruning.",
        "Holds here. 90 % pruned costs 3.8 +- 0.4 points of test accuracy from Glorot's initial "
        "weights, 5.0 +- 0.7 from He's, 5.8 +- 1.4 from a tenth of Glorot's, 9.7 +- 1.1 from three "
        "times Glorot's (196-40-10, 1,000 images, ten seeds).",
        f"{RUN} initialization",
    ),
    Claim(
        "A-3.4c, A-9.8",
        "More and more varied training data, and augmentation, reduce what pruning costs.",
        "Not seen here. 90 % pruned costs 4.1 +- 0.6 points with 250 images, 3.8 +- 0.4 with "
        "1,000, 4.7 +- 0.5 with 6,000; and 5.1 +- 0.5 with 1,000 that are also shifted by a pixel "
        "to four sides (196-40-10, equal numbers of steps, ten seeds). Preprocessing is not "
        "measured.",
        f"{RUN} more_data",
    ),
    Claim(
        "A-9.10",
        "Networks with few parameters lose more by pruning than it is worth.",
        "The loss does grow as the network shrinks: 80 % pruned costs 0.5 +- 0.1 points with 80 "
        "hidden units, 1.3 +- 0.3 with 40, 2.6 +- 0.6 with 20, 5.5 +- 0.9 with 10, 8.8 +- 1.1 "
        "with 5 (196-h-10, 1,000 images, ten seeds). What it is worth depends on the use.",
        f"{RUN} small_networks",
    ),
    Claim(
        "C-3.4a, D-1.1f, E-6.3",
        "Pruning makes a network more robust.",
        "Little of it: half pruned gains 0.7 +- 0.3 points on images with noise of 0.4, and costs "
        "0.2 +- 0.2 on clean ones. 90 % pruned costs 2.9 +- 0.6 with that noise and 3.8 +- 0.4 "
        "without, 95 % 12.7 +- 1.3 and 12.0 +- 0.9 (Gaussian noise on pixels of 0 to 1; "
        "196-40-10, 1,000 images, ten seeds). Other disturbances are not measured.",
        f"{RUN} robustness",
    ),
    Claim(
        "C-3.2, C-9.2, D-3.2",
        "Retraining restores the performance. Its learning rate is to be adjusted, against "
        "overfitting (C-3.2) and so that much pruning costs less (C-9.2).",
        "The rate matters. After 95 % pruned, 600 steps of Adam win back 1.8 +- 0.4 points at a "
        "rate of 1e-5, 15.7 +- 3.5 at 1e-4, 31.7 +- 4.8 at 1e-3, 37.4 +- 5.1 at 1e-2, 34.6 +- 4.9 "
        "at 1e-1, with the same masks (196-40-10, 1,000 images, ten seeds). Renda, Frankle and "
        "Carbin 2020 compare rates in full. Overfitting is not measured.",
        f"{RUN} learning_rate",
    ),
    Claim(
        "C-4.2f, D-2.1d, D-3.2",
        "Of a trained network, the weights with a small gradient matter little.",
        "As a ranking of single weights the gradient is better than the magnitude: rank "
        "correlation with leave-one-out 0.65 against 0.30, in lesson 06 (49-8-10, 1,000 images, "
        "one seed). As a rule that prunes 90 % at once it is worse: just pruned 38.9 +- 4.5 "
        "points behind magnitude and level with chance (+1.7 +- 4.5), after retraining 5.5 +- 1.2 "
        "behind magnitude and 6.9 +- 1.9 ahead of chance (196-40-10, 1,000 images, ten seeds).",
        f"{RUN} gradient",
    ),
    Claim(
        "E-8.2, C-8.3, D-Q2",
        "Which strategy is best depends on the network and the use.",
        "Holds here: under C-4.2f gradient and magnitude change places with the use. In lesson 12 "
        "gradual pruning beats one shot by 2.2 +- 0.8 points where both prune the same share of "
        "each layer, and is about 9 points behind one shot that ranks all layers together.",
        "python tutorials/12_which_claims_hold.py",
    ),
    Claim(
        "B-7a, C-1.1, C-1.3, D-Q5",
        "Pruning prevents overfitting (C-1), or harms generalization (B-7, D-Q5).",
        "With 40 % of the labels drawn at random, 80 % pruned gains 1.5 +- 0.8 points of test "
        "accuracy, but stopping half-way gains 2.8 +- 0.8 more, in lesson 12 (196-40-10, 500 "
        "images, ten seeds). With right labels, half pruned changes it by -0.1 +- 0.2.",
        "python tutorials/12_which_claims_hold.py",
    ),
    Claim(
        "B-7b",
        "Pruning may increase the computational complexity.",
        "True of time for some loops on some machines. The page of lesson 09 has a layer of 784 x "
        "300 and 256 samples on one core: two plain loops over CSR take 6.5 times as long as the "
        "dense product with no zeros, longer up to 80 % zeros, and less from 90 % on. On another "
        "machine, with a slower dense product, they were level at no zeros. `SparseEngine` "
        "runs a layer dense where it expects that to be faster.",
        "python tutorials/09_sparse_kernels.py",
    ),
    Claim(
        "C-2.1d",
        "Computing in 16 bits is faster.",
        "Not in NumPy on a CPU: the product of two 256 x 256 matrices took 110 ms in float16 and "
        "3.6 ms in float32, on one core of an AMD EPYC.",
        """\
import time, numpy as np
for dtype in (np.float32, np.float16):
    a, start = np.ones((256, 256), dtype), time.process_time()
    for _ in range(5): a @ a
    print(dtype.__name__, f"{200 * (time.process_time() - start):.1f} ms")
""",
    ),
    Claim(
        "D-5.2e, D-5.4a",
        "One threshold, 0.1, for all layers; after it, and ten more epochs, the accuracy is "
        "0.9837.",
        "The layers lose different shares. Of D-5.2's network after its ten epochs 28.5 % of the "
        "convolution lie below 0.1, 70.3 % of the dense layer of 5408 x 64, 25.0 % of the last: "
        "70.2 % of all. Accuracy 98.69 %, just pruned 98.23 %, after ten more epochs 98.68 % with "
        "the mask held, 98.68 % without (one run; another machine's rounding gave 67.2 % and "
        "98.64, 98.44, 98.73, 98.70 %). No layer is emptied. `run cnn` trains under an L1 penalty, "
        "and there the same threshold prunes far more.",
        """\
import numpy as np, minprune as mp
rng, train, test = np.random.default_rng(0), mp.load_mnist().train, mp.load_mnist().test
def ten_epochs(network):
    adam = mp.Adam(network.parameters)
    mp.fit(network, adam, train.with_channel, train.labels, epochs=10, batch_size=32, rng=rng)
def accuracy(network):
    return mp.evaluate(network, test.with_channel, test.labels).accuracy
ten_epochs(network := mp.cnn(rng))
print("dense", accuracy(network))
print([round(mp.sparsity(mask), 4) for mask in mp.prune_by_threshold(network, theta=0.1)])
print("just pruned", accuracy(network))
free = network.copy()
for w in free.weights.values():
    w.unprune()
for name, again in ("masked", network), ("mask dropped", free):
    ten_epochs(again)
    print(name, accuracy(again))
""",
    ),
)
