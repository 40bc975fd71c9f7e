"""Layers, losses, one step of each optimizer, and gradients by differences."""

import math

import numpy as np

from naive.activations import sigmoid_derivative, softmax, tanh_derivative
from naive.base import float64


def dense(x, W, b):
    """y_nj = sum_i x_ni * W_ij + b_j"""
    x, W, b = float64(x, W, b)
    (N, n_in), n_out = x.shape, W.shape[1]
    y = np.zeros((N, n_out))
    for n in range(N):
        for j in range(n_out):
            total = b[j]
            for i in range(n_in):
                total += x[n, i] * W[i, j]
            y[n, j] = total
    return y


def dense_backward(x, W, dy):
    """dx_ni = sum_j dy_nj * W_ij; dW_ij = sum_n x_ni * dy_nj; db_j = sum_n dy_nj"""
    x, W, dy = float64(x, W, dy)
    dx, dW, db = np.zeros(x.shape), np.zeros(W.shape), np.zeros(W.shape[1])
    for n in range(x.shape[0]):
        for j in range(W.shape[1]):
            db[j] += dy[n, j]
            for i in range(W.shape[0]):
                dx[n, i] += dy[n, j] * W[i, j]
                dW[i, j] += x[n, i] * dy[n, j]
    return dx, dW, db


def relu_backward(x, dy):
    """dx_i = dy_i if x_i > 0, else 0"""
    dx = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            dx[i] = dy[i]
    return dx


def conv_sides(size, kernel, stride, padding):
    """(zeros before, zeros after, outputs) along one side; "same" puts an odd zero after"""
    if padding == "same":
        outputs = math.ceil(size / stride)
        zeros = max((outputs - 1) * stride + kernel - size, 0)
        return zeros // 2, zeros - zeros // 2, outputs
    before = 0 if padding == "valid" else padding
    outputs = 0
    while outputs * stride + kernel <= size + 2 * before:
        outputs += 1
    return before, before, outputs


def by_axis(padding):
    """the padding of rows and that of columns, which a pair tells apart"""
    return padding if isinstance(padding, tuple) else (padding, padding)


def conv_layer(x, K, b, stride=1, padding="valid"):
    """y_nijo = b_o + sum_uvc x_n,si+u-t,sj+v-l,c * K_uvco, where x is 0 outside the image"""
    x, K, b = float64(x, K, b)
    (N, H, W, _), (k_h, k_w, c_in, c_out) = x.shape, K.shape
    of_rows, of_columns = by_axis(padding)
    top, _, rows = conv_sides(H, k_h, stride, of_rows)
    left, _, columns = conv_sides(W, k_w, stride, of_columns)
    y = np.zeros((N, rows, columns, c_out))
    for n, i, j, o in np.ndindex(y.shape):
        total = b[o]
        for u, v, c in np.ndindex(k_h, k_w, c_in):
            row, column = stride * i + u - top, stride * j + v - left
            if 0 <= row < H and 0 <= column < W:
                total += x[n, row, column, c] * K[u, v, c, o]
        y[n, i, j, o] = total
    return y


def conv_layer_backward(x, K, dy, stride=1, padding="valid"):
    """dx, dK, db: each product x * K of the sum in y_nijo gives dy * K to x and dy * x to K"""
    x, K, dy = float64(x, K, dy)
    (_, H, W, _), (k_h, k_w, c_in, c_out) = x.shape, K.shape
    of_rows, of_columns = by_axis(padding)
    top = conv_sides(H, k_h, stride, of_rows)[0]
    left = conv_sides(W, k_w, stride, of_columns)[0]
    dx, dK, db = np.zeros(x.shape), np.zeros(K.shape), np.zeros(c_out)
    for n, i, j, o in np.ndindex(dy.shape):
        db[o] += dy[n, i, j, o]
        for u, v, c in np.ndindex(k_h, k_w, c_in):
            row, column = stride * i + u - top, stride * j + v - left
            if 0 <= row < H and 0 <= column < W:
                dx[n, row, column, c] += dy[n, i, j, o] * K[u, v, c, o]
                dK[u, v, c, o] += dy[n, i, j, o] * x[n, row, column, c]
    return dx, dK, db


def pool_windows(x, size, stride, padding):
    """for every row i and column j of the output the pixels (row, column) of its window that lie
    inside the image, in row-major order"""
    _, H, W, _ = x.shape
    of_rows, of_columns = by_axis(padding)
    top, _, rows = conv_sides(H, size, stride, of_rows)
    left, _, columns = conv_sides(W, size, stride, of_columns)
    windows = {}
    for i, j in np.ndindex(rows, columns):
        windows[i, j] = []
        for u, v in np.ndindex(size, size):
            row, column = stride * i + u - top, stride * j + v - left
            if 0 <= row < H and 0 <= column < W:
                windows[i, j].append((row, column))
    return windows, (len(x), rows, columns, x.shape[3])


