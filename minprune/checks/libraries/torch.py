"""Functions of PyTorch by the formula that they compute."""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch.ao.pruning import WeightNormSparsifier
from torch.ao.quantization import MinMaxObserver
from torch.nn.utils import prune
from torch.utils.flop_counter import FlopCounterMode

from minprune.checks.libraries import Library

library = Library(torch.__version__, torch.tensor)
computes = library.computes


def others(w, axis):
    """All axes but the one of the units."""
    return [a for a in range(w.ndim) if a != axis % w.ndim]


def units(w, axis):
    """The weights of every unit as a row."""
    return w.movedim(axis, 0).reshape(w.shape[axis], -1)


TABLE = """
l1_norm                    torch.linalg.vector_norm(w, 1)
l2_norm                    torch.linalg.vector_norm(w)
spectral_norm              torch.linalg.matrix_norm(W, 2)
normalize                  torch.nn.functional.normalize(w.flatten(), dim=0).reshape(w.shape)
unit_l1                    torch.linalg.vector_norm(w, 1, dim=others(w, axis))
unit_l2                    torch.linalg.vector_norm(w, dim=others(w, axis))
l1_proximal                torch.nn.functional.softshrink(w, lr * lam)
weight_clip                torch.clamp(w, -c, c)
gradient_norm              torch.nn.utils.get_total_norm([g])
geometric_median_distance  torch.cdist(units(w, axis), units(w, axis)).sum(dim=1)
pruned_count               torch.nn.utils.prune._compute_nparams_toprune(sparsity, n)
threshold_prune            torch.nn.functional.hardshrink(w, theta)
mean_threshold             torch.mean(scores)
std_threshold              q * torch.std(w)
threshold_for_sparsity     torch.quantile(score, sparsity)
count_nonzero              sum(int(torch.count_nonzero(array)) for array in arrays)
scaled_to_float16          (scale * g).half()
relu                       torch.relu(x)
sigmoid                    torch.sigmoid(x)
tanh                       torch.tanh(x)
softmax                    torch.softmax(z, dim=1)
log_softmax                torch.log_softmax(z, dim=1)
soften                     torch.softmax(z / temperature, dim=1)
"""
library.table(TABLE, globals())


# --- derivatives and steps of optimizers ----------------------------------------------------------


def derivative(function, x, dy=None):
    """The gradient of a function, or its product with `dy`."""
    x = x.clone().requires_grad_()
    function(x).backward(dy)
    return x.grad


def step(optimizer, w, **options):
    """The weights after a step without a gradient."""
    w = torch.nn.Parameter(w.clone())
    w.grad = torch.zeros_like(w)
    optimizer([w], **options).step()
    return w.detach()


@computes("l1_subgradient", "autograd of torch.linalg.vector_norm(w, 1)")
def _(w, lam):
    return derivative(lambda w: lam * torch.linalg.vector_norm(w, 1), w)


@computes("l2_gradient", "torch.optim.SGD(weight_decay=lam)")
def _(w, lam):
    return w - step(torch.optim.SGD, w, lr=1.0, weight_decay=lam)


@computes("l2_proximal", "torch.optim.AdamW(lr=lr, weight_decay=lam)")
def _(w, lam, lr):
    return step(torch.optim.AdamW, w, lr=lr, weight_decay=lam)


@computes("relu_derivative", "autograd of torch.relu")
def _(x):
    return derivative(torch.relu, x, torch.ones_like(x))


@computes("sigmoid_derivative", "autograd of torch.sigmoid")
def _(x):
    return derivative(torch.sigmoid, x, torch.ones_like(x))


@computes("tanh_derivative", "autograd of torch.tanh")
def _(x):
    return derivative(torch.tanh, x, torch.ones_like(x))


# --- masks ---------------------------------------------------------------------------------------


def module(**tensors):
    """A module with these parameters."""
    found = torch.nn.Module()
    for name, tensor in tensors.items():
        found.register_parameter(name, torch.nn.Parameter(tensor, requires_grad=False))
    return found


@computes("rank_mask", "torch.nn.utils.prune.l1_unstructured(importance_scores=score)")
def _(score, k):
    return prune.l1_unstructured(module(w=score), "w", k, importance_scores=score).w_mask


@computes("layerwise_rank_masks", "torch.nn.utils.prune.l1_unstructured(amount=sparsity)")
def _(scores, sparsity):
    return [prune.l1_unstructured(module(w=w), "w", sparsity).w_mask for w in scores]


@computes("global_rank_masks", "torch.nn.utils.prune.global_unstructured(amount=sparsity)")
def _(scores, sparsity):
    layers = [module(w=w) for w in scores]
    prune.global_unstructured([(m, "w") for m in layers], prune.L1Unstructured, amount=sparsity)
    return [layer.w_mask for layer in layers]


@computes("block_mask", "torch.nn.utils.prune.ln_structured(amount=sparsity, n=1, dim=...)")
def _(W, shape, sparsity):
    if shape not in ((W.shape[0], 1), (1, W.shape[1])):
        return NotImplemented
    return prune.ln_structured(module(w=W), "w", sparsity, n=1, dim=shape.index(1)).w_mask


@computes("apply_mask", "torch.nn.utils.prune.custom_from_mask(mask=mask)")
def _(w, mask):
    return prune.custom_from_mask(module(w=w), "w", mask).w


