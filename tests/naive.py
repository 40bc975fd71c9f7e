"""Every formula once more, as plain loops over scalars: slow, but simple enough to check by eye.

The fast functions are tested against these. Nothing is imported from the package, and NumPy only
holds the arrays. Sums and products run in float64. Where scores meet a threshold or each other,
they are compared in the dtype of the scores: 0.3 as a threshold equals a 0.3 stored as float32.
Mask: True = keep. Score: higher = more important. Dense layer: y = x @ W + b.
"""

import math
from itertools import pairwise

import numpy as np


def _float64(*arrays):
    """float64 copies, because float32 elements would multiply and add in float32."""
    return [np.array(a, dtype=np.float64) for a in arrays]


# --- penalties (A-4.1) ----------------------------------------------------------------------------


def l1_penalty(w, lam):
    """R = lam * sum_i |w_i|"""
    total = 0.0
    for i in np.ndindex(w.shape):
        total += abs(float(w[i]))
    return lam * total


def l1_subgradient(w, lam):
    """dR/dw_i = lam * sign(w_i), with 0 chosen at w_i = 0"""
    g = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        if w[i] > 0:
            g[i] = lam
        elif w[i] < 0:
            g[i] = -lam
    return g


def l2_penalty(w, lam):
    """R = lam * sum_i w_i^2"""
    total = 0.0
    for i in np.ndindex(w.shape):
        total += float(w[i]) * float(w[i])
    return lam * total


def l2_gradient(w, lam):
    """dR/dw_i = 2 * lam * w_i"""
    g = np.zeros(w.shape)
    for i in np.ndindex(w.shape):
        g[i] = 2 * lam * float(w[i])
    return g


# --- scores ---------------------------------------------------------------------------------------


def magnitude(w):
    """score_i = |w_i|, in the dtype of w"""
    score = np.zeros(w.shape, w.dtype)
    for i in np.ndindex(w.shape):
        score[i] = -w[i] if w[i] < 0 else w[i]
    return score


# --- masks ----------------------------------------------------------------------------------------


def threshold_mask(score, theta, ties):
    """prunes score_i < theta (ties "keep", A-4.2) or score_i <= theta (ties "prune", D-4.1b)"""
    keep = np.zeros(score.shape, bool)
    if score.dtype.kind == "f":
        theta = score.dtype.type(theta)
    for i in np.ndindex(score.shape):
        if ties == "keep":
            pruned = score[i] < theta
        if ties == "prune":
            pruned = score[i] <= theta
        keep[i] = not pruned
    return keep


def prune_count(n, sparsity):
    """k = the integer nearest to sparsity * n; of two equally near ones, the even one"""
    exact = float(sparsity) * n
    below = math.floor(exact)
    rest = exact - below
    if rest < 0.5:
        return below
    if rest > 0.5:
        return below + 1
    return below if below % 2 == 0 else below + 1


def rank_mask(score, k):
    """keep_i = False for the k smallest scores, equal ones in C order (C-4.2d, E-3.1)"""
    keep = np.ones(score.shape, bool)
    for _ in range(k):
        smallest = None
        for i in np.ndindex(score.shape):  # C order, and "<" lets the first of equals stand
            if keep[i] and (smallest is None or score[i] < score[smallest]):
                smallest = i
        keep[smallest] = False
    return keep


def layerwise_rank_masks(scores, sparsity):
    """keep_l = rank_mask(score_l, prune_count(n_l, sparsity)), each array by itself"""
    masks = []
    for score in scores:
        masks.append(rank_mask(score, prune_count(score.size, sparsity)))
    return masks


def global_rank_masks(scores, sparsity):
    """keep = rank_mask over all arrays together, k = prune_count(sum_l n_l, sparsity)"""
    masks = [np.ones(score.shape, bool) for score in scores]
    for _ in range(prune_count(count_parameters(*scores), sparsity)):
        smallest = None
        for layer, score in enumerate(scores):
            for i in np.ndindex(score.shape):
                if masks[layer][i] and (smallest is None or score[i] < smallest):
                    smallest, where = score[i], (layer, i)
        layer, i = where
        masks[layer][i] = False
    return masks