def first_largest(x, n, c, window):
    """(row, column) of the largest x of a window, the first in row-major order; a NaN is larger"""
    best = window[0]
    for row, column in window:
        largest, value = x[n, best[0], best[1], c], x[n, row, column, c]
        if value > largest or (math.isnan(value) and not math.isnan(largest)):
            best = row, column
    return best


def max_pool_layer(x, size, stride, padding="valid"):
    """y_nijc = max over u, v < k of x_n,si+u-t,sj+v-l,c, where that lies inside the image"""
    windows, shape = pool_windows(x, size, stride, padding)
    y = np.zeros(shape)
    for n, i, j, c in np.ndindex(shape):
        row, column = first_largest(x, n, c, windows[i, j])
        y[n, i, j, c] = x[n, row, column, c]
    return y


def max_pool_layer_backward(x, dy, size, stride, padding="valid"):
    """dx: all of dy_nijc goes to the first largest x of its window"""
    windows, _ = pool_windows(x, size, stride, padding)
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dy.shape):
        row, column = first_largest(x, n, c, windows[i, j])
        dx[n, row, column, c] += dy[n, i, j, c]
    return dx


def average_pool_layer(x, size, stride, padding="valid"):
    """y_nijc = sum over u, v < k of x_n,si+u-t,sj+v-l,c / m, over the m inside the image"""
    windows, shape = pool_windows(x, size, stride, padding)
    y = np.zeros(shape)
    for n, i, j, c in np.ndindex(shape):
        total = 0.0
        for row, column in windows[i, j]:
            total += float(x[n, row, column, c])
        y[n, i, j, c] = total / len(windows[i, j])
    return y


def average_pool_layer_backward(x, dy, size, stride, padding="valid"):
    """dx: every x of a window gets dy_nijc / m"""
    windows, _ = pool_windows(x, size, stride, padding)
    dx = np.zeros(x.shape)
    for n, i, j, c in np.ndindex(dy.shape):
        for row, column in windows[i, j]:
            dx[n, row, column, c] += float(dy[n, i, j, c]) / len(windows[i, j])
    return dx


def batch_statistics(x):
    """mean and variance (divided by n) of every channel, and n"""
    (x,) = float64(x)
    channels = x.shape[-1]
    mean, var, n = np.zeros(channels), np.zeros(channels), x.size // channels
    for i in np.ndindex(x.shape):
        mean[i[-1]] += x[i] / n
    for i in np.ndindex(x.shape):
        var[i[-1]] += (x[i] - mean[i[-1]]) ** 2 / n
    return mean, var, n


def normalized(x, gamma, beta, mean, var, epsilon):
    """y = gamma_c * (x - mean_c) / sqrt(var_c + eps) + beta_c"""
    y = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        c = i[-1]
        xhat = (float(x[i]) - mean[c]) / math.sqrt(var[c] + epsilon)
        y[i] = gamma[c] * xhat + beta[c]
    return y


def batch_norm(x, gamma, beta, epsilon):
    """As in training: with the mean and variance of the batch itself."""
    mean, var, _ = batch_statistics(x)
    return normalized(x, gamma, beta, mean, var, epsilon)


def batch_norm_running(x, mean, var, momentum):
    """(1 - momentum) * running + momentum * batch, the variance of the batch times n / (n - 1)"""
    batch_mean, batch_var, n = batch_statistics(x)
    new_mean, new_var = np.zeros(len(mean)), np.zeros(len(var))
    for c in range(len(mean)):
        new_mean[c] = (1 - momentum) * mean[c] + momentum * batch_mean[c]
        new_var[c] = (1 - momentum) * var[c] + momentum * batch_var[c] * n / (n - 1)
    return new_mean, new_var


def batch_norm_backward(x, gamma, dy, epsilon):
    """dx by the chain rule over all pairs of one channel, dgamma = sum dy * xhat, dbeta = sum dy

    dy_i/dx_k = gamma / sd * ([i == k] - 1/n - xhat_i * xhat_k / n),  sd = sqrt(var + eps)
    """
    x, dy = float64(x, dy)
    mean, var, n = batch_statistics(x)
    dx, dgamma, dbeta = np.zeros(x.shape), np.zeros(len(mean)), np.zeros(len(mean))
    for c in range(len(mean)):
        sd = math.sqrt(var[c] + epsilon)
        places = list(np.ndindex(x.shape[:-1]))
        for i in places:
            xhat_i = (x[i][c] - mean[c]) / sd
            dgamma[c] += dy[i][c] * xhat_i
            dbeta[c] += dy[i][c]
            for k in places:
                xhat_k = (x[k][c] - mean[c]) / sd
                same = 1.0 if i == k else 0.0
                slope = gamma[c] / sd * (same - 1 / n - xhat_i * xhat_k / n)
                dx[(*k, c)] += dy[i][c] * slope
    return dx, dgamma, dbeta


