"""Checks of `minprune.formulas.distill`."""

import numpy as np

from minprune.checks.check import Check, given
from minprune.formulas import distill

LOG_2, LOG_3 = float(np.log(2)), float(np.log(3))
STUDENT, TEACHER = [[1.0, 0.0, 0.0]], [[2.0, 0.0, 0.0]]


def _batch(rng):
    """The arguments of the loss and of its gradient: four samples of three classes."""
    z, z_teacher = rng.standard_normal((2, 4, 3))
    alpha, temperature = rng.uniform(0.2, 0.8), rng.uniform(1.5, 4.0)
    return z, z_teacher, rng.integers(0, 3, 4), float(alpha), float(temperature)


# --- soften --------------------------------------------------------------------------------------

soften = Check(distill.soften)
soften.worked("C-2.1g", given(TEACHER, 2.0), [[0.57611688, 0.21194156, 0.21194156]])
soften.worked("C-2.1g", given(STUDENT, 2.0), [[0.45186276, 0.27406862, 0.27406862]])
soften.worked("by hand", given([[LOG_3, 0.0], [0.0, 0.0]], 1.0), [[0.75, 0.25], [0.5, 0.5]])
soften.worked("by hand", given([[LOG_3, 0.0]], temperature=0.5), [[0.9, 0.1]])
soften.published(  # beta = 0.1 there
    "TensorFlow (commit 7e606a5), tensorflow/lite/kernels/activations_test.cc, Softmax4D",
    given([[0.0, -6.0, 2.0, 4.0]], temperature=10.0),
    [[0.23463, 0.12877, 0.28658, 0.35003]],
    digits=5,
)
soften.edge("a temperature so low that exponentials overflow", given([[10.0, 9.0, -10.0]], 0.01))
soften.edge("a temperature so high that all classes are equal", given([[3.0, -1.0]], 1e9))
soften.edge("a single class", given([[4.0], [-1.0]], 2.0))
soften.edge("large logits", given([[1000.0, 998.0]], 2.0))
soften.edge("single precision", given(np.array([[0.5, -0.5, 1.0]], np.float32), 2.0))
soften.edge("whole numbers", given([[3, -2, 0], [-1, 5, 4]], 2.0))


@soften.random
def _(rng):
    return given(2 * rng.standard_normal((4, 3)), float(rng.uniform(0.5, 4.0)))


@soften.property(
    "Multiplying logits and temperature by the same number must change nothing.",
    "logit 与温度同乘一个数，结果不应改变。",
)
def _(rng):
    z = rng.standard_normal((4, 3))
    one, other = yield [given(z, 2.0), given(4 * z, 8.0)]
    return np.allclose(one, other)


@soften.property(
    "A higher temperature must never raise the largest probability.",
    "温度升高时，最大的概率不应变大。",
)
def _(rng):
    z = rng.standard_normal((4, 3))
    cold, warm = yield [given(z, 1.0), given(z, 3.0)]
    return (np.max(warm, axis=1) <= np.max(cold, axis=1) + 1e-9).all()