def apply_mask(w, mask):
    """w'_i = w_i where mask_i, else 0"""
    pruned = np.zeros(w.shape, w.dtype)
    for i in np.ndindex(w.shape):
        if mask[i]:
            pruned[i] = w[i]
    return pruned


# --- metrics --------------------------------------------------------------------------------------


def count_nonzero(*arrays):
    """#{entries != 0} over all arrays"""
    count = 0
    for a in arrays:
        for i in np.ndindex(a.shape):
            if a[i] != 0:
                count += 1
    return count


def count_parameters(*arrays):
    """#{entries} over all arrays"""
    count = 0
    for a in arrays:
        for _ in np.ndindex(a.shape):
            count += 1
    return count


def sparsity(*arrays):
    """s = #{entries == 0} / #{entries}, over all arrays together"""
    zeros = 0
    for a in arrays:
        for i in np.ndindex(a.shape):
            if a[i] == 0:
                zeros += 1
    return zeros / count_parameters(*arrays)


def pruning_rate(w, theta, ties):
    """r = #{i: |w_i| is pruned at theta} / n (B-3b)"""
    keep = threshold_mask(magnitude(w), theta, ties)
    pruned = 0
    for i in np.ndindex(w.shape):
        if not keep[i]:
            pruned += 1
    return pruned / count_parameters(w)


def compression_rate(size, new_size):
    """c = 1 - size' / size (D-2.1e)"""
    return 1 - new_size / size


def compression_ratio(size, new_size):
    """ratio = size / size' (D-2.1e)"""
    return size / new_size


def accuracy(labels, predictions):
    """#{n: prediction_n == label_n} / N (A-9.9)"""
    right = 0
    for label, prediction in zip(labels, predictions, strict=True):
        if label == prediction:
            right += 1
    return right / len(labels)


def recall(labels, predictions, label):
    """TP / (TP + FN) of one class, nan where the class has no sample (A-9.9)"""
    true_positive, false_negative = 0, 0
    for actual, prediction in zip(labels, predictions, strict=True):
        if actual == label and prediction == label:
            true_positive += 1
        if actual == label and prediction != label:
            false_negative += 1
    if true_positive + false_negative == 0:
        return math.nan
    return true_positive / (true_positive + false_negative)


def macro_recall(labels, predictions):
    """mean of recall_c over the classes c that occur in labels (A-9.9)"""
    classes = []
    for label in labels:
        if label not in classes:
            classes.append(label)
    total = 0.0
    for label in classes:
        total += recall(labels, predictions, label)
    return total / len(classes)


def mlp_parameters(widths):
    """sum_l n_l * n_{l+1} + n_{l+1}: kernels and biases (A-5.5)"""
    total = 0
    for n_in, n_out in pairwise(widths):
        total += n_in * n_out + n_out
    return total


def mlp_macs(widths):
    """sum_l n_l * n_{l+1}: multiply-accumulates for one sample, biases not counted"""
    total = 0
    for n_in, n_out in pairwise(widths):
        total += n_in * n_out
    return total


def mlp_hidden_width(parameters, n_in, n_out):
    """the h with n_in*h + h + h*n_out + n_out = parameters, or None (A-5.5)"""
    for h in range(1, parameters + 1):
        if n_in * h + h + h * n_out + n_out == parameters:
            return h
    return None


def dense_bytes(*arrays):
    """sum over the arrays of #{entries} * bytes per entry"""
    total = 0
    for a in arrays:
        for _ in np.ndindex(a.shape):
            total += a.itemsize
    return total


