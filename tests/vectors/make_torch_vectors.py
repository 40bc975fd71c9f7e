"""Write torch_mlp.npz: what PyTorch computes for small ReLU MLPs, kept for the NumPy tests.

    pip install torch numpy
    python tests/vectors/make_torch_vectors.py

The archive lands next to this file. The tests read only the archive, so they do not need
PyTorch; run this again only to change the vectors or to check them against a newer PyTorch.

Everything is float64 on one CPU thread and drawn from a seeded NumPy generator. A dense layer is
y = x @ W + b with W of shape (n_in, n_out), the transpose of torch.nn.Linear.weight; labels are
int64; the loss is the mean softmax cross-entropy over the batch. Layers and nets count from 0.
Two runs on one machine agree to the bit; another CPU or PyTorch may differ in the last digits.

    net{k}/widths x y W{i} b{i} logits loss dx dW{i} db{i}   forward pass and gradients, k = 0..3
    opt/mask{i}                                              keep-masks for net 2's W{i} (bool)
    opt/{name}/step{t}/W{i} b{i}                             net 2 after t = 1..6 full-batch steps
    layer/z{j} softmax{j} log_softmax{j}                     row-wise, j = 0..2
    meta/torch_version

{name} is a key of OPTIMISERS below, or that key after "masked_": then the weights (not the biases)
are pruned with torch.nn.utils.prune before the first step, and W{i} is the effective weight.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np

try:
    import torch
    from torch.nn.functional import cross_entropy
    from torch.nn.utils import prune
except ImportError:  # pytest --doctest-modules imports this file too, with or without PyTorch
    torch = None

# Widths, batch size, factor on the last W: the large one makes exp(logits) overflow in net 1.
NETS = [
    ((5, 3), 1, 1.0),
    ((7, 6, 4), 4, 200.0),
    ((12, 9, 8, 5), 7, 1.0),
    ((20, 16, 16, 16, 10), 16, 1.0),
]
OPT_NET, STEPS, PRUNED = 2, 6, 0.6
SEED = 6715  # picked: net 1 has a logit above 710, and no hidden unit of any net is dead on its x

# Class in torch.optim, its settings, and the weight decay, which is for the weight matrices only.
ADAM = {"lr": 1e-2, "betas": (0.9, 0.999), "eps": 1e-8}
OPTIMISERS = {
    "sgd": ("SGD", {"lr": 0.1}, 0.0),
    "sgd_momentum": ("SGD", {"lr": 0.1, "momentum": 0.9}, 0.0),
    "sgd_momentum_decay": ("SGD", {"lr": 0.1, "momentum": 0.9}, 0.01),
    "adam": ("Adam", ADAM, 0.0),
    "adamw": ("AdamW", ADAM, 0.1),
}


def to_numpy(tensor, transpose=False):
    """An independent, C-ordered copy; transpose turns a torch weight into our W."""
    array = tensor.detach().numpy()
    return np.array(array.T if transpose else array, order="C")


def draw_net(rng, widths, batch, last_scale):
    """Random parameters, inputs and labels as a dict keyed the way the archive is."""
    net = {"widths": np.array(widths, dtype=np.int64)}
    net["x"] = rng.normal(size=(batch, widths[0]))
    net["y"] = rng.integers(widths[-1], size=batch, dtype=np.int64)
    for i, (n_in, n_out) in enumerate(pairwise(widths)):
        net[f"W{i}"] = rng.normal(size=(n_in, n_out)) * np.sqrt(2.0 / n_in)
        net[f"b{i}"] = rng.normal(size=n_out) * 0.5
    net[f"W{len(widths) - 2}"] *= last_scale
    return net


def build(net):
    """The torch model for a drawn net, and the list of its Linear layers."""
    linears, modules = [], []
    for i in range(len(net["widths"]) - 1):
        n_in, n_out = net[f"W{i}"].shape
        linear = torch.nn.Linear(n_in, n_out, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(net[f"W{i}"].T.copy()))
            linear.bias.copy_(torch.from_numpy(net[f"b{i}"]))
        linears.append(linear)
        modules += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*modules[:-1]), linears


def differentiate(net):
    """Logits, loss, and the gradient of the loss with respect to input and parameters."""
    model, linears = build(net)
    x = torch.tensor(net["x"], requires_grad=True)
    logits = model(x)
    loss = cross_entropy(logits, torch.tensor(net["y"]))
    loss.backward()
    out = {"logits": to_numpy(logits), "loss": to_numpy(loss), "dx": to_numpy(x.grad)}
    for i, linear in enumerate(linears):
        out[f"dW{i}"] = to_numpy(linear.weight.grad, transpose=True)
        out[f"db{i}"] = to_numpy(linear.bias.grad)
    return out


def optimize(net, kind, settings, decay, masks=None):
    """Parameters after each full-batch step; with masks, PyTorch's pruning holds the zeros."""
    model, linears = build(net)
    if masks is not None:
        for linear, mask in zip(linears, masks, strict=True):
            prune.custom_from_mask(linear, "weight", torch.tensor(mask.T.copy()))
    trained = "weight" if masks is None else "weight_orig"
    groups = [
        {"params": [getattr(linear, trained) for linear in linears], "weight_decay": decay},
        {"params": [linear.bias for linear in linears], "weight_decay": 0.0},
    ]
    optimizer = getattr(torch.optim, kind)(groups, **settings)
    x, y = torch.tensor(net["x"]), torch.tensor(net["y"])
    out = {}
    for t in range(1, STEPS + 1):
        optimizer.zero_grad()
        cross_entropy(model(x), y).backward()
        optimizer.step()
        model(x)  # a pruned module recomputes .weight = weight_orig * mask only in a forward pass
        for i, linear in enumerate(linears):
            out[f"step{t}/W{i}"] = to_numpy(linear.weight, transpose=True)
            out[f"step{t}/b{i}"] = to_numpy(linear.bias)
    return out