soften.edits("""
temperature = 1
    The temperature is not used: divide the logits by it before the softmax.
    没有用到温度；取 softmax 之前应先把 logit 除以温度。
temperature = 1 / temperature
    It multiplies by the temperature; divide the logits by it.
    把 logit 乘以了温度；应当除以温度。
temperature = temperature**2
    The temperature is squared; T^2 belongs to the loss, not to the logits.
    温度被平方了；T^2 是损失中的系数，不用于 logit。
above_zero("temperature", temperature) -> 1
return result / temperature
    The probabilities are divided by the temperature, and no longer sum to 1; divide the logits.
    除以温度的是概率，其和不再为 1；应除的是 logit。
z = softmax(z)
    It takes the softmax of probabilities divided by the temperature; divide the logits.
    对已经是概率的数又取了 softmax；应直接把 logit 除以温度。
softmax(( -> np.exp((
z - z.max(axis=1, keepdims=True) -> z
    The powers p^(1 / T) are not divided by their sum; every row has to sum to 1.
    概率取 1 / T 次方后没有重新归一化；每行之和应为 1。
z = z.T
return result.T
    It normalizes over the samples; the probabilities of one row sum to 1, which is axis 1.
    沿样本归一化了；应使每行的概率之和为 1，即第 1 轴。
e = np.exp(z / temperature)
return e / e.sum(axis=1, keepdims=True)
    It becomes NaN at a low temperature, where exp overflows; subtract the largest of the row.
    温度很低时指数溢出，结果为 NaN；应先减去该行的最大值。
return result * temperature
    It multiplies the probabilities by the temperature, so that rows do not sum to 1.
    把概率乘以了温度，各行之和不为 1。
return np.log(result)
    It returns the logarithms; return the probabilities.
    返回了概率的对数；应返回概率。
return result**2
    It squares the probabilities; rows must sum to 1.
    对概率取了平方；各行之和应为 1。
temperature = 2 * temperature
    The temperature is doubled; divide the logits by T itself.
    温度大了一倍；应以 T 本身除 logit。
temperature = np.sqrt(temperature)
    It divides by the root of the temperature; divide the logits by T itself.
    除以了温度的平方根；应以 T 本身除 logit。
temperature = 1 + temperature
    It adds 1 to the temperature; divide the logits by T itself.
    温度加上了 1；应以 T 本身除 logit。
p = 1 / (1 + np.exp(-np.asarray(z) / temperature))
return p
    It takes the sigmoid of each logit; the classes of a row share one sum.
    对每个 logit 取了 sigmoid；同一行的各类应共用一个和。
e = np.exp(z / temperature - np.max(z / temperature))
return e / e.sum()
    It divides by the sum over all samples; every row has to sum to 1.
    除以了所有样本的和；每行之和应为 1。
return np.eye(result.shape[1])[result.argmax(axis=1)]
    It gives the largest logit all the probability; the others have theirs.
    把全部概率给了最大的 logit；其余各类也应有概率。
softmax(( -> np.exp((
    The exponentials are not divided by their sum; every row has to sum to 1.
    指数没有除以它们的和；每行之和应为 1。
return result.astype(np.asarray(z).dtype)
    The result has the number type of z: whole numbers cut off the fractions; return floats.
    结果沿用了 z 的数据类型，z 为整数时小数被截掉；应返回浮点数。
""")


# --- distillation_loss ---------------------------------------------------------------------------

distillation_loss = Check(distill.distillation_loss)
distillation_loss.worked(
    "C-2.1g", given(STUDENT, TEACHER, [0], alpha=1.0, temperature=2.0), 0.12396199147402631
)
distillation_loss.worked("by hand", given([[LOG_3, 0.0]], [[0.0, 5.0]], [1], 0.0, 3.0), 2 * LOG_2)
distillation_loss.worked(
    "by hand", given([[LOG_3, 0.0]], [[0.0, 0.0]], [0], 0.5, 1.0), 0.75 * (2 * LOG_2 - LOG_3)
)
distillation_loss.worked(
    "by hand",
    given([[2 * LOG_3, 0.0]], [[0.0, 0.0]], [0], 1.0, 2.0),
    2 * (2 * LOG_2 - LOG_3),
)
distillation_loss.published(
    "AiDotNet (commit f57033d), tests/AiDotNet.Tests/IntegrationTests/KnowledgeDistillation/"
    "KnowledgeDistillationDeepMathIntegrationTests.cs, DistillationLoss_SoftOnly_HandCalculated",
    given([[2.0, 1.0]], [[1.0, 2.0]], [0], alpha=1.0, temperature=1.0),
    0.4621,
    digits=4,
)
distillation_loss.published(  # 0.6931 there, of which three places are asked for
    "whittle (commit 494e1d7), test/test_distill_loss.py",
    given([[0.0, 0.0]], [[10.0, 0.0]], [0], alpha=0.5, temperature=1.0),
    0.693,
    digits=3,
)
distillation_loss.edge(
    "student and teacher agree", given(TEACHER, TEACHER, [1], alpha=0.75, temperature=2.0)
)
distillation_loss.edge(
    "two samples, labels only", given([[1.0, 0.0], [3.0, -1.0]], np.zeros((2, 2)), [1, 1], 0.0, 2.0)
)
distillation_loss.edge(
    "two samples, teacher only",
    given(
        [[1.0, 0.0, -1.0], [0.0, 2.0, 0.0]], [[0.0, 1.0, 0.0], [3.0, 0.0, 1.0]], [0, 2], 1.0, 1.0
    ),
)
distillation_loss.edge(
    "large logits", given([[1000.0, 0.0]], [[-1000.0, 0.0]], [1], alpha=0.25, temperature=4.0)
)
distillation_loss.edge("a temperature below 1", given(STUDENT, TEACHER, [2], 0.25, 0.5))
distillation_loss.edge(
    "single precision",
    given(np.array([[1.0, -2.0]], np.float32), np.array([[0.0, 2.0]], np.float32), [0], 0.5, 2.0),
)