def csr_bytes(rows, nonzeros, value_bytes=4, index_bytes=4):
    """nonzeros * (value + index) + (rows + 1) * index: values, indices, offsets (E-5.1c)"""
    return nonzeros * value_bytes + nonzeros * index_bytes + (rows + 1) * index_bytes


def bitmask_bytes(size, nonzeros, value_bytes=4):
    """ceil(size / 8) + nonzeros * value: one bit per entry, then the kept values (E-5.1c)"""
    return math.ceil(size / 8) + nonzeros * value_bytes


# --- network pieces -------------------------------------------------------------------------------


def dense(x, W, b):
    """y_nj = sum_i x_ni * W_ij + b_j"""
    x, W, b = _float64(x, W, b)
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
    x, W, dy = _float64(x, W, dy)
    dx, dW, db = np.zeros(x.shape), np.zeros(W.shape), np.zeros(W.shape[1])
    for n in range(x.shape[0]):
        for j in range(W.shape[1]):
            db[j] += dy[n, j]
            for i in range(W.shape[0]):
                dx[n, i] += dy[n, j] * W[i, j]
                dW[i, j] += x[n, i] * dy[n, j]
    return dx, dW, db


def relu(x):
    """y_i = max(x_i, 0)"""
    y = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            y[i] = x[i]
    return y


def relu_backward(x, dy):
    """dx_i = dy_i if x_i > 0, else 0"""
    dx = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        if x[i] > 0:
            dx[i] = dy[i]
    return dx


def softmax(z):
    """p_nc = exp(z_nc - top_n) / sum_k exp(z_nk - top_n), top_n = max_k z_nk"""
    p = np.zeros(z.shape)
    for n in range(z.shape[0]):
        row = [float(value) for value in z[n]]
        top = max(row)
        total = sum(math.exp(value - top) for value in row)
        for c, value in enumerate(row):
            p[n, c] = math.exp(value - top) / total
    return p


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


# --- optimisers: one step for one parameter -------------------------------------------------------


def sgd_step(w, g, velocity, lr, momentum, weight_decay, keep):
    """g' = g + weight_decay*w; velocity' = momentum*velocity + g'; w' = w - lr*velocity'"""
    w, g, velocity = _float64(w, g, velocity)
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
    w, g, m, v = _float64(w, g, m, v)
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


# --- sparse ---------------------------------------------------------------------------------------


def csr_from_dense(W):
    """values and indices i of every W_ij != 0, row j of them at offsets[j]:offsets[j+1]"""
    values, indices, offsets = [], [], [0]
    for j in range(W.shape[1]):
        for i in range(W.shape[0]):
            if W[i, j] != 0:
                values.append(W[i, j])
                indices.append(i)
        offsets.append(len(values))
    return np.array(values, W.dtype), np.array(indices, int), np.array(offsets, int)


def dense_from_csr(values, indices, offsets, n_in):
    """W[indices_k, j] = values_k for the entries k of row j"""
    W = np.zeros((n_in, len(offsets) - 1))
    for j in range(len(offsets) - 1):
        for k in range(offsets[j], offsets[j + 1]):
            W[indices[k], j] = values[k]
    return W


def csr_dense(x, values, indices, offsets, b, relu):
    """y_nj = b_j + sum_k values_k * x_n,indices_k for k in row j; then max(y_nj, 0) if relu"""
    x, values, b = _float64(x, values, b)
    N, n_out = x.shape[0], len(offsets) - 1
    y = np.zeros((N, n_out))
    for n in range(N):
        for j in range(n_out):
            total = b[j]
            for k in range(offsets[j], offsets[j + 1]):
                total += values[k] * x[n, indices[k]]
            y[n, j] = max(total, 0.0) if relu else total
    return y


# --- gradients ------------------------------------------------------------------------------------


def numerical_gradient(f, x, h=1e-5):
    """df/dx_i ~ (f(x + h*e_i) - f(x - h*e_i)) / (2*h), on a float64 copy of x"""
    (x,) = _float64(x)
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
