"""What is refused by name, before anything is computed wrongly: layers, gradients, optimizers."""

import numpy as np
import pytest

from minprune.nn import updates, windows
from minprune.nn.batchnorm import BatchNorm
from minprune.nn.fused import Convolution
from minprune.nn.layers import Dense, Dropout, Flatten, LeakyReLU, ReLU, Sigmoid, Tanh
from minprune.nn.losses import mean_squared_error, softmax_cross_entropy
from minprune.nn.models import cnn
from minprune.nn.network import Network, mlp
from minprune.nn.optim import SGD, Adam
from minprune.nn.parameter import Parameter
from minprune.nn.predict import evaluate, outputs, predict_classes, predict_probabilities
from minprune.nn.spatial import AveragePool2D, Conv2D, MaxPool2D
from minprune.nn.train import find_gradients, fit, train_step
from minprune.pruning.during import MovementPruning


def rng():
    return np.random.default_rng(0)


def conv(c_in=2, c_out=3, **options):
    return Conv2D.random(2, c_in, c_out, rng(), dtype=np.float64, **options)


LAYERS = {
    "Dense": (lambda: Dense(np.ones((2, 3)), np.zeros(3)), (8, 2)),
    "ReLU": (ReLU, (8, 6, 6, 2)),
    "LeakyReLU": (LeakyReLU, (8, 3)),
    "Sigmoid": (Sigmoid, (8, 3)),
    "Tanh": (Tanh, (8, 3)),
    "Flatten": (Flatten, (8, 6, 6, 2)),
    "Dropout": (lambda: Dropout(0.5, rng()), (8, 3)),
    "BatchNorm": (lambda: BatchNorm.identity(2, np.float64), (8, 6, 6, 2)),
    "Conv2D": (conv, (8, 6, 6, 2)),
    "Conv2D, stride, zeros": (lambda: conv(stride=2, padding=1), (8, 6, 6, 2)),
    "MaxPool2D": (lambda: MaxPool2D(2), (8, 6, 6, 2)),
    "MaxPool2D, padding": (lambda: MaxPool2D(3, 2, (1, 0)), (8, 6, 7, 2)),
    "AveragePool2D": (lambda: AveragePool2D(3, 1), (8, 6, 6, 2)),
    "AveragePool2D, padding": (lambda: AveragePool2D(2, 2, "same"), (8, 7, 5, 2)),
    "Convolution": (lambda: Convolution(conv()), (8, 6, 6, 2)),
    "Convolution, pooling": (lambda: Convolution(conv(), ReLU(), MaxPool2D()), (8, 7, 6, 2)),
    "Network": (lambda: Network([conv(), ReLU(), MaxPool2D(), Flatten()]), (8, 7, 6, 2)),
}


@pytest.fixture(params=LAYERS)
def trained(request):
    """A layer after a forward of training, the x and the y of it."""
    make, shape = LAYERS[request.param]
    layer, x = make(), rng().standard_normal(shape)
    return layer, x, layer.forward(x, training=True)


# --- the gradient that comes in -------------------------------------------------------------------


@pytest.mark.parametrize("input_gradient", [True, False])
def test_a_gradient_of_another_shape_than_y_is_refused_with_both(trained, input_gradient):
    layer, _, y = trained
    before = {name: p.grad for name, p in getattr(layer, "parameters", {}).items()}
    for dy in (y[:1], np.ones((7, *y.shape[1:])), y[..., :1], y[..., None], y[0], 1.0,
               y.reshape(-1), y.swapaxes(0, 1).copy(), y[:0]):  # fmt: skip
        with pytest.raises(ValueError, match="dy must have the shape") as error:
            layer.backward(dy, input_gradient)
        assert f"{y.shape}" in str(error.value) and f"got {np.shape(dy)}" in str(error.value)
    assert before == {name: p.grad for name, p in getattr(layer, "parameters", {}).items()}