@distillation_loss.random
def _(rng):
    return given(*_batch(rng))


@distillation_loss.property(
    "Adding a number to all logits of the student, or of the teacher, must change nothing.",
    "学生或教师的 logit 各自都加上一个数，损失不应改变。",
)
def _(rng):
    z, z_teacher, *rest = _batch(rng)
    here, there = yield [given(z, z_teacher, *rest), given(z + 2.0, z_teacher - 3.0, *rest)]
    return np.isclose(here, there)


@distillation_loss.property(
    "If student and teacher agree, the teacher's part of the loss must be 0.",
    "学生与教师完全一致时，教师一项的损失应为 0。",
)
def _(rng):
    z, _, y, _, temperature = _batch(rng)
    same, other = yield [given(z, z, y, 1.0, temperature), given(z, -z, y, 1.0, temperature)]
    return abs(same) < 1e-9 < other


distillation_loss.edits("""
temperature**2 * kl -> kl
    The factor T^2 is missing; without it the teacher's part shrinks as the temperature rises.
    漏了系数 T^2；没有它，温度升高时教师的作用会减弱。
temperature**2 -> temperature
    The factor is T; it is T^2, since a gradient has 1 / T twice.
    系数用了 T；应为 T^2，因为梯度中含有两次 1 / T。
alpha = 1 - alpha
    The weights are swapped: alpha belongs to the teacher, 1 - alpha to the labels.
    两个权重弄反了：alpha 用于教师，1 - alpha 用于标签。
log_q, log_p = -> log_p, log_q =
    The divergence is reversed: it is KL(teacher || student).
    KL 散度的方向反了：应为 KL(教师 || 学生)。
z, z_teacher = z_teacher, z
    Student and teacher are swapped: the student learns and is pruned.
    学生与教师弄反了：学习并被剪枝的应是学生网络。
-log_softmax(z)[ -> -log_softmax(z / temperature)[
    The labels are compared with softened probabilities; use temperature 1 there.
    与标签比较时用了软化的概率；这里的交叉熵应取温度 1。
z_teacher / temperature -> z_teacher
    Only the student is softened; the teacher needs the same temperature.
    只软化了学生；教师也应除以同一温度。
log_softmax(z / temperature) -> log_softmax(z)
    Only the teacher is softened; in the divergence the student needs the same temperature.
    只软化了教师；在 KL 散度中学生也应除以同一温度。
(log_q - log_p) -> -log_p
    It takes the cross-entropy with the teacher; subtract the entropy of the teacher.
    对教师取的是交叉熵；应减去教师自身的熵，才是 KL 散度。
.sum(axis=1).mean() -> .mean()
    The divergence is divided by N K; sum it over the classes, then divide by N.
    KL 散度除以了 N K；应先对各类求和，再除以样本数 N。
return len(z) * result
    It sums over the samples; the loss is their mean.
    对样本求了和；损失应为各样本的平均。
log_softmax = lambda z: np.log(softmax(z))
    It takes the logarithm of probabilities that round to 0; use the log softmax.
    对舍入为 0 的概率取了对数；应直接计算 softmax 的对数。
alpha * temperature**2 * kl -> temperature**2 * kl
    The factor alpha of the teacher's part is missing.
    教师部分漏了系数 alpha，应乘以 alpha。
(1 - alpha) * cross_entropy -> cross_entropy
    The factor 1 - alpha of the labels' part is missing.
    标签部分漏了系数 1 - alpha，应乘以它。
temperature**2 * kl -> kl / temperature**2
    It divides by T^2; multiply the teacher's part by T^2.
    除以了 T^2；教师部分应乘以 T^2。
-log_softmax(z)[ -> log_softmax(z)[
    The minus sign of the cross-entropy is missing.
    交叉熵漏了负号，应取负的对数概率。
(1 - alpha) * cross_entropy + alpha -> alpha
    The labels' part is missing; add 1 - alpha times the cross-entropy.
    漏掉了标签部分；应加上 1 - alpha 乘以交叉熵。
+ alpha * temperature**2 * kl -> + 0 * kl
    The teacher's part is missing; add alpha T^2 times the divergence.
    漏掉了教师部分；应加上 alpha T^2 乘以散度。
temperature**2 * kl -> temperature**2 * kl / np.log(2)
    The divergence is in bits; use the natural logarithm, for nats.
    散度以 2 为底；应使用自然对数。
.sum(axis=1).mean() -> .sum()
    The divergence is summed over the samples; take their mean.
    散度对样本求了和；应对样本取平均。
(np.exp(log_q) * (log_q - log_p)) -> ((np.exp(log_q) - np.exp(log_p)) ** 2)
    It takes the squared distance of the probabilities; take the Kullback-Leibler divergence.
    取了概率之差的平方；应取 KL 散度。
(np.exp(log_q) * (log_q - log_p)).sum(axis=1) -> np.square(z - z_teacher)
    It takes the mean squared distance of the logits; take the Kullback-Leibler divergence.
    取了 logit 的均方差；应取 KL 散度。
temperature**2 * kl) -> temperature**2 * kl) / 2
    It has a factor 1/2; there is none.
    多了系数 1/2；这里没有这个系数。
np.exp(log_q) * (log_q -> np.exp(log_p) * (log_q
    It weights by the student's probabilities; weight by those of the teacher.
    以学生的概率加权了；应以教师的概率加权。
[np.arange(len(z)), y].mean() -> [np.arange(len(z)), y].sum()
    The cross-entropy is summed over the samples; take their mean.
    交叉熵对样本求了和；应对样本取平均。
(1 - alpha) * cross_entropy -> (1 - alpha) ** 2 * cross_entropy
    The factor 1 - alpha is squared; it stands once before the cross-entropy.
    系数 1 - alpha 被平方了；它只应乘一次。
""")


