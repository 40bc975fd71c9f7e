import numpy as np

from minprune.checks.check import given
from minprune.exercises.exercise import Exercise

exercise = Exercise(
    "3.1",
    title={"en": "An update step under a mask", "zh": "带掩码的一步更新"},
    text={
        "en": """\
        One step of SGD with momentum for weights under a mask: pruned weights remain exactly 0.

            v' = momentum v + g     where the mask keeps, else 0
            w' = w - lr v'          where the mask keeps, else 0

        w         weights, an array of any shape
        g         gradient of the loss, shape of w; in general not 0 at pruned weights
        v         velocity from the steps before, shape of w
        mask      boolean array, shape of w, True = keep
        lr        learning rate, > 0
        momentum  0 <= momentum < 1
        returns   (w', v'), two new arrays of the shape of w

        The mask may be new: where it prunes, w and v need not be 0 yet, but w' and v' must be. None
        of the arrays given may be changed.

        >>> w, g, v = np.array([[1.0, 0.0, -2.0], [2.0, 1.0, 0.0], [4.0, 8.0, 2.0]])
        >>> mask = np.array([True, False, True])
        >>> w_new, v_new = masked_step(w, g, v, mask, lr=0.5, momentum=0.5)
        >>> w_new.tolist(), v_new.tolist()
        ([-1.0, 0.0, -2.5], [4.0, 0.0, 1.0])
        """,
        "zh": """\
        带掩码的动量 SGD 更新一步：被剪掉的权重始终恰好为 0。

            v' = momentum v + g     掩码保留处如此，其余为 0
            w' = w - lr v'          掩码保留处如此，其余为 0

        w         权重，任意形状的数组
        g         损失的梯度，形状与 w 相同；在被剪掉的权重处一般不为 0
        v         此前各步累积的速度，形状与 w 相同
        mask      布尔数组，形状与 w 相同，True 表示保留
        lr        学习率，> 0
        momentum  动量系数，0 <= momentum < 1
        返回      (w', v')，两个与 w 形状相同的新数组

        掩码可能刚刚更新：在剪掉的位置上，传入的 w 和 v 不一定为 0，
        返回的 w' 和 v' 则必须为 0。不得改动传入的数组。

        >>> w, g, v = np.array([[1.0, 0.0, -2.0], [2.0, 1.0, 0.0], [4.0, 8.0, 2.0]])
        >>> mask = np.array([True, False, True])
        >>> w_new, v_new = masked_step(w, g, v, mask, lr=0.5, momentum=0.5)
        >>> w_new.tolist(), v_new.tolist()
        ([-1.0, 0.0, -2.5], [4.0, 0.0, 1.0])
        """,
    },
    hints={
        "en": [
            "A weight is moved by its velocity, which contains old gradients. Is it enough to mask "
            "the gradient?",
            "Compute the step as if nothing were pruned, and set the pruned places to 0 in both "
            "arrays. np.where(mask, a, 0.0) takes a where the mask keeps.",
            "The new velocity is np.where(mask, momentum * v + g, 0.0); the new weights use it, "
            "and are masked in the same way.",
        ],
        "zh": [
            "真正移动权重的是速度，其中积累了过去的梯度。只给梯度加掩码够吗？",
            "先当作没有剪枝来算这一步，再把两个数组中被剪掉的位置都置为 0。"
            "np.where(mask, a, 0.0) 在掩码保留处取 a。",
            "新的速度是 np.where(mask, momentum * v + g, 0.0)；"
            "新的权重要用这个新速度，并同样加上掩码。",
        ],
    },
    source="E-5.1d, A-5.2.8; Polyak 1964, Han et al. 2015",
)


@exercise.solution
def masked_step(w, g, v, mask, lr, momentum):
    v = np.where(mask, momentum * v + g, 0.0)
    w = np.where(mask, w - lr * v, 0.0)
    return w, v


exercise.worked(
    "by hand",
    given([1.0, 0.0, -2.0], [2.0, 1.0, 0.0], [4.0, 8.0, 2.0], [True, False, True], 0.5, 0.5),
    [np.array([-1.0, 0.0, -2.5]), np.array([4.0, 0.0, 1.0])],
)
exercise.worked(
    "by hand, the mask is new",
    given([[2.0, 4.0]], [[1.0, -1.0]], [[3.0, 2.0]], [[False, True]], 0.25, 0.75),
    [np.array([[0.0, 3.875]]), np.array([[0.0, 0.5]])],
)
exercise.edge(
    "nothing is pruned", given([1.0, -2.0], [0.5, 0.25], [1.0, 2.0], [True, True], 0.5, 0.5)
)
exercise.edge(
    "everything is pruned", given([1.0, -2.0], [0.5, 0.25], [1.0, 2.0], [False, False], 0.5, 0.5)
)
exercise.edge(
    "no momentum", given([1.0, 0.0, 3.0], [2.0, 4.0, 0.0], [1.0, 1.0, 1.0], [True, False, True],
                         0.125, 0.0)
)  # fmt: skip