def test_the_last_forward_of_training_counts(trained):
    layer, x, y = trained
    layer.forward(x[:2], training=True)
    layer.forward(x)
    with pytest.raises(ValueError, match="dy must have the shape"):
        layer.backward(y)
    assert layer.backward(y[:2]).shape == x[:2].shape


def test_a_gradient_of_any_kind_is_read_as_that_of_y(trained):
    layer, _, y = trained
    whole = rng().integers(-9, 9, y.shape)
    expected = layer.backward(whole.astype(float))
    frozen = whole.astype(float)
    frozen.flags.writeable = False
    kinds = [whole.astype(dtype) for dtype in (np.int8, np.float16, ">f8")]
    others = np.asfortranarray(whole), whole[::-1].copy()[::-1], frozen, whole.tolist()
    for dy in (*kinds, *others):
        dx = layer.backward(dy)
        np.testing.assert_array_equal(dx, expected)
        assert dx.dtype == np.float64
    for dy in (whole.astype(complex), whole.astype(object), np.ma.array(whole, mask=whole > 0)):
        with pytest.raises(TypeError, match="dy must be"):
            layer.backward(dy)


@pytest.mark.parametrize("name", LAYERS)
def test_backward_without_a_forward_of_training_is_refused(name):
    make, shape = LAYERS[name]
    layer, x = make(), np.ones(shape)
    dy = layer.forward(x)
    with pytest.raises(ValueError, match=r"needs a forward\(x, training=True\) before it"):
        layer.backward(dy)


# --- attributes that change between forward and backward ------------------------------------------


@pytest.mark.parametrize(
    ("attribute", "new"), [("size", 9), ("size", 1), ("stride", 7), ("padding", (0, 2))]
)
@pytest.mark.parametrize("padding", ["valid", 1])
@pytest.mark.parametrize("kind", [MaxPool2D, AveragePool2D])
def test_a_pooling_goes_back_the_way_it_came(kind, padding, attribute, new):
    layer, x = kind(3, 1, padding), rng().standard_normal((2, 5, 5, 2))
    y = layer.forward(x, training=True)
    expected = layer.backward(y)
    setattr(layer, attribute, new)
    np.testing.assert_array_equal(layer.backward(y), expected)


@pytest.mark.parametrize(
    ("attribute", "new"), [("stride", 7), ("padding", 5), ("padding", (0, 1)), ("padding", "same")]
)
def test_a_convolution_goes_back_the_way_it_came(attribute, new):
    layer, x = conv(), rng().standard_normal((2, 5, 5, 2))
    y = layer.forward(x, training=True)
    expected = layer.backward(y)
    setattr(layer, attribute, new)
    np.testing.assert_array_equal(layer.backward(y), expected)


@pytest.mark.parametrize("input_gradient", [True, False])
@pytest.mark.parametrize("shape", [(3, 3, 2, 3), (2, 2, 4, 3), (2, 2, 2, 6), (9, 9, 1, 1)])
@pytest.mark.parametrize("fused", [False, True])
def test_another_kernel_between_forward_and_backward_is_refused(shape, input_gradient, fused):
    layer = Convolution(conv(), ReLU(), MaxPool2D()) if fused else conv()
    y = layer.forward(rng().standard_normal((2, 7, 7, 2)), training=True)
    inner = layer.conv if fused else layer
    inner.K, inner.b = Parameter(np.ones(shape)), Parameter(np.ones(shape[3]))
    with pytest.raises(ValueError):  # NumPy's own, or that of the loops
        layer.backward(y, input_gradient)


@pytest.mark.parametrize(
    ("size", "stride"), [(0, 1), (-1, 1), (2, 0), (2, -1), (9, 1), (2, 1 << 62)]
)
@pytest.mark.parametrize("padding", ["valid", "same", 1, 9, -1, (0, 2**62), (2**62, 2**62)])
@pytest.mark.parametrize("kind", [MaxPool2D, AveragePool2D])
def test_a_pooling_of_impossible_numbers_reads_no_memory_beside_the_image(
    kind, padding, size, stride
):
    layer = kind()
    layer.size, layer.stride, layer.padding = size, stride, padding
    x = np.ones((1, 4, 4, 1))
    try:
        y = layer.forward(x)
    except (ValueError, ZeroDivisionError, MemoryError):
        return
    np.testing.assert_allclose(y, 1, rtol=1e-15)  # windows that hold a pixel, whatever the stride


