"""Convolution and pooling, forward only, written to be read: images (N, H, W, C)."""

import numpy as np

from minprune.arguments import finite_array, whole_number, wide_array


def conv2d(x, K, b):
    """Convolution layer without padding, stride 1 (strictly a cross-correlation).

        y_nijo = b_o + sum_uvc x_n,i+u,j+v,c K_uvco

    x  images (N, H, W, c_in)
    K  kernel (k_h, k_w, c_in, c_out); filter o is K[..., o]
    b  biases (c_out,)
    returns an array (N, H - k_h + 1, W - k_w + 1, c_out)

    Source: LeCun et al. 1989 [D-1.2a].

    >>> conv2d([[[[1.0], [2.0]], [[3.0], [4.0]]]], [[[[1.0]], [[10.0]]]], [0.5]).tolist()
    [[[[21.5]], [[43.5]]]]
    """
    x, K, b = wide_array("x", x), wide_array("K", K), wide_array("b", b)
    if x.ndim != 4 or K.ndim != 4 or x.shape[3] != K.shape[2] or b.shape != K.shape[3:]:
        raise ValueError(
            "x must be (N, H, W, c_in), K (k_h, k_w, c_in, c_out) and b (c_out,), "
            f"got {x.shape}, {K.shape} and {b.shape}"
        )
    patches = _windows(x, K.shape[:2])  # (N, H', W', c_in, k_h, k_w)
    return np.einsum("nijcuv,uvco->nijo", patches, K) + b


def max_pool2d(x, size=2):
    """Max pooling over squares that do not overlap; what is left over at the border is dropped.

        y_nijc = max over u, v < size of x_n,size i+u,size j+v,c

    x     images (N, H, W, C)
    size  side of the square, from 1 to H and W
    returns an array (N, floor(H / size), floor(W / size), C)

    It has no parameters; the next dense layer gets fewer inputs.

    Source: [D-1.2b].

    >>> max_pool2d([[[[1.0], [2.0], [9.0]], [[3.0], [4.0], [9.0]]]]).tolist()
    [[[[4.0]]]]
    """
    return _squares(x, size).max(axis=(4, 5))


def average_pool2d(x, size=2):
    """Average pooling over squares that do not overlap; what is left over is dropped.

        y_nijc = mean over u, v < size of x_n,size i+u,size j+v,c

    x     images (N, H, W, C)
    size  side of the square, from 1 to H and W
    returns an array (N, floor(H / size), floor(W / size), C)

    Source: [D-1.2b].

    >>> average_pool2d([[[[1.0], [2.0], [9.0]], [[3.0], [4.0], [9.0]]]]).tolist()
    [[[[2.5]]]]
    """
    return _squares(x, size).mean(axis=(4, 5))


def _windows(x, shape):
    """All windows of this height and width, (N, H', W', C, k_h, k_w); a view."""
    if shape[0] > x.shape[1] or shape[1] > x.shape[2] or 0 in shape:
        raise ValueError(f"x of shape {x.shape} is too small for a window of {shape}")
    return np.lib.stride_tricks.sliding_window_view(x, shape, axis=(1, 2))


def _squares(x, size):
    x = finite_array("x", x)
    if x.ndim != 4:
        raise ValueError(f"x must be images (N, H, W, C), got {x.shape}")
    size = whole_number("size", size, low=1, high=min(x.shape[1:3]))
    return _windows(x, (size, size))[:, ::size, ::size]