@exercise.random
def _(rng):
    w, g, v = rng.standard_normal((3, 4, 5))
    return given(w, g, v, rng.random((4, 5)) < 0.6, 0.1, 0.9)


@exercise.property(
    "Gradient and velocity of a pruned weight must not matter.",
    "被剪掉的权重的梯度和速度不影响结果。",
)
def _(rng):
    w, g, v, noise = rng.standard_normal((4, 6))
    mask = np.arange(6) % 2 == 0
    other = np.where(mask, 0.0, noise)
    one, two = yield [
        given(w, g, v, mask, 0.1, 0.9),
        given(w, g + other, v - other, mask, 0.1, 0.9),
    ]
    return all(np.allclose(a, b) for a, b in zip(one, two, strict=True))


exercise.edits("""
np.where(mask, momentum * v + g, 0.0) -> momentum * v + g
    The velocity of a pruned weight is momentum v + g; v' must be 0 there.
    被剪掉的权重的速度是 momentum v + g；那里的 v' 应为 0。
np.where(mask, momentum * v + g, 0.0) -> momentum * v + g * mask
    The velocity of a pruned weight is momentum v; v' must be 0 there, not only the gradient.
    被剪掉的权重的速度是 momentum v；不仅梯度，那里的 v' 也应为 0。
np.where(mask, momentum * v + g, 0.0) -> momentum * (v * mask) + g
    The velocity of a pruned weight is its gradient; v' must be 0 there.
    被剪掉的权重的速度等于它的梯度；那里的 v' 应为 0。
np.where(mask, momentum * v + g, 0.0) -> np.where(mask, momentum * v + g, v)
    The velocity of a pruned weight keeps its old value; v' must be 0 there.
    被剪掉的权重的速度保留了旧值；那里的 v' 应为 0。
np.where(mask, w - lr * v, 0.0) -> np.where(mask, w - lr * v, w)
    A weight that a new mask prunes keeps its value; w' must be 0 there.
    新掩码剪掉的权重还保留原值；那里的 w' 应为 0。
mask = ~mask
    The mask is inverted; True means keep.
    掩码取反了；True 表示保留。
w = np.where -> w[:] = np.where
    It changes the array w that was given; w' must be a new array.
    改动了传入的数组 w；w' 应为新数组。
v = np.where -> v[:] = np.where
    It changes the array v that was given; v' must be a new array.
    改动了传入的数组 v；v' 应为新数组。
g *= mask
    It changes the array g that was given; a masked gradient must be a new array.
    改动了传入的数组 g；加掩码后的梯度应为新数组。
w[~mask] = 0
    It writes zeros into the array w that was given; w' must be a new array.
    把 0 写进了传入的数组 w；w' 应为新数组。
v[~mask] = 0
    It writes zeros into the array v that was given; v' must be a new array.
    把 0 写进了传入的数组 v；v' 应为新数组。
+ g -> + lr * g
    The gradient in the velocity is multiplied by lr; lr belongs to the step of the weights alone.
    速度中的梯度多乘了 lr；lr 只用于权重的更新。
w - lr * v -> w - v
    The step of the weights lacks the learning rate; it is lr v'.
    权重的更新没有乘学习率；应减去 lr v'。
w - lr * v -> w - lr * (g + momentum * v)
    This is Nesterov's look-ahead step; here the weights move by lr v'.
    这是带前瞻的 Nesterov 更新；这里权重只移动 lr v'。
w - lr * v -> w - lr * g
    The weights move by lr times the gradient; they must move by lr v'.
    权重按梯度移动；应移动 lr v'。
momentum * v + g -> g
    The old velocity is left out; v' = momentum v + g.
    漏掉了旧的速度；v' = momentum v + g。
momentum * v -> v
    The old velocity is not multiplied by momentum; v' = momentum v + g.
    旧的速度没有乘 momentum；v' = momentum v + g。
momentum * v + g -> v + momentum * g
    Momentum multiplies the gradient; it belongs to the old velocity.
    momentum 乘在了梯度上；它应乘旧的速度。
+ g -> + (1 - momentum) * g
    The gradient is scaled by 1 - momentum; here it is added unscaled.
    梯度乘了 1 - momentum；这里应直接相加。
+ g -> - g
    The gradient is subtracted in the velocity; v' = momentum v + g.
    速度中减去了梯度；v' = momentum v + g。
w - lr -> w + lr
    The weights move along +lr v', which raises the loss; w' = w - lr v'.
    符号错了，w + lr v' 会使损失上升；应为 w - lr v'。
return result[0]
    It returns w' alone; the next step needs v' too, so return (w', v').
    只返回了 w'；下一步还需要 v'，应返回 (w', v')。
return w, v -> return v, w
    The two results are exchanged; w' is the first, v' the second.
    两个返回值顺序反了；应先 w' 后 v'。
return result[0], v
    The velocity returned is the old one; return the new one, v'.
    返回的是旧的速度；应返回新的速度 v'。
return w, v -> return w[mask], v[mask]
    It returns the kept entries alone; w' and v' have the shape of w, with 0 at pruned places.
    只返回了保留的元素；w' 和 v' 的形状应与 w 相同，剪掉处为 0。
np.where(mask, momentum * v + g, 0.0) -> momentum * v + g * mask
np.where(mask, w - lr * v, 0.0) -> w - lr * v
    Only the gradient is masked, so old momentum still moves pruned weights; mask v' and w'.
    只给梯度加了掩码，旧的动量仍会移动被剪掉的权重；v' 和 w' 都要加掩码。
np.where(mask, momentum * v + g, 0.0) -> momentum * v + g
np.where(mask, w - lr * v, 0.0) -> w - lr * v
    Pruned weights are updated as if there were no mask; w' and v' must be 0 there.
    被剪掉的权重照常更新，没有使用掩码；那里的 w' 和 v' 应为 0。
np.where(mask, momentum * v + g, 0.0) -> momentum * (v * mask) + g
np.where(mask, w - lr * v, 0.0) -> w * mask - lr * v
    The mask is applied before the step, so the gradient moves pruned weights; apply it after.
    掩码加在更新之前，梯度又会移动被剪掉的权重；应在更新之后加掩码。
np.where(mask, momentum * v + g, 0.0) -> momentum * v + g * mask
np.where(mask, w - lr * v, 0.0) -> w * mask - lr * v
    Weights and gradient are masked before the step, the velocity never; mask w' and v'.
    更新前给权重和梯度加了掩码，速度却没有；应给 w' 和 v' 加掩码。
np.where(mask, momentum * v + g, 0.0) -> momentum * v + g
np.where(mask, w - lr * v, 0.0) -> w - lr * v
return (result[0], result[1] * mask)
    Pruned weights still move, by a velocity that is not masked; w' must be 0 there, like v'.
    被剪掉的权重仍按未加掩码的速度移动；那里的 w' 应与 v' 一样为 0。
v = np.where -> v[:] = np.where
w = np.where -> w[:] = np.where
    It changes the arrays w and v that were given; w' and v' must be new arrays.
    改动了传入的数组 w 和 v；w' 和 v' 应为新数组。
+ g -> + lr * g
w - lr * v -> w - v
    The velocity holds lr g, and the weights move by it; v' = momentum v + g, the step is lr v'.
    学习率乘进了速度，权重直接减去速度；应为 v' = momentum v + g，更新时再乘 lr。
+ g -> - lr * g
w - lr * v -> w + v
    It computes v' = momentum v - lr g and w + v'; here v' = momentum v + g, and w' = w - lr v'.
    算的是 v' = momentum v - lr g 和 w + v'；这里 v' = momentum v + g，w' = w - lr v'。
v = np.where -> old_v, v = v, np.where
w - lr * v -> w - lr * old_v
    The weights move by the old velocity; they must move by the new one, v'.
    权重用旧的速度更新；应使用新的速度 v'。
mask = w != 0
    It takes the weights that are not 0 for kept ones; the mask alone determines what is kept.
    把不为 0 的权重当成了保留的；保留哪些只由 mask 决定。
momentum * v + g -> momentum * (v + g)
    Momentum multiplies the gradient too; v' = momentum v + g.
    梯度也乘了 momentum；v' = momentum v + g。
momentum * v + g -> v
    The velocity is not updated; v' = momentum v + g.
    速度没有更新；v' = momentum v + g。
w - lr * v -> w - lr * g - momentum * v
    The weights move by lr g + momentum times a velocity; they move by lr v' alone.
    权重移动了 lr g 加上 momentum 乘速度；只应移动 lr v'。
w - lr * v -> w - v / lr
    The velocity is divided by lr in the step of the weights; it is multiplied: w' = w - lr v'.
    更新权重时速度除以了 lr；应相乘：w' = w - lr v'。
w - lr * v -> -lr * v
    It returns the step -lr v' in place of the weights; w' = w - lr v'.
    返回的是更新量 -lr v'；应返回权重 w' = w - lr v'。
np.where(mask, w - lr * v, 0.0) -> np.where(mask, 0.0, w - lr * v)
    The mask of the weights is inverted; w' is 0 where the mask is False.
    给权重加的掩码反了；掩码为 False 处 w' 才是 0。
momentum * v + g -> np.add(momentum * v, g, out=g)
    It adds the velocity to the array g that was given, which must not change.
    把速度加进了传入的数组 g；不应改动 g。
momentum * v + g -> np.add(momentum * v, g, out=v)
np.where(mask, w - lr * v, 0.0) -> np.where(mask, np.subtract(w, lr * v, out=w), 0.0)
    It changes the arrays w and v that were given; w' and v' must be new arrays.
    改动了传入的数组 w 和 v；w' 和 v' 应为新数组。
lr, momentum = momentum, lr
    The arguments lr and momentum are exchanged; momentum multiplies the old velocity, lr the step.
    lr 与 momentum 用反了；momentum 乘旧的速度，lr 乘更新量。
return w, v -> return w[mask], v
    The new weights are the kept entries alone; w' has the shape of w, with 0 at pruned places.
    新权重只有保留的元素；w' 的形状应与 w 相同，剪掉处为 0。
""")