# --- the compiled loops themselves ----------------------------------------------------------------


def image(*shape, dtype=np.float64):
    return np.zeros(shape, dtype)


NONE = (0, 0, 0, 0)  # zeros around an image


@pytest.mark.parametrize(
    ("loop", "arguments"),
    [
        (windows.im2col, (image(2, 4, 4, 1), 2, 2, 1, 0, 0, image(2, 3, 3, 3))),
        (windows.im2col, (image(1, 4, 4, 1), 2, 2, 1, 0, 0, image(2, 3, 3, 4))),
        (windows.col2im, (image(2, 3, 3, 3), 2, 2, 1, 0, 0, image(2, 4, 4, 1))),
        (windows.col2im, (image(1, 3, 3, 4), 2, 2, 1, 0, 0, image(2, 4, 4, 1))),
        *(
            (loop, (image(*x), size, stride, zeros, image(*y), *more))
            for loop, more in (
                (windows.average_pool, ()),
                (windows.max_pool, (image(1, 2, 2, 1, dtype=np.int32),)),
            )
            for x, size, stride, zeros, y in (
                ((1, 4, 4, 1), 3, 2, NONE, (1, 2, 2, 1)),
                ((1, 4, 4, 1), 2, 3, NONE, (1, 2, 2, 1)),
                ((1, 4, 3, 1), 2, 2, NONE, (1, 2, 2, 1)),
                ((1, 4, 4, 1), 0, 2, NONE, (1, 2, 2, 1)),
                ((1, 1, 4, 1), 2, 1, NONE, (1, 0, 3, 1)),  # a window higher than the image
                ((1, 4, 4, 1), 2, 2, NONE, (1, 2, 2, 2)),
                ((1, 4, 4, 1), 2, 2, NONE, (2, 2, 2, 1)),
                ((1, 4, 4, 1), 2, 2, (1, 0, 0, 0), (1, 3, 2, 1)),
                ((1, 4, 4, 1), 2, 2, (0, 0, 1, 1), (1, 2, 2, 1)),
                ((1, 2, 2, 1), 2, 2, (2, 0, 0, 0), (1, 2, 1, 1)),  # the first window is outside
                ((1, 2, 2, 1), 2, 2, (0, 0, 0, 2), (1, 1, 2, 1)),  # the last one
                ((1, 3, 2, 1), 2, 2, (-1, 0, 0, 0), (1, 1, 1, 1)),
                ((1, 0, 2, 1), 2, 1, (1, 1, 0, 0), (1, 1, 1, 1)),  # no pixel
                ((1, 2, 0, 1), 2, 1, (0, 0, 1, 1), (1, 1, 1, 1)),
                ((1, 2, 2, 1), 2**62, 1, (2**61, 2**62 - 2**61 - 1, 0, 0), (1, 2, 1, 1)),
                ((1, 2, 2, 1), 2**62, 2**62, (2**62 - 1,) * 4, (1, 1, 1, 1)),
            )
        ),
        (windows.max_pool, (image(1, 4, 4, 1), 2, 2, NONE, image(1, 2, 2, 1), image(1, 2, 1, 1))),
        *(
            (windows.max_pool_backward,
             (image(1, 1, 1, 1), np.full(places, far, np.int32), image(*x)))
            for far, places, x in (
                (-1, (1, 1, 1, 1), (1, 2, 3, 1)),
                (6, (1, 1, 1, 1), (1, 2, 3, 1)),
                (0, (1, 1, 1, 1), (1, 0, 3, 1)),
                (0, (1, 2, 1, 1), (1, 2, 3, 1)),
                (0, (1, 1, 1, 1), (2, 2, 3, 1)),
                (0, (1, 1, 1, 1), (1, 2, 3, 2)),
            )
        ),
        *(
            (windows.average_pool_backward, (image(*dy), 2, 2, zeros, image(1, 4, 4, 1)))
            for dy, zeros in (
                ((2, 2, 2, 1), NONE),
                ((1, 3, 2, 1), NONE),
                ((1, 2, 2, 1), (1, 1, 0, 0)),
            )
        ),
        *(
            (updates.sgd_update, (*arrays, 0.1, 0.9, 0.0))
            for arrays in (
                (image(4), image(3), image(4), None),
                (image(4), image(4), image(3), None),
                (image(4), image(4), image(4), image(3, dtype=bool)),
            )
        ),
        *(
            (updates.adam_update, (*arrays, 1, 0.1, 0.9, 0.9, 1e-8, 0.0))
            for arrays in (
                (image(4), image(3), image(4), image(4), None),
                (image(4), image(4), image(4), image(3), image(4, dtype=bool)),
                (image(4), image(4), image(4), image(4), image(3, dtype=bool)),
            )
        ),
    ],
)  # fmt: skip
def test_compiled_loops_refuse_arrays_that_do_not_fit(loop, arguments):
    with pytest.raises(ValueError, match=r"do not fit together|must have the same size"):
        loop(*arguments)