# --- distillation_gradient -----------------------------------------------------------------------

distillation_gradient = Check(distill.distillation_gradient)
distillation_gradient.worked(
    "C-2.1g",
    given(STUDENT, TEACHER, [0], alpha=1.0, temperature=2.0),
    [[-0.24850824, 0.12425412, 0.12425412]],
)
distillation_gradient.worked(
    "by hand", given([[LOG_3, 0.0]], [[0.0, 5.0]], [1], 0.0, 3.0), [[0.75, -0.75]]
)
distillation_gradient.worked(
    "by hand", given([[2 * LOG_3, 0.0]], [[0.0, 0.0]], [0], 1.0, 2.0), [[0.5, -0.5]]
)
distillation_gradient.worked(
    "by hand",
    given([[LOG_3, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, LOG_3]], [0, 0], 0.5, 1.0),
    np.array([[0.0, 0.0], [-0.0625, 0.0625]]),  # one array: the zeros may be off by rounding
)
distillation_gradient.published(
    "TensorFlow (commit 0304934), "
    "tensorflow/python/kernel_tests/nn_ops/xent_op_test_base.py, testNpXent",
    given([[1.0, 1.0, 1.0, 1.0]], [[0.0, 0.0, 0.0, 0.0]], [3], alpha=0.0, temperature=1.0),
    [[0.25, 0.25, 0.25, -0.75]],
)
distillation_gradient.published(  # the soft labels are 0, 0.5, 0.5 and 0
    "TensorFlow (commit 0304934), "
    "tensorflow/python/kernel_tests/nn_ops/xent_op_test_base.py, testNpXent",
    given([[1.0, 2.0, 3.0, 4.0]], [[-1e3, 0.0, 0.0, -1e3]], [0], alpha=1.0, temperature=1.0),
    [[0.032, -0.413, -0.263, 0.644]],
    digits=3,
)
distillation_gradient.edge(
    "student and teacher agree", given(TEACHER, TEACHER, [1], alpha=0.75, temperature=2.0)
)
distillation_gradient.edge(
    "large logits", given([[1000.0, 0.0]], [[-1000.0, 0.0]], [1], alpha=0.25, temperature=4.0)
)
distillation_gradient.edge("a temperature below 1", given(STUDENT, TEACHER, [2], 0.25, 0.5))
distillation_gradient.edge(
    "a single class", given([[4.0], [1.0]], [[0.0], [0.0]], [0, 0], 0.5, 2.0)
)
distillation_gradient.edge(
    "single precision",
    given(np.array([[1.0, -2.0]], np.float32), np.array([[0.0, 2.0]], np.float32), [0], 0.5, 2.0),
)


