"""Pruning in 200 lines: train a perceptron on MNIST, prune 90 % of its weights, fine-tune the rest,
and compute the same outputs from the nonzero weights alone.

It needs NumPy alone: python tutorials/00_pruning_in_200_lines.py. Functions that minprune has too
have the same names there. With the same seed, both give the same masks, and weights that differ by
rounding at most.
"""

from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
FILES = ROOT / "minprune/data/mnist.npz", ROOT / "data/mnist.npz"  # in the repository, installed
WIDTHS = 784, 64, 10  # inputs, hidden units, classes
BATCH_SIZE = 64
LR, BETA1, BETA2, EPSILON = 1e-3, 0.9, 0.999, 1e-8  # of Adam
SPARSITY = 0.9  # share of the weights that are pruned


# --- 1. The data ---------------------------------------------------------------------------------
def load_mnist():
    """Images (N, 784) and labels (N,), for training and for the test: (x, y, x_test, y_test)."""
    with np.load(next(file for file in FILES if file.exists())) as arrays:
        x, y = arrays["train_images"], arrays["train_labels"]  # (60000, 28, 28), (60000,)
        x_test, y_test = arrays["test_images"], arrays["test_labels"]  # (10000, 28, 28), (10000,)
    x, x_test = (np.float32(images).reshape(-1, 784) / 255 for images in (x, x_test))  # (N, 784)
    train = np.arange(len(x)) % 12 != 11  # 55,000; minprune keeps the other 5,000 for validation
    return x[train], y[train], x_test, y_test


# --- 2. The network, forward and backward --------------------------------------------------------
def mlp(rng):
    """A perceptron as a list [W1, b1, W2, b2]; column j of W holds the weights of unit j."""
    network = []
    for n_in, n_out in zip(WIDTHS[:-1], WIDTHS[1:], strict=True):
        limit = np.sqrt(6 / (n_in + n_out))  # Glorot uniform
        W = rng.uniform(-limit, limit, (n_in, n_out)).astype(np.float32)
        network += [W, np.zeros(n_out, np.float32)]
    return network  # shapes (784, 64), (64,), (64, 10), (10,)


def forward(network, x):
    """From images x (N, 784) to hidden units h (N, 64) and logits z (N, 10)."""
    W1, b1, W2, b2 = network
    h = np.maximum(x @ W1 + b1, 0)  # ReLU of (N, 784) @ (784, 64) + (64,)
    z = h @ W2 + b2  # (N, 64) @ (64, 10) + (10,)
    return h, z


def softmax_cross_entropy(z, y):
    """Mean loss L of logits z (N, 10) for labels y (N,), and dL/dz (N, 10)."""
    z = z - z.max(axis=1, keepdims=True)  # changes no probability, and exp cannot overflow
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))  # (N, 10)
    rows = np.arange(len(z))
    loss = -log_p[rows, y].mean()
    dz = np.exp(log_p)  # dL/dz_nk = (p_nk - [k = y_n]) / N
    dz[rows, y] -= 1
    return loss, dz / len(z)


def backward(network, x, h, dz):
    """From dL/dz (N, 10) to the gradients of L in [W1, b1, W2, b2], by the chain rule."""
    W2 = network[2]
    dW2 = h.T @ dz  # (64, N) @ (N, 10)
    db2 = dz.sum(axis=0)  # (10,)
    da = dz @ W2.T * (h > 0)  # (N, 10) @ (10, 64); the derivative of ReLU is 1 or 0
    dW1 = x.T @ da  # (784, N) @ (N, 64)
    db1 = da.sum(axis=0)  # (64,)
    return [dW1, db1, dW2, db2]


# --- 3. Training under a mask --------------------------------------------------------------------
class Adam:
    """Adam: a step of about LR for every weight; a weight whose mask is False becomes 0."""

    def __init__(self, network):
        self.t = 0
        self.m = [np.zeros_like(w) for w in network]  # running mean of the gradient
        self.v = [np.zeros_like(w) for w in network]  # running mean of its square

    def step(self, network, gradients, masks):
        self.t += 1
        m_scale = 1 / (1 - BETA1**self.t)  # both means start at 0; this corrects for it
        v_scale = 1 / (1 - BETA2**self.t)
        for w, g, m, v, mask in zip(network, gradients, self.m, self.v, masks, strict=True):
            m[...] = BETA1 * m + (1 - BETA1) * g
            v[...] = BETA2 * v + (1 - BETA2) * g * g
            w -= LR * (m * m_scale) / (np.sqrt(v * v_scale) + EPSILON)
            w[~mask] = 0


def fit(network, masks, x, y, epochs, rng):
    """Train in place, the masks applied at every step; returns the mean loss of each epoch."""
    optimizer, losses = Adam(network), []
    for _ in range(epochs):
        order = rng.permutation(len(x))
        for start in range(0, len(x), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]  # (64,), the last one shorter
            h, z = forward(network, x[batch])
            loss, dz = softmax_cross_entropy(z, y[batch])
            optimizer.step(network, backward(network, x[batch], h, dz), masks)
            losses.append(loss)
    return np.reshape(losses, (epochs, -1)).mean(axis=1)  # (epochs,)