# --- one object at two places ---------------------------------------------------------------------


def at_two_places():
    pool, relu, dense, norm = MaxPool2D(), ReLU(), Dense(np.eye(3), np.zeros(3)), BatchNorm
    twin = Dense(np.ones((3, 3)), np.zeros(3))
    twin.W = dense.W
    one, other = norm.identity(3), norm.identity(3)
    other.var = one.var
    image = (9, 9, 2)
    yield [conv(), pool, conv(3), pool, Flatten()], image, r"layers\[1\] and layers\[3\].*MaxPool2D"
    yield (
        [dense, relu, Dense(np.eye(3), [0] * 3), relu],
        None,
        r"layers\[1\] and layers\[3\].*ReLU\(\)",
    )
    yield [dense, relu] * 3, None, r"layers\[0\] and layers\[2\].*Dense\(3, 3\)"
    yield [dense, ReLU(), dense], None, r"layers\[0\] and layers\[2\]"
    yield [dense, ReLU(), twin], None, r"layers\[0\].W and layers\[2\].W.*Parameter"
    yield [one, other], (3,), r"layers\[0\].var and layers\[1\].var.*array"


@pytest.mark.parametrize(("layers", "image", "message"), [*at_two_places()])
def test_one_object_at_two_places_is_refused_with_both(layers, image, message):
    with pytest.raises(ValueError, match=message):
        Network(layers, image)
    network = Network(layers[:1], image)
    network.layers[:] = layers  # or afterwards, in training
    x = np.ones((2, *(image or (3,))))
    with pytest.raises(ValueError, match=message):
        network.forward(x, training=True)
    with pytest.raises(ValueError, match=message):
        network.copy().forward(x, training=True)  # a copy shares what the original shares


@pytest.mark.parametrize("layer", [ReLU, None, "ReLU", np.ones((2, 2))])
def test_what_is_no_layer_is_refused(layer):
    with pytest.raises(TypeError, match=r"layers\[1\] must be a layer"):
        Network([Dense(np.eye(2), [0, 0]), layer])


# --- gradients of parameters, and optimizers ------------------------------------------------------

OPTIMIZERS = [lambda p: SGD(p, lr=0.5), Adam]


@pytest.mark.parametrize("grad", [1.0, np.ones(5), np.ones((5, 4)), np.ones((4, 4)), np.ones(20),
                                  np.ones((1, 4, 5)), []])  # fmt: skip