@distillation_gradient.random
def _(rng):
    return given(*_batch(rng))


@distillation_gradient.property(
    "It must be the derivative of the distillation loss in every logit of the student.",
    "结果应等于蒸馏损失对学生每个 logit 的斜率。",
)
def _(rng):
    z, *rest = _batch(rng)
    (gradient,) = yield [given(z, *rest)]
    h, slope = 2.0**-10, np.zeros_like(z)
    for place in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[place] = h
        rise = distill.distillation_loss(z + step, *rest)
        slope[place] = (rise - distill.distillation_loss(z - step, *rest)) / (2 * h)
    return np.allclose(gradient, slope, atol=1e-6)


@distillation_gradient.property(
    "The gradient of every sample must sum to 0 over the classes.",
    "每个样本的梯度对各类求和应为 0。",
)
def _(rng):
    (gradient,) = yield [given(*_batch(rng))]
    return np.allclose(np.sum(gradient, axis=1), 0)


@distillation_gradient.solution
def distillation_gradient(z, z_teacher, y, alpha, temperature):
    def softmax(z):
        e = np.exp(z.astype(float) - z.max(axis=1, keepdims=True))
        return e / e.sum(axis=1, keepdims=True)

    hot = np.eye(z.shape[1])[y]
    p, soft = softmax(z), softmax(z / temperature)
    from_labels = p - hot
    from_teacher = temperature * (soft - softmax(z_teacher / temperature))
    total = (1 - alpha) * from_labels + alpha * from_teacher
    return (total / len(z)).astype(z.dtype)