@computes("nm_mask", "torch.ao.pruning.WeightNormSparsifier(1.0, (1, m), m - n)")
def _(w, n, m, axis):
    if w.ndim != 2 or axis not in (None, 0, -2):
        return NotImplemented
    layer = torch.nn.Sequential(torch.nn.Linear(*w.shape, bias=False, dtype=w.dtype))
    layer[0].weight.data = w.T.contiguous()
    sparsifier = WeightNormSparsifier(1.0, (1, m), m - n)
    sparsifier.prepare(layer, [{"tensor_fqn": "0.weight"}])
    sparsifier.step()
    return layer[0].parametrizations.weight[0].mask.T


@computes("topk_gate", "torch.topk(h.abs(), k).indices")
def _(h, k):
    return torch.zeros(h.shape, dtype=bool).scatter(1, torch.topk(h.abs(), k, dim=1).indices, True)


# --- counts and costs ----------------------------------------------------------------------------


@computes("csr_bytes", "torch.Tensor.to_sparse_csr")
def _(rows, nonzeros, value_bytes, index_bytes):
    kind = {2: torch.float16, 4: torch.float32, 8: torch.float64}.get(value_bytes)
    if kind is None or (rows == 0 and nonzeros):
        return NotImplemented
    width = -(-nonzeros // rows) if rows else 0
    w = (torch.arange(rows * width) < nonzeros).reshape(rows, width).to(kind).to_sparse_csr()
    return sum(part.nbytes for part in (w.crow_indices(), w.col_indices(), w.values()))


@computes("mlp_parameters", "torch.nn.Linear")
def _(widths):
    layers = [torch.nn.Linear(a, b, device="meta") for a, b in pairwise(widths)]
    return sum(p.numel() for layer in layers for p in layer.parameters())


@computes("mlp_macs", "torch.utils.flop_counter.FlopCounterMode")
def _(widths):
    x = torch.zeros(1, int(widths[0]), device="meta")
    with FlopCounterMode(display=False) as counter:
        for a, b in pairwise(widths):
            x = torch.nn.Linear(a, b, device="meta")(x)
    return counter.get_total_flops()


@computes("conv_parameters", "torch.nn.Conv2d")
def _(k_h, k_w, c_in, c_out):
    layer = torch.nn.Conv2d(c_in, c_out, (k_h, k_w), device="meta")
    return sum(p.numel() for p in layer.parameters())


@computes("conv_macs", "torch.utils.flop_counter.FlopCounterMode")
def _(height, width, k_h, k_w, c_in, c_out):
    x = torch.zeros(1, c_in, height + k_h - 1, width + k_w - 1, device="meta")
    with FlopCounterMode(display=False) as counter:
        torch.nn.Conv2d(c_in, c_out, (k_h, k_w), device="meta")(x)
    return counter.get_total_flops()


@computes("output_size", "torch.nn.functional.conv1d(padding=padding, stride=stride)")
def _(size, kernel, stride, padding):
    x, K = torch.zeros(1, 1, size), torch.zeros(1, 1, kernel)
    return F.conv1d(x, K, padding=padding, stride=stride).shape[-1]


# --- quantization --------------------------------------------------------------------------------


@computes("quantize_symmetric", "torch.ao.quantization.MinMaxObserver, torch.quantize_per_tensor")
def _(w, bits):
    if bits != 8 or not w.numel():  # an observer without data has no step
        return NotImplemented
    observer = MinMaxObserver(torch.qint8, torch.per_tensor_symmetric)
    observer(w.float())
    step, zero = observer.calculate_qparams()
    q = torch.quantize_per_tensor(w.float(), step.item(), int(zero), torch.qint8)
    return [q.int_repr(), step.item()]


@computes("fake_quantize", "torch.fake_quantize_per_tensor_affine")
def _(w, bits, limit):
    largest = 2 ** (bits - 1) - 1
    return torch.fake_quantize_per_tensor_affine(w.float(), limit / largest, 0, -largest, largest)


@computes("fake_quantize_gradient", "autograd of torch.fake_quantize_per_tensor_affine, 8 bits")
def _(w, dy, limit):
    quantize = torch.fake_quantize_per_tensor_affine
    return derivative(lambda w: quantize(w, limit / 127, 0, -127, 127), w.float(), dy.float())


# --- distillation --------------------------------------------------------------------------------


@computes("distillation_loss", "torch.nn.functional.kl_div(reduction='batchmean')")
def distillation(z, z_teacher, y, alpha, temperature, reduction="batchmean"):
    """The loss as PyTorch's users write it."""
    teacher = torch.softmax(z_teacher / temperature, dim=1)
    kl = F.kl_div(torch.log_softmax(z / temperature, dim=1), teacher, reduction=reduction)
    return (1 - alpha) * F.cross_entropy(z, y) + alpha * temperature**2 * kl


@computes("distillation_loss", "torch.nn.functional.kl_div")
def _(*args):
    return distillation(*args, reduction="mean")


@computes("distillation_gradient", "autograd of torch.nn.functional.kl_div(reduction='batchmean')")
def _(z, *args):
    return derivative(lambda z: distillation(z, *args), z)


# --- convolution; our images are (N, H, W, C), our kernels (k_h, k_w, c_in, c_out) ----------------


@computes("conv2d", "torch.nn.functional.conv2d")
def _(x, K, b):
    return F.conv2d(x.permute(0, 3, 1, 2), K.permute(3, 2, 0, 1), b).permute(0, 2, 3, 1)


@computes("max_pool2d", "torch.nn.functional.max_pool2d")
def _(x, size):
    return F.max_pool2d(x.permute(0, 3, 1, 2), size).permute(0, 2, 3, 1)


@computes("average_pool2d", "torch.nn.functional.avg_pool2d")
def _(x, size):
    return F.avg_pool2d(x.permute(0, 3, 1, 2), size).permute(0, 2, 3, 1)