def test_a_gradient_of_another_shape_than_the_value_is_refused(grad):
    w = Parameter(np.ones((4, 5)))
    assert w.grad is None
    with pytest.raises(ValueError, match=r"grad must have the shape \(4, 5\), got"):
        w.grad = grad
    for kind in (np.full((4, 5), "a"), np.ones((4, 5)) * 1j, np.ma.ones((4, 5))):
        with pytest.raises(TypeError, match="grad must be"):
            w.grad = kind
    assert w.grad is None


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.int64, bool, np.float16, np.float32, ">f8"])
def test_a_gradient_of_any_kind_is_taken_as_that_of_the_value(dtype, make):
    g = (rng().integers(0, 2, (4, 5))).astype(dtype)
    results = []
    for grad in (g.astype(float), g, np.asfortranarray(g), g[::-1].copy()[::-1], g.tolist()):
        w = Parameter(np.ones((4, 5)))
        w.grad = grad
        assert w.grad.dtype == w.value.dtype
        make({"w": w}).step()
        results.append(w.value)
    for value in results:
        np.testing.assert_array_equal(value, results[0])
    stretched = Parameter(np.ones((4, 5)))
    stretched.grad = np.broadcast_to(np.float64(2), (4, 5))
    stretched.grad += 1
    assert (stretched.grad == 3).all()


@pytest.mark.parametrize(
    "make",
    [
        lambda network: SGD(network.parameters, lr=0.5),
        lambda network: Adam(network.parameters),
        lambda network: MovementPruning(network, 0.5, begin=0, end=5),
    ],
)
def test_a_step_without_a_gradient_is_refused_before_anything_changes(make):
    network = mlp([3, 4, 2], rng())
    find_gradients(network, np.ones((2, 3)), np.array([0, 1]))
    network.layers[2].W.grad = None
    optimizer, before = make(network), network.layers[0].W.value.copy()
    with pytest.raises(ValueError, match=r"parameter 2\.W has no gradient yet"):
        optimizer.step()
    np.testing.assert_array_equal(network.layers[0].W.value, before)


@pytest.mark.parametrize("make", [lambda: mlp([784, 4, 2], rng()), lambda: cnn(rng(), classes=2)])
def test_gradients_that_were_set_to_None_are_made_anew(make):
    network, twin = make(), make()
    x, y = rng().random((3, *network.input_shape)), np.array([0, 1, 0])
    for p in network.parameters.values():
        p.grad = None
    for each in (network, twin):
        train_step(each, SGD(each.parameters, lr=0.1), x, y)
    for a, b in zip(network.parameters.values(), twin.parameters.values(), strict=True):
        np.testing.assert_array_equal(a.value, b.value)
        assert np.isfinite(a.value).all()


def test_gradients_that_were_read_are_not_overwritten():
    network, x = mlp([3, 4, 2], rng()), rng().random((5, 3))
    find_gradients(network, x, np.zeros(5, int))
    held = [p.grad for p in network.parameters.values()]
    before = [g.copy() for g in held]
    find_gradients(network, x, np.ones(5, int))
    for a, b in zip(held, before, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("change", ["state", "value", "mask"])
@pytest.mark.parametrize("make", OPTIMIZERS)
def test_an_optimizer_whose_arrays_were_exchanged_is_refused(make, change):
    w = Parameter(np.ones((40, 5)))
    w.grad = np.ones((40, 5))
    optimizer = make({"w": w})
    if change == "state":
        optimizer.state = [[np.zeros(3)] * len(optimizer.state[0])]
    elif change == "value":
        w.value.resize((4, 5), refcheck=False)
    else:
        w.prune(np.ones((40, 5), bool))
        w.value.resize((4, 5), refcheck=False)
        w.grad = np.ones((4, 5))
        optimizer.state = [[np.zeros(20) for _ in optimizer.state[0]]]
    with pytest.raises(ValueError, match=r"must (be equally long|have the same size)"):
        optimizer.step()


NETWORK = mlp([3, 2], rng())


@pytest.mark.parametrize("kind", [lambda p: SGD(p, lr=0.1), Adam])
@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        (lambda: NETWORK, TypeError, r"parameters must be a dict, network\.parameters, got"),
        (lambda: NETWORK.parameters(), TypeError, r"parameters is a dict, not a method"),
        (lambda: list(NETWORK.parameters.values()), TypeError, "parameters must be a dict"),
        (lambda: {"w": np.ones(3)}, TypeError, r"parameters\['w'\] must be a Parameter"),
        (lambda: dict.fromkeys("ab", Parameter([1.0])), ValueError, "twice, as 'a' and 'b'"),
    ],
)
def test_optimizers_refuse_what_is_no_dict_of_parameters(kind, parameters, error, message):
    with pytest.raises(error, match=message):
        kind(parameters())