distillation_gradient.edits("""
temperature * ( -> (
    The factor T of the teacher's part is missing: T^2 of the loss times 1 / T.
    教师一项漏了系数 T：损失中的 T^2 乘以 1 / T 得 T。
temperature * ( -> temperature**2 * (
    The teacher's part has T^2; one 1 / T from the inner derivative is left out.
    教师一项的系数用了 T^2；还应乘上内层导数 1 / T，得 T。
temperature * ( -> 1 / temperature * (
    The teacher's part is divided by T, as if the loss had no T^2; its factor is T.
    教师一项除以了 T，像是损失中没有 T^2；系数应为 T。
softmax(z_teacher / temperature) -> softmax(z_teacher)
    Only the student is softened; the teacher needs the same temperature.
    只软化了学生；教师也应除以同一温度。
p - hot -> p
    The one-hot labels are not subtracted: the labels' part is p - 1 for the right class.
    没有减去标签的独热向量：正确类别处应为 p - 1。
alpha = 1 - alpha
    The weights are swapped: alpha belongs to the teacher, 1 - alpha to the labels.
    两个权重弄反了：alpha 用于教师，1 - alpha 用于标签。
return -result
    The sign is wrong: it is the student's probability minus its target.
    符号反了：应为学生的概率减去目标。
z, z_teacher = z_teacher, z
    It is the gradient for the teacher; the teacher is fixed and the student learns.
    求的是教师的梯度；教师保持不变，学习的是学生。
return len(z) * result
    It is not divided by N; the loss is a mean over the samples.
    没有除以样本数 N；损失是各样本的平均。
return result / z.shape[1]
    It is divided by N K; the loss sums over the classes and divides by N only.
    除以了 N K；损失对各类求和，只应除以 N。
(soft - softmax(z_teacher / temperature)) -> (softmax(z_teacher / temperature) - soft)
    The teacher's part has the wrong sign: subtract the teacher's probabilities from the student's.
    教师一项符号反了：应以学生的概率减去教师的概率。
p - hot -> hot - p
    The labels' part has the wrong sign: subtract the one-hot labels from the probabilities.
    标签一项符号反了：应以概率减去独热标签。
p - hot -> soft - hot
    The labels' part has the probabilities at temperature T; take those at temperature 1 there.
    标签一项用了温度 T 下的概率；应使用温度 1 下的概率。
(soft - -> (p -
    Only the teacher is softened; the student needs the same temperature in that part.
    只软化了教师；这一项中学生也应除以同一温度。
alpha * from_teacher -> from_teacher
    The factor alpha of the teacher's part is missing.
    教师一项漏了系数 alpha，应乘以 alpha。
(1 - alpha) * from_labels -> from_labels
    The factor 1 - alpha of the labels' part is missing.
    标签一项漏了系数 1 - alpha，应乘以它。
(1 - alpha) * from_labels + alpha * from_teacher -> alpha * from_teacher
    The labels' part is missing; add 1 - alpha times the gradient of the cross-entropy.
    漏掉了标签一项；应加上 1 - alpha 乘以交叉熵的梯度。
+ alpha * from_teacher -> + 0 * from_teacher
    The teacher's part is missing; add alpha T times the difference of the probabilities.
    漏掉了教师一项；应加上 alpha T 乘以概率之差。
axis=1 -> axis=0
    It normalizes over the samples; the probabilities of one row sum to 1, which is axis 1.
    沿样本归一化了；应使每行的概率之和为 1，即第 1 轴。
p, soft = softmax(z), softmax(z / temperature) -> p, soft = z, z / temperature
softmax(z_teacher / temperature) -> z_teacher / temperature
    It takes the logits themselves; take their softmax.
    直接用了 logit；应先取 softmax。
soft - softmax(z_teacher / temperature) -> z - z_teacher
    It takes the difference of the logits in the teacher's part; take that of the probabilities.
    教师一项用了 logit 之差；应为概率之差。
soft - softmax(z_teacher / temperature) -> -softmax(z_teacher / temperature) / soft
    The teacher's part is -q / p, the derivative by the probabilities; it is p - q by the logits.
    教师一项给出了 -q / p，那是对概率的导数；对 logit 应为 p - q。
temperature * (soft - softmax(z_teacher -> temperature * (soft - hot + 0 * (z_teacher
    The teacher's part compares with the labels; compare with the teacher's probabilities.
    教师一项与标签比较了；应与教师的概率比较。
(soft - softmax(z_teacher / temperature)) -> 2 * (soft - softmax(z_teacher / temperature))
    The teacher's part has a factor 2, as a squared error; here there is none.
    教师一项多了平方误差的系数 2；这里没有。
""")


# --- ensemble_average ----------------------------------------------------------------------------

FIRST = np.array([[1.0, 0.0, 0.0], [0.25, 0.5, 0.25]])
SECOND = np.array([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]])
THIRD = np.array([[0.0, 0.25, 0.75], [1.0, 0.0, 0.0]])

ensemble_average = Check(distill.ensemble_average)
ensemble_average.worked(
    "by hand", given([FIRST, SECOND]), [[0.75, 0.25, 0.0], [0.25, 0.375, 0.375]]
)
ensemble_average.worked(
    "by hand", given([FIRST, SECOND, THIRD]), [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]
)
ensemble_average.published(
    "mlxtend 0.25.0, docs/sources/user_guide/classifier/EnsembleVoteClassifier.ipynb, soft voting",
    given([np.array([[0.9, 0.1]]), np.array([[0.8, 0.2]]), np.array([[0.4, 0.6]])]),
    [[0.7, 0.3]],
)
ensemble_average.edge("one network alone", given([THIRD]))
ensemble_average.edge("networks that agree", given([SECOND, SECOND, SECOND, SECOND]))
ensemble_average.edge("a single class", given([np.ones((2, 1)), np.ones((2, 1))]))
ensemble_average.edge("single precision", given([np.float32(FIRST), np.float32(THIRD)]))


