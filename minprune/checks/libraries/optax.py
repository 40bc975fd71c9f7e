"""Functions of Optax by the formula that they compute."""

import jax
import optax

from minprune.checks.libraries import Library

library = Library(optax.__version__, jax.numpy.array)
computes = library.computes
TABLE = """
l2_norm      optax.tree.norm(w)
l2_penalty   lam * optax.losses.l2_loss(w).sum()
l1_proximal  w - optax.projections.projection_box(w, -lr * lam, lr * lam)
weight_clip  optax.projections.projection_box(w, -c, c)
"""
library.table(TABLE, globals())


@computes("l2_gradient", "optax.add_decayed_weights(lam)")
def _(w, lam):
    decay = optax.add_decayed_weights(lam)
    return decay.update(jax.numpy.zeros_like(w), decay.init(w), w)[0]


@computes("l2_proximal", "optax.adamw(lr, weight_decay=lam)")
def _(w, lam, lr):
    adamw = optax.adamw(lr, weight_decay=lam)
    return w + adamw.update(jax.numpy.zeros_like(w), adamw.init(w), w)[0]


@computes("polynomial_decay", "optax.schedules.polynomial_schedule(initial, final, power, ...)")
def _(step, initial, final, begin, end, power):
    return optax.schedules.polynomial_schedule(initial, final, power, end - begin, begin)(step)


@computes("distillation_loss", "optax.losses.kl_divergence")
def _(z, z_teacher, y, alpha, temperature):
    teacher = jax.nn.softmax(z_teacher / temperature)
    kl = optax.losses.kl_divergence(jax.nn.log_softmax(z / temperature), teacher).mean()
    cross_entropy = optax.losses.softmax_cross_entropy_with_integer_labels(z, y).mean()
    return (1 - alpha) * cross_entropy + alpha * temperature**2 * kl