@pytest.mark.parametrize("penalty", [0.0, np.ones(2), np.ones((2, 3)), np.ones((1, 3, 2))])
def test_a_penalty_gradient_of_another_shape_is_refused(penalty):
    with pytest.raises(ValueError, match=r"penalty_gradient must .* \(3, 2\), got"):
        find_gradients(
            NETWORK, np.ones((2, 3)), np.array([0, 1]), penalty_gradient=lambda w: penalty
        )


# --- training and evaluation ----------------------------------------------------------------------

LABELS = np.arange(6) % 3
WRONG_LABELS = {  # -> the network's outputs, the y given, what to give in place of it
    "texts": (3, np.array(["a", "b", "c"])[LABELS], "np.unique(y, return_inverse=True)[1]"),
    "objects": (3, LABELS.astype(object), "np.unique(y, return_inverse=True)[1]"),
    "booleans": (2, LABELS > 1, "y.astype(int)"),
    "floats": (3, LABELS.astype(float), "y.astype(int)"),
    "a column": (3, LABELS[:, None], "y[:, 0]"),
    "a column of floats": (3, LABELS[:, None] + 0.0, "y[:, 0].astype(int)"),
    "from 1": (3, LABELS + 1, "y - 1"),
    "one-hot": (3, np.eye(3)[LABELS], "y.argmax(axis=1)"),
    "one-hot integers": (3, np.eye(3, dtype=int)[LABELS], "y.argmax(axis=1)"),
    "targets": (1, np.linspace(0, 1, 6), "y.astype(float).reshape(-1, 1)"),
    "whole targets": (1, LABELS, "y.astype(float).reshape(-1, 1)"),
}


@pytest.mark.parametrize(("width", "y", "give"), WRONG_LABELS.values(), ids=WRONG_LABELS)
def test_the_message_on_labels_says_what_to_give(width, y, give):
    with pytest.raises((TypeError, ValueError), match=r"^y must be") as error:
        fit(mlp([2, width]), np.ones((6, 2)), y, epochs=1, on_step=pytest.fail)
    assert str(error.value).endswith(f" {give}")
    right = eval(give, {"np": np, "y": y})
    loss = mean_squared_error if width == 1 else softmax_cross_entropy
    assert len(fit(mlp([2, width]), np.ones((6, 2)), right, epochs=1, loss=loss)) == 1


def test_more_classes_than_outputs_are_named():
    with pytest.raises(ValueError, match=r"an output for each class, and has 2$"):
        fit(mlp([2, 2]), np.ones((6, 2)), LABELS, epochs=1)


@pytest.mark.parametrize(
    ("network", "x", "give"),
    [
        (mlp([12, 3]), np.ones((6, 3, 4)), "x.reshape(len(x), -1)"),
        (cnn(image=(5, 5, 1), classes=3), np.ones((6, 5, 5)), "x[..., None]"),
        (cnn(image=(5, 5, 3), classes=3), np.ones((6, 3, 5, 5)), "np.moveaxis(x, 1, -1)"),
        (mlp([4, 3]), np.ones((4, 6)), "x.T"),
        (mlp([4, 3]), np.ones((6, 5)), None),
    ],
)
def test_the_message_on_samples_says_what_to_give(network, x, give):
    with pytest.raises(ValueError, match=r"^x (of shape|and y must)") as error:
        fit(network, x, LABELS, epochs=1)
    assert ("give" in str(error.value)) == (give is not None)
    if give:
        assert str(error.value).endswith(f"; give {give}")
        assert len(fit(network, eval(give, {"np": np, "x": x}), LABELS, epochs=1)) == 1


