"""Write torch_cnn.npz: what PyTorch computes for small CNNs, kept for the NumPy tests.

    pip install torch numpy
    python tests/vectors/make_torch_cnn_vectors.py

The archive lands next to this file. The tests read only the archive, so they do not need
PyTorch; run this again only to change the vectors or to check them against a newer PyTorch.

Everything is float64 on one CPU thread and drawn from a seeded NumPy generator. The archive holds
images as (N, H, W, C), kernels as (k_h, k_w, c_in, c_out) and dense weights as (n_in, n_out);
PyTorch has (N, C, H, W), (c_out, c_in, k_h, k_w) and (n_out, n_in), and here alone it is converted.
The loss is the mean softmax cross-entropy over the batch. Nets and layers count from 0.

    net{k}/layers x y logits loss dx     layers: JSON, a list of [kind, options], as in NETS below
    net{k}/{l}.{p} d{l}.{p}              parameter p of layer l and its gradient; K b W gamma beta
    net{k}/{l}.mean {l}.var              running statistics of a batch normalization before the
                                         forward pass, and {l}.mean_after {l}.var_after behind it
    net{k}/inference                     the logits of a second forward pass, with the running ones
    meta/torch_version

PyTorch knows "same" for stride 1 only; with a larger stride its padding is written out here by
hand: all that is needed for ceil(H / stride) rows, an odd one below, and right.
"""

import json
from functools import partial
from pathlib import Path

import numpy as np

try:
    import torch
    from torch import nn
    from torch.nn.functional import cross_entropy
except ImportError:  # pytest --doctest-modules imports this file too, with or without PyTorch
    torch = None

# Image, batch size, layers. Conv2D: k_h, k_w, c_out, stride, padding. Pooling: size, stride and,
# but for "valid", padding.
NETS = [
    (
        (7, 6, 2), 3,
        [("Conv2D", 3, 2, 4, 1, "valid"), ("ReLU",), ("MaxPool2D", 2, 2), ("Flatten",),
         ("Dense", 3)],
    ),
    (
        (9, 8, 1), 4,
        [("Conv2D", 3, 3, 3, 2, "same"), ("BatchNorm", 0.1, 1e-5), ("Tanh",),
         ("AveragePool2D", 2, 1), ("Conv2D", 2, 3, 2, 1, 2), ("Sigmoid",), ("MaxPool2D", 3, 2),
         ("Flatten",), ("Dense", 6), ("BatchNorm", 0.3, 1e-2), ("ReLU",), ("Dense", 4)],
    ),
    (
        (8, 11, 3), 2,
        [("Conv2D", 4, 2, 3, 1, "same"), ("Sigmoid",), ("Conv2D", 1, 1, 2, 1, "valid"), ("ReLU",),
         ("AveragePool2D", 3, 3), ("Flatten",), ("Dense", 5), ("Tanh",), ("Dense", 3)],
    ),
    (
        (5, 5, 2), 5,
        [("MaxPool2D", 2, 1), ("BatchNorm", 0.1, 1e-5), ("Conv2D", 3, 3, 3, 3, 1), ("ReLU",),
         ("Conv2D", 2, 2, 4, 2, "same"), ("Tanh",), ("Flatten",), ("Dense", 3)],
    ),
    (
        (10, 9, 1), 3,
        [("Conv2D", 4, 5, 3, 3, "same"), ("Tanh",), ("BatchNorm", 0.5, 1e-3),
         ("AveragePool2D", 2, 3), ("Conv2D", 2, 1, 2, 1, 1), ("ReLU",), ("MaxPool2D", 2, 2),
         ("Flatten",), ("Dense", 2)],
    ),
    (
        (9, 8, 2), 3,
        [("Conv2D", 3, 2, 4, 1, (0, 2)), ("ReLU",), ("MaxPool2D", 3, 2, (1, 0)), ("Tanh",),
         ("AveragePool2D", 3, 2, 1), ("Flatten",), ("Dense", 3)],
    ),
]  # fmt: skip
SEED = 6715


def to_torch(array):
    """From the order of the archive to that of PyTorch."""
    if array.ndim == 4:
        array = array.transpose(0, 3, 1, 2)
    return torch.tensor(np.ascontiguousarray(array))


def kernel_to_torch(array):
    return torch.tensor(np.ascontiguousarray(array.transpose(3, 2, 0, 1)))


def to_numpy(tensor, kernel=False):
    """And back: an independent, C-ordered copy."""
    array = tensor.detach().numpy()
    if array.ndim == 4:
        array = array.transpose((2, 3, 1, 0) if kernel else (0, 2, 3, 1))
    return np.array(array, order="C")


class Flatten(nn.Module if torch else object):
    """Pixel by pixel, the channels of a pixel together, which is not what PyTorch's does."""

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)