def leaky_relu(x, slope=0.01):
    y = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        y[index] = x[index] if x[index] > 0 else slope * x[index]
    return y


def leaky_relu_backward(x, dy, slope=0.01):
    dx = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        dx[index] = dy[index] * (1.0 if x[index] > 0 else slope)
    return dx


def sigmoid_backward(x, dy):
    """dx_i = dy_i * e / (1 + e)^2 with e = exp(-|x_i|)"""
    dx, slope = np.zeros(x.shape), sigmoid_derivative(x)
    for i in np.ndindex(x.shape):
        dx[i] = dy[i] * slope[i]
    return dx


def tanh_backward(x, dy):
    """dx_i = dy_i * 4 e / (1 + e)^2 with e = exp(-2 |x_i|)"""
    dx, slope = np.zeros(x.shape), tanh_derivative(x)
    for i in np.ndindex(x.shape):
        dx[i] = dy[i] * slope[i]
    return dx


def flatten(x):
    """y_n,(i W + j) C + c = x_nijc"""
    N, H, W, C = x.shape
    y = np.zeros((N, H * W * C))
    for n, i, j, c in np.ndindex(x.shape):
        y[n, (i * W + j) * C + c] = x[n, i, j, c]
    return y


def flatten_backward(shape, dy):
    """dx_nijc = dy_n,(i W + j) C + c"""
    _, _, W, C = shape
    dx = np.zeros(shape)
    for n, i, j, c in np.ndindex(shape):
        dx[n, i, j, c] = dy[n, (i * W + j) * C + c]
    return dx


def softmax_cross_entropy(z, y):
    """L = mean_n of log(sum_k exp(z_nk)) - z_n,y_n; dL/dz_nc = (p_nc - [c == y_n]) / N"""
    N, classes = z.shape
    p, dz = softmax(z), np.zeros(z.shape)
    loss = 0.0
    for n in range(N):
        row = [float(value) for value in z[n]]
        top = max(row)
        loss += top + math.log(sum(math.exp(value - top) for value in row)) - row[y[n]]
        for c in range(classes):
            one_hot = 1.0 if c == y[n] else 0.0
            dz[n, c] = (p[n, c] - one_hot) / N
    return loss / N, dz


def sgd_step(w, g, velocity, lr, momentum, weight_decay, keep):
    """g' = g + weight_decay*w; velocity' = momentum*velocity + g'; w' = w - lr*velocity'"""
    w, g, velocity = float64(w, g, velocity)
    new_w, new_velocity = np.zeros(w.shape), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if keep is not None and not keep[i]:
            continue  # pruned: all stay 0
        decayed = g[i] + weight_decay * w[i]
        new_velocity[i] = momentum * velocity[i] + decayed
        new_w[i] = w[i] - lr * new_velocity[i]
    return new_w, new_velocity


def adam_step(w, g, m, v, t, lr, beta1, beta2, epsilon, weight_decay, keep):
    """w' = (1 - lr*weight_decay)*w - lr * (m'/(1-beta1^t)) / (sqrt(v'/(1-beta2^t)) + epsilon)"""
    w, g, m, v = float64(w, g, m, v)
    new_w, new_m, new_v = np.zeros(w.shape), np.zeros(w.shape), np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if keep is not None and not keep[i]:
            continue  # pruned: all stay 0
        decayed = w[i] - lr * weight_decay * w[i]
        new_m[i] = beta1 * m[i] + (1 - beta1) * g[i]
        new_v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i]
        m_hat = new_m[i] / (1 - beta1**t)
        v_hat = new_v[i] / (1 - beta2**t)
        new_w[i] = decayed - lr * m_hat / (math.sqrt(v_hat) + epsilon)
    return new_w, new_m, new_v


def numerical_gradient(f, x, h=1e-5):
    """df/dx_i ~ (f(x + h*e_i) - f(x - h*e_i)) / (2*h), on a float64 copy of x"""
    (x,) = float64(x)
    gradient = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        centre = x[i]
        x[i] = centre + h
        above = float(f(x))
        x[i] = centre - h
        below = float(f(x))
        x[i] = centre
        gradient[i] = (above - below) / (2 * h)
    return gradient