def test_numbers_to_predict_need_another_loss_than_the_cross_entropy():
    for y in (np.ones((6, 1)), np.full((6, 3), 0.5)):
        with pytest.raises(TypeError, match=r"integers for the loss.*give mean_squared_error"):
            fit(mlp([2, y.shape[1]]), np.ones((6, 2)), y, epochs=1, on_step=pytest.fail)


@pytest.mark.parametrize(("x", "y"), [(3.0, LABELS), (np.ones((6, 2)), None)])
def test_a_single_number_in_place_of_samples_is_refused_by_name(x, y):
    with pytest.raises((TypeError, ValueError), match=r"^x and y must hold the same number"):
        fit(mlp([2, 3]), x, y, epochs=1)


def test_predictions_take_lists_and_tables_and_name_what_they_refuse():
    class Table:
        """What reads as an array, and returns columns for x[...], as a data frame does."""

        def __array__(self, dtype=None, copy=None):
            return np.ones((2, 3))

        def __getitem__(self, column):
            raise KeyError(column)

    for x in (np.ones((2, 3)).tolist(), Table()):
        assert (outputs(NETWORK, x) == NETWORK(np.ones((2, 3)))).all()
    for x in (None, "abc", 3.0, np.ones(3), np.ones((0, 3))):
        for predict in (predict_classes, predict_probabilities):
            with pytest.raises((TypeError, ValueError), match=r"^x must (be|hold)"):
                predict(NETWORK, x)


def test_numbers_that_are_predicted_are_outputs_and_not_classes():
    network, x, y = mlp([2, 1]), np.ones((3, 2)), np.array([[0.5], [1.0], [2.0]])
    with pytest.raises(ValueError, match=r"at least two classes, got \(1,\); .* outputs\(network"):
        predict_classes(network, x)
    with pytest.raises(TypeError, match=r"^y must be a vector of integers, got float64$"):
        evaluate(network, x, y)


def test_a_missing_number_in_x_is_named_by_predictions():
    x = np.array([[1.0, 2.0, 3.0], [1.0, np.nan, 3.0]])
    for predict in (predict_classes, predict_probabilities):
        with pytest.raises(ValueError, match=r"^x must be finite, got nan at index \[1, 1\]"):
            predict(NETWORK, x)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_outputs_that_are_not_finite_have_no_accuracy(bad):
    network = Network([Dense(np.eye(2), [0.0, 0.0])])
    network.layers[0].b.value[:] = bad
    with pytest.raises(FloatingPointError, match="not finite for 3 of 3 samples"):
        evaluate(network, np.ones((3, 2)), np.zeros(3, int))


def norm_network(parts, shape):
    return Network([*parts, Dense.random(4, 2, rng())], shape)


@pytest.mark.parametrize(
    ("parts", "shape", "trains"),
    [
        ([BatchNorm.identity(4)], (4,), False),
        ([BatchNorm.identity(1), MaxPool2D(2), Flatten()], (4, 4, 1), True),  # 16 values a channel
        ([BatchNorm.identity(2), Flatten()], (2, 1, 2), True),  # two, which is enough
        ([Flatten(), BatchNorm.identity(4)], (2, 2, 1), False),
        ([MaxPool2D(2), BatchNorm.identity(4), Flatten()], (2, 2, 4), False),
        ([ReLU()], (4,), True),
    ],
)
@pytest.mark.parametrize(("samples", "batch_size"), [(9, 4), (3, 1), (1, 1), (5, 2)])
def test_a_last_batch_too_small_for_batch_norm_is_refused_at_once(
    parts, shape, trains, samples, batch_size
):
    network, x = norm_network(parts, shape), rng().random((samples, *shape))
    steps = []

    def run(n, batch_size):
        fit(network, x[:n], np.zeros(n, int), optimizer=SGD(network.parameters, lr=0.1), epochs=1,
            rng=rng(), batch_size=batch_size, on_step=steps.append)  # fmt: skip

    if trains:
        return run(samples, batch_size)
    with pytest.raises(ValueError, match=rf"batch_size .* BatchNorm, .* for {samples} samples"):
        run(samples, batch_size)
    assert steps == []
    if samples > 1:
        run(samples - samples % 2, 2)