def same_padding(side, k, stride):
    zeros = max((-(-side // stride) - 1) * stride + k - side, 0)
    return zeros // 2, zeros - zeros // 2


def conv2d(rng, shape, k_h, k_w, c_out, stride, padding):
    """Modules, arrays for the archive, and the parameters' PyTorch names."""
    c, h, w = shape
    conv = nn.Conv2d(c, c_out, (k_h, k_w), stride, dtype=torch.float64)
    zeros = padding if padding != "valid" else 0
    if padding == "same" and stride == 1:
        conv = nn.Conv2d(c, c_out, (k_h, k_w), padding="same", dtype=torch.float64)
    elif padding == "same":
        zeros = *same_padding(w, k_w, stride), *same_padding(h, k_h, stride)
    elif isinstance(padding, tuple):  # PyTorch names the columns first, and each side
        zeros = padding[1], padding[1], padding[0], padding[0]
    pad = [] if padding == "same" and stride == 1 else [nn.ZeroPad2d(zeros)]
    K = rng.normal(size=(k_h, k_w, c, c_out)) * np.sqrt(2 / (k_h * k_w * c))
    return [*pad, conv], conv, {"K": K, "b": 0.5 * rng.normal(size=c_out)}


def batch_norm(rng, shape, momentum, epsilon):
    kind = nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d
    norm = kind(shape[0], epsilon, momentum, dtype=torch.float64)
    arrays = {"gamma": rng.normal(size=shape[0]), "beta": rng.normal(size=shape[0])}
    norm.running_mean.copy_(torch.tensor(rng.normal(size=shape[0])))
    norm.running_var.copy_(torch.tensor(rng.uniform(0.5, 2, size=shape[0])))
    return [norm], norm, arrays


def dense(rng, shape, n_out):
    linear = nn.Linear(shape[0], n_out, dtype=torch.float64)
    W = rng.normal(size=(shape[0], n_out)) * np.sqrt(2 / shape[0])
    return [linear], linear, {"W": W, "b": 0.5 * rng.normal(size=n_out)}


def build(rng, image, layers):
    """The torch model; its arrays before it runs; and by layer the modules that have parameters."""
    modules, arrays, learned = [], {}, {}
    probe = torch.zeros(2, image[2], *image[:2], dtype=torch.float64)
    makers = {"Conv2D": conv2d, "BatchNorm": batch_norm, "Dense": dense}
    plain = {
        "ReLU": nn.ReLU, "Sigmoid": nn.Sigmoid, "Tanh": nn.Tanh, "Flatten": Flatten,
        "MaxPool2D": nn.MaxPool2d,
        "AveragePool2D": partial(nn.AvgPool2d, count_include_pad=False),
    }  # fmt: skip
    for l, (kind, *options) in enumerate(layers):
        if kind in plain:
            new = [plain[kind](*options)]
        else:
            new, learned[l], own = makers[kind](rng, tuple(probe.shape[1:]), *options)
            if kind == "BatchNorm":
                arrays[f"{l}.mean"] = to_numpy(learned[l].running_mean)
                arrays[f"{l}.var"] = to_numpy(learned[l].running_var)
            set_parameters(learned[l], own)
            arrays |= {f"{l}.{name}": array for name, array in own.items()}
        for module in new:
            probe = module.eval()(probe)
        modules += new
    return nn.Sequential(*modules), arrays, learned


def set_parameters(module, own):
    weight, bias = own.values()
    with torch.no_grad():
        if weight.ndim == 4:
            module.weight.copy_(kernel_to_torch(weight))
        else:
            module.weight.copy_(torch.tensor(np.ascontiguousarray(weight.T)))
        module.bias.copy_(torch.tensor(bias))


def differentiate(rng, image, batch, layers):
    """One net of the archive."""
    model, arrays, learned = build(rng, image, layers)
    x = rng.normal(size=(batch, *image))
    y = rng.integers(layers[-1][1], size=batch, dtype=np.int64)
    tensor = to_torch(x).requires_grad_()
    logits = model.train()(tensor)
    loss = cross_entropy(logits, torch.tensor(y))
    loss.backward()
    out = {"layers": np.array(json.dumps(layers)), "x": x, "y": y, **arrays}
    out |= {"logits": to_numpy(logits), "loss": to_numpy(loss), "dx": to_numpy(tensor.grad)}
    for l, module in learned.items():
        kind = layers[l][0]
        weight = {"Conv2D": "K", "BatchNorm": "gamma", "Dense": "W"}[kind]
        grad = to_numpy(module.weight.grad, kernel=True)
        out[f"d{l}.{weight}"] = np.array(grad.T, order="C") if kind == "Dense" else grad
        out[f"d{l}.{'beta' if kind == 'BatchNorm' else 'b'}"] = to_numpy(module.bias.grad)
        if kind == "BatchNorm":
            out[f"{l}.mean_after"] = to_numpy(module.running_mean)
            out[f"{l}.var_after"] = to_numpy(module.running_var)
    with torch.no_grad():
        out["inference"] = to_numpy(model.eval()(to_torch(x)))
    return out


def make_vectors():
    """All arrays of the archive, keyed by name."""
    torch.manual_seed(0)
    torch.set_num_threads(1)
    rng = np.random.default_rng(SEED)
    vectors = {"meta/torch_version": np.array(str(torch.__version__))}
    for k, (image, batch, layers) in enumerate(NETS):
        net = differentiate(rng, image, batch, layers)
        vectors |= {f"net{k}/{name}": array for name, array in net.items()}
    return vectors


def main():
    if torch is None:
        raise SystemExit("this script needs PyTorch: pip install torch")
    path = Path(__file__).with_name("torch_cnn.npz")
    vectors = make_vectors()
    np.savez_compressed(path, **vectors)
    print(f"{path.name}: {len(vectors)} arrays, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