def layer_inputs(rng):
    """Rows for softmax: ordinary, extreme, and a single column."""
    extreme = [
        [1000.0, -1000.0, 0.0],
        [1000.0, 1000.0, 999.0],
        [-1000.0, -1000.0, -1001.0],
        [0.0, 0.0, 0.0],
        [1e-9, 0.0, -1e-9],
        [-745.0, 0.0, 700.0],
    ]
    return [rng.normal(size=(4, 5)) * 3.0, np.array(extreme), np.array([[1000.0], [-3.0]])]


def make_vectors():
    """All arrays of the archive, keyed by name."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    vectors = {"meta/torch_version": np.array(str(torch.__version__))}

    def add(prefix, arrays):
        vectors.update({f"{prefix}/{key}": array for key, array in arrays.items()})

    nets = [draw_net(rng, *spec) for spec in NETS]
    for k, net in enumerate(nets):
        add(f"net{k}", net | differentiate(net))

    net = nets[OPT_NET]
    layers = range(len(net["widths"]) - 1)
    masks = [rng.random(net[f"W{i}"].shape) >= PRUNED for i in layers]
    add("opt", {f"mask{i}": mask for i, mask in enumerate(masks)})
    for name, spec in OPTIMISERS.items():
        add(f"opt/{name}", optimize(net, *spec))
        add(f"opt/masked_{name}", optimize(net, *spec, masks=masks))

    for j, z in enumerate(layer_inputs(rng)):
        rows = torch.tensor(z)
        vectors[f"layer/z{j}"] = z
        vectors[f"layer/softmax{j}"] = to_numpy(torch.softmax(rows, dim=1))
        vectors[f"layer/log_softmax{j}"] = to_numpy(torch.log_softmax(rows, dim=1))
    return vectors


def main():
    if torch is None:
        raise SystemExit("this script needs PyTorch: pip install torch")
    path = Path(__file__).with_name("torch_mlp.npz")
    vectors = make_vectors()
    np.savez_compressed(path, **vectors)
    print(f"{path.name}: {len(vectors)} arrays, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