# --- 4. Pruning ----------------------------------------------------------------------------------
def global_rank_masks(scores, sparsity):
    """A mask for each array of scores, True = keep; the lowest scores of all arrays are False."""
    ranked = np.concatenate([s.ravel() for s in scores])  # (50176 + 640,)
    pruned_count = round(sparsity * ranked.size)
    keep = np.ones(ranked.size, bool)
    keep[np.argsort(ranked, kind="stable")[:pruned_count]] = False
    parts = np.split(keep, np.cumsum([s.size for s in scores])[:-1])  # (50176,), (640,)
    return [part.reshape(s.shape) for part, s in zip(parts, scores, strict=True)]


def prune_by_score(network, score, sparsity):
    """Set the weights of lowest score(W) to 0; returns masks for [W1, b1, W2, b2], biases kept."""
    W1, b1, W2, b2 = network
    mask1, mask2 = global_rank_masks([score(W1), score(W2)], sparsity)
    W1[~mask1] = 0
    W2[~mask2] = 0
    return [mask1, np.ones(b1.shape, bool), mask2, np.ones(b2.shape, bool)]


# --- 5. Compressed sparse rows (CSR) -------------------------------------------------------------
def csr_from_dense(W):
    """The nonzeros of W (n_in, n_out), unit after unit, as (values, indices, offsets)."""
    values, indices, offsets = [], [], [0]
    for column in W.T:  # (n_in,), the weights of one unit
        inputs = np.flatnonzero(column)  # the inputs that the unit still reads
        values.append(column[inputs])
        indices.append(inputs)
        offsets.append(offsets[-1] + len(inputs))  # where the next unit begins
    indices = np.concatenate(indices).astype(np.int32)
    return np.concatenate(values), indices, np.array(offsets, np.int32)


def csr_product(x, csr):
    """x @ W for x (N, n_in), without the zeros of W: (N, n_out)."""
    values, indices, offsets = csr  # (nonzeros,), (nonzeros,), (n_out + 1,)
    y = np.empty((len(x), len(offsets) - 1), np.float32)
    for j in range(len(offsets) - 1):
        unit = slice(offsets[j], offsets[j + 1])
        y[:, j] = x[:, indices[unit]] @ values[unit]  # (N, inputs of unit j) @ (inputs of unit j,)
    return y


def sparse_forward(network, x):
    """From images x (N, 784) to logits (N, 10), with the nonzero weights alone."""
    W1, b1, W2, b2 = network
    h = np.maximum(csr_product(x, csr_from_dense(W1)) + b1, 0)  # (N, 64)
    return csr_product(h, csr_from_dense(W2)) + b2


# --- 6. All of it --------------------------------------------------------------------------------
def report(name, network, x, y):
    """Print accuracy on (x, y), nonzero weights, and bytes dense and in CSR with the biases."""
    _, z = forward(network, x)
    accuracy = np.mean(z.argmax(axis=1) == y)
    W1, b1, W2, b2 = network
    csr1, csr2 = csr_from_dense(W1), csr_from_dense(W2)
    nonzeros = len(csr1[0]) + len(csr2[0])
    dense_bytes = sum(w.nbytes for w in network)
    csr_bytes = sum(array.nbytes for array in (*csr1, b1, *csr2, b2))
    print(f"{accuracy:8.2%}  {nonzeros:8,}  {dense_bytes:11,}  {csr_bytes:9,}  {name}")


def main(samples=55_000, epochs=5, finetune_epochs=3):
    x, y, x_test, y_test = load_mnist()
    x, y = x[:samples], y[:samples]
    rng = np.random.default_rng(0)
    dense = mlp(rng)
    all_kept = [np.ones(w.shape, bool) for w in dense]
    losses = fit(dense, all_kept, x, y, epochs, rng)
    print("loss of each epoch:", *(f"{loss:.3f}" for loss in losses))

    longer, pruned, control = ([w.copy() for w in dense] for _ in range(3))
    masks = prune_by_score(pruned, np.abs, SPARSITY)
    random_masks = prune_by_score(control, lambda W: rng.random(W.shape), SPARSITY)
    print("\naccuracy  nonzeros  dense bytes  CSR bytes  network")
    report("dense", dense, x_test, y_test)
    report("pruned only", pruned, x_test, y_test)
    for name, network, its_masks in (
        ("dense", longer, all_kept),
        ("pruned", pruned, masks),
        ("random mask", control, random_masks),
    ):
        fit(network, its_masks, x, y, finetune_epochs, np.random.default_rng(1))
        report(f"{name}, fine-tuned", network, x_test, y_test)

    _, z = forward(pruned, x_test)
    same = np.allclose(sparse_forward(pruned, x_test), z, rtol=0, atol=1e-4)
    print(f"\nwithout the zeros the logits are the same to 0.0001: {same}")


if __name__ == "__main__":
    main()