@pytest.mark.parametrize("network", [None, 3, "network.npz", [Dense(np.eye(2), [0, 0])]])
def test_what_is_no_network_is_refused_by_name(network):
    x, y = np.ones((2, 2)), np.array([0, 1])
    for call in (
        lambda: fit(network, x, y, optimizer=None, epochs=1, rng=rng()),
        lambda: find_gradients(network, x, y),
        lambda: train_step(network, None, x, y),
        lambda: evaluate(network, x, y),
        lambda: outputs(network, x),
        lambda: predict_classes(network, x),
    ):
        with pytest.raises(TypeError, match=r"^network must be a Network, got"):
            call()


def test_a_kernel_that_is_no_whole_number_is_refused_by_name():
    for kernel in ((3, 3), rng()):
        with pytest.raises(TypeError, match="kernel must be a whole number"):
            Conv2D.random(kernel, 1, 4, rng())


def test_what_is_not_an_optimizer_is_refused():
    for wrong in ("adam", Adam, 0.1):
        with pytest.raises(TypeError, match="optimizer must be an optimizer, such as Adam"):
            fit(NETWORK, np.ones((2, 3)), np.array([0, 1]), optimizer=wrong, epochs=1)


@pytest.mark.parametrize("bad", [np.ma.ones((2, 3)), [[1.0, 2.0, 3.0], [1.0]], [["a"] * 3] * 2])
def test_inputs_that_are_no_arrays_of_numbers_are_refused_by_name(bad):
    y = np.array([0, 1])
    for call in (NETWORK, NETWORK.layers[0].forward, lambda x: evaluate(NETWORK, x, y)):
        with pytest.raises((TypeError, ValueError), match=r"^x must be an? "):
            call(bad)


@pytest.mark.parametrize("y", [np.ma.array([0, 1], mask=[True, False]), [[0], [0, 1]]])
def test_labels_that_are_masked_or_ragged_are_refused_by_name(y):
    with pytest.raises((TypeError, ValueError), match=r"^y must be an? "):
        evaluate(NETWORK, np.ones((2, 3)), y)


# --- how they are shown ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (Dense(np.ones((784, 64)), np.zeros(64)), "Dense(784, 64)"),
        (conv(), "Conv2D(2, 2, 2, 3, stride=1, padding='valid')"),
        (MaxPool2D(3, 1), "MaxPool2D(size=3, stride=1, padding='valid')"),
        (AveragePool2D(), "AveragePool2D(size=2, stride=2, padding='valid')"),
        (MaxPool2D(3, 2, [1, 0]), "MaxPool2D(size=3, stride=2, padding=(1, 0))"),
        (conv(padding=[0, 4]), "Conv2D(2, 2, 2, 3, stride=1, padding=(0, 4))"),
        (BatchNorm.identity(8), "BatchNorm(8, momentum=0.1, epsilon=1e-05)"),
        (Dropout(0.25, rng()), "Dropout(rate=0.25)"),
        (LeakyReLU(0.25), "LeakyReLU(slope=0.25)"),
        *((kind(), f"{kind.__name__}()") for kind in (ReLU, Sigmoid, Tanh, Flatten)),
        (Parameter(np.ones((4, 5))), "<Parameter (4, 5) float64, 0.0% pruned>"),
        (Parameter(np.ones(0, np.float32)), "<Parameter (0,) float32, 0.0% pruned>"),
    ],
)
def test_layers_and_parameters_show_what_they_are(layer, text):
    assert repr(layer) == text
    if isinstance(layer, Parameter) and layer.value.size:
        layer.prune(np.arange(20).reshape(4, 5) >= 5)
        assert repr(layer) == "<Parameter (4, 5) float64, 25.0% pruned>"
