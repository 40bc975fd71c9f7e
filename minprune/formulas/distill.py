"""Learning from another network's predictions, and averaging those of several."""

import numpy as np

from minprune.arguments import (
    above_zero,
    finite_array,
    labels_of_rows,
    one_shape,
    same_shape,
    share,
    wide_array,
)
from minprune.formulas.activations import log_softmax, softmax


def soften(z, temperature):
    """Probabilities at a temperature: the higher, the more they tell of the wrong classes.

        p_k = exp(z_k / T) / sum_j exp(z_j / T)

    z            logits (N, K)
    temperature  T > 0; 1 gives the softmax
    returns an array (N, K); every row sums to 1

    Source: Hinton, Vinyals and Dean 2015, eq. (1) [C-2.1g].

    >>> soften([[2.0, 0.0, 0.0]], temperature=2.0).round(4)
    array([[0.5761, 0.2119, 0.2119]])
    """
    z = log_softmax(finite_array("z", z))
    with np.errstate(over="ignore"):  # at a low temperature the others go to minus infinity
        return softmax((z - z.max(axis=1, keepdims=True)) / above_zero("temperature", temperature))


def distillation_loss(z, z_teacher, y, alpha, temperature):
    """Loss of a student that learns from the labels and from a teacher.

        L = (1 - alpha) CE(y, p) + alpha T^2 KL(p_teacher^T || p^T)        means over the N samples
        KL(q || p) = sum_k q_k log(q_k / p_k)

    z, z_teacher  logits of student and teacher, (N, K)
    y             N integer labels
    alpha         weight of the teacher, 0 <= alpha <= 1
    temperature   T > 0; T^2 keeps the two gradients of one size when T changes
    returns a float in nats

    Source: Hinton, Vinyals and Dean 2015 [C-2.1g, C-6.4e].

    >>> round(distillation_loss([[1.0, 0.0, 0.0]], [[2.0, 0.0, 0.0]], [0], 1.0, 2.0), 8)
    0.12396199
    """
    z, z_teacher, y, alpha, temperature = _checked(z, z_teacher, y, alpha, temperature)
    log_q, log_p = log_softmax(z_teacher / temperature), log_softmax(z / temperature)
    kl = (np.exp(log_q) * (log_q - log_p)).sum(axis=1).mean()
    cross_entropy = -log_softmax(z)[np.arange(len(z)), y].mean()
    return float((1 - alpha) * cross_entropy + alpha * temperature**2 * kl)


def distillation_gradient(z, z_teacher, y, alpha, temperature):
    """Gradient of the distillation loss with respect to the student's logits.

        dL/dz_nk = ((1 - alpha) (p_nk - [k = y_n]) + alpha T (p^T_nk - p_teacher^T_nk)) / N

    z, z_teacher, y, alpha, temperature  as in `distillation_loss`
    returns an array (N, K), dtype of z, at least float32

    Source: Hinton, Vinyals and Dean 2015, eq. (2) [C-2.1g].

    >>> distillation_gradient([[0.0, 0.0]], [[0.0, 0.0]], [0], alpha=0.5, temperature=2.0)
    array([[-0.25,  0.25]])
    """
    dtype = wide_array("z", z).dtype
    z, z_teacher, y, alpha, temperature = _checked(z, z_teacher, y, alpha, temperature)
    from_labels = softmax(z)
    from_labels[np.arange(len(z)), y] -= 1
    # d KL / dz = (p - q) / T, since d log p_j / dz_k = ([j = k] - p_k) / T and sum_j q_j = 1
    from_teacher = temperature * (softmax(z / temperature) - softmax(z_teacher / temperature))
    return (((1 - alpha) * from_labels + alpha * from_teacher) / len(z)).astype(dtype)


def ensemble_average(predictions):
    """Average of the predicted probabilities of several networks.

        pbar = sum_m p_m / M

    predictions  list of M >= 1 arrays (N, K), rows that sum to 1
    returns an array (N, K); its cross-entropy is at most the mean of theirs

    Source: Hansen and Salamon 1990 [A-8c, our choice for "model fusion"].

    >>> ensemble_average([[[1.0, 0.0]], [[0.5, 0.5]]])
    array([[0.75, 0.25]])
    """
    predictions = one_shape("predictions", predictions)
    if not predictions or predictions[0].ndim != 2:
        raise ValueError(f"predictions must be arrays (N, K), got {[p.shape for p in predictions]}")
    if any((p < 0).any() or not np.allclose(p.sum(axis=1), 1, atol=1e-2) for p in predictions):
        raise ValueError("predictions must be probabilities >= 0 whose rows sum to 1")
    return np.mean(predictions, axis=0)


def _checked(z, z_teacher, y, alpha, temperature):
    # in float64: at a high temperature the two distributions differ in their last digits only
    z = finite_array("z", z).astype(np.float64)
    z_teacher = finite_array("z_teacher", z_teacher).astype(np.float64)
    same_shape(z=z, z_teacher=z_teacher)
    if z.ndim != 2 or z.size == 0:
        raise ValueError(f"z must be (N, K) with N and K at least 1, got {z.shape}")
    y = labels_of_rows("y", y, z)
    return z, z_teacher, y, share("alpha", alpha), above_zero("temperature", temperature)