@ensemble_average.random
def _(rng):
    return given(list(rng.dirichlet(np.ones(3), (int(rng.integers(2, 6)), 4))))


@ensemble_average.property(
    "The order of the networks must not matter.",
    "各网络的先后顺序不应影响结果。",
)
def _(rng):
    p = list(rng.dirichlet(np.ones(4), (3, 5)))
    one, other = yield [given(p), given(p[::-1])]
    return np.allclose(one, other)


@ensemble_average.property(
    "The cross-entropy of the average must be at most the mean of the single ones.",
    "平均后的交叉熵不应大于各网络交叉熵的平均。",
)
def _(rng):
    p, y = rng.dirichlet(np.ones(4), (3, 5)), rng.integers(0, 4, 5)
    (average,) = yield [given(list(p))]
    rows = np.arange(5)
    with np.errstate(all="ignore"):  # what is judged may be 0 or negative
        return -np.log(average[rows, y]).mean() <= -np.log(p[:, rows, y]).mean() + 1e-9


ensemble_average.edits("""
np.mean -> np.sum
    It only sums; divide by the number of networks, so that rows sum to 1.
    只求了和；还应除以网络个数，使每行之和为 1。
np.mean -> np.median
    It takes the median of the networks, whose rows need not sum to 1; take the mean.
    取了各网络的中位数，每行之和未必为 1；应取平均。
np.mean -> np.max
    It takes the largest probability of each class; take their mean.
    对每类取了各网络中最大的概率；应取平均。
np.mean(predictions, axis=0) -> np.prod(predictions, axis=0) ** (1 / len(predictions))
return result / result.sum(axis=1, keepdims=True)
    It takes the geometric mean of the probabilities; take their arithmetic mean.
    取了概率的几何平均；应取算术平均。
predictions = [np.eye(p.shape[1])[p.argmax(axis=1)] for p in predictions]
    The networks only vote for their best classes; the probabilities themselves are averaged.
    各网络只对最可能的类别投了票；应平均概率本身。
axis=0 -> axis=1
    It averages over the samples; the average is over the networks, axis 0 of the stacked arrays.
    对样本取了平均；应对网络取平均，即堆叠后的第 0 轴。
return softmax(result)
    A softmax is taken of the average, which already holds probabilities.
    对平均结果又取了 softmax；它已经是概率，不应再取。
np.mean(predictions, axis=0) -> np.mean(predictions, axis=0, out=predictions[0])
    It adds into the first array of the list; the predictions must not change.
    直接加到了列表的第一个数组里；传入的预测不应被改动。
np.mean(predictions, axis=0) -> np.min(predictions, axis=0)
    It takes the smallest probability of each class; take their mean.
    取了各网络中最小的概率；应取平均。
np.mean(predictions, axis=0) -> np.mean(predictions)
    It returns one number; average over the networks only.
    返回了一个数；只应对各网络取平均。
np.mean(predictions, axis=0) -> np.prod(predictions, axis=0)
    It multiplies the probabilities; take their mean.
    把概率相乘了；应取平均。
return result.argmax(axis=1)
    It returns the classes; return the probabilities.
    返回了类别；应返回概率。
np.mean(predictions, axis=0) -> np.mean(predictions, axis=2)
    It averages over the classes; the average is over the networks.
    对类别取了平均；应对各网络取平均。
predictions = predictions[:1]
    It uses the first network only; average over all of them.
    只用了第一个网络；应对所有网络取平均。
predictions = predictions[-1:]
    It uses the last network only; average over all of them.
    只用了最后一个网络；应对所有网络取平均。
np.mean(predictions, axis=0) -> np.sum(predictions, axis=0) / max(len(predictions) - 1, 1)
    It divides by one network too few; divide by the number of networks.
    少除了一个网络；应除以网络的个数。
np.mean(predictions, axis=0) -> np.sum(predictions, axis=0) / len(predictions[0])
    It divides by the number of samples; divide by the number of networks.
    除以了样本数；应除以网络的个数。
np.mean(predictions, axis=0) -> np.sum(predictions, axis=0) / 2
    It always divides by 2; divide by the number of networks.
    总是除以 2；应除以网络的个数。
""")
