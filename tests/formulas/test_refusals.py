"""Arguments that every formula refuses by name: wrong kind, range or shape."""

import inspect
import re

import numpy as np
import pytest
from all_checks import CHECKS

from minprune.checks.child import live
from minprune.checks.trial import Trial
from minprune.formulas.costs import Conv, Full, Pool


def example(name):
    """Arguments by name, the left-out ones too, of a call of the check; none of them is empty, and
    the first such call without None if there is one."""
    signature, found = inspect.signature(CHECKS[name].formula), []
    for call in Trial.of(CHECKS[name], 0).calls:
        bound = signature.bind(*live(call.args), **live(call.kwargs))
        bound.apply_defaults()
        if all(np.size(first_array(value)) for value in bound.arguments.values()):
            found.append(bound)
    return min(found, key=lambda bound: sum(value is None for value in bound.arguments.values()))


def first_array(value):
    while isinstance(value, (list, tuple)) and value:
        value = value[-1]
    return value


def kind_of(name, argument, value):
    """Of an argument: of an array its dtype, of a number whether it has to be whole."""
    if isinstance(value, (list, tuple)):
        return "list of arrays" if all(isinstance(v, np.ndarray) for v in value) else "list"
    if isinstance(value, np.ndarray):
        return {"b": "mask", "i": "integers", "f": "array"}.get(value.dtype.kind, "other")
    if isinstance(value, np.random.Generator):
        return "generator"
    if isinstance(value, bool) or value is None or callable(value):
        return "other"
    if isinstance(value, str):
        return "option"
    signature = inspect.signature(CHECKS[name].formula)
    calls = [signature.bind(*c.args, **c.kwargs).arguments for c in Trial.of(CHECKS[name], 0).calls]
    values = [call[argument] for call in calls if call.get(argument) is not None]
    return "whole" if all(type(v) is int for v in (value, *values)) else "number"


def with_last(array, number):
    array = np.array(array)
    array.flat[-1] = number
    return array


def refused(name, bound, changes, error, match):
    """With these arguments in place of its own the call is refused, and the message tells why."""
    call = inspect.BoundArguments(bound.signature, bound.arguments | changes)
    try:
        CHECKS[name].formula(*call.args, **call.kwargs)
    except error as found:
        assert re.search(match, str(found)), (changes, match, found)
    else:
        pytest.fail(f"{changes} is not refused")


def in_place(bound, argument, value):
    """The changes for one argument; of several arrays it is one."""
    several = bound.signature.parameters[argument].kind is inspect.Parameter.VAR_POSITIONAL
    return {argument: (value,) if several else value}


# --- the kind ------------------------------------------------------------------------------------

WRONG = {
    "None": None,
    "word": "abc",
    "ragged": [[1.0], [1.0, 2.0]],
    "object": object(),
    "complex": np.array([1j]),
    "masked": np.ma.array([1.0, 2.0], mask=[False, True]),
    "objects": np.array([None, 1.0]),
    "dict": {},
}


def may_be_none(bound, argument):
    return bound.signature.parameters[argument].default is None


@pytest.mark.parametrize("name", CHECKS)
def test_a_wrong_argument_is_named(name):
    bound = example(name)
    for argument, value in bound.arguments.items():
        for what, wrong in WRONG.items():
            if argument == "relative" or (what == "ragged" and isinstance(value, list)):
                continue  # true or false; a list of two arrays
            if wrong is None and may_be_none(bound, argument):
                continue
            changes = in_place(bound, argument, wrong)
            refused(name, bound, changes, (TypeError, ValueError), rf"\b{argument}\b")


MAY_BE_INFINITE = """
    random_score apply_mask softmax log_softmax count_parameters dense_bytes zip_bytes
""".split()
OF_KIND = {
    "number": [True, "0.5", None, [0.5]],
    "whole": [1.0, True, "1", None, [1]],
    "list of arrays": [np.ones((2, 3))],
}


@pytest.mark.parametrize("name", CHECKS)
def test_an_argument_of_another_kind_is_named(name):
    bound = example(name)
    for argument, value in bound.arguments.items():
        several = isinstance(value, tuple) and kind_of(name, argument, value) == "list of arrays"
        value = value[-1] if several else value
        kind = kind_of(name, argument, value)
        for wrong in OF_KIND.get(kind, []):
            if wrong is None and may_be_none(bound, argument):
                continue
            refused(name, bound, {argument: wrong}, TypeError, rf"^{argument} must be")
        if kind == "mask":
            refused(name, bound, {argument: value.astype(int)}, TypeError, "must be boolean .* int")
            wider = np.ones((1, 1, *value.shape), bool)
            refused(name, bound, {argument: wider}, ValueError, f"{argument} must have the shape")
        if kind == "integers":
            refused(name, bound, {argument: value + 0.5}, TypeError, rf"\b{argument}\b.* must")
        if kind in ("array", "list of arrays") and name not in MAY_BE_INFINITE:
            for number in (np.nan, -np.inf):
                last = with_last(first_array(value), number)
                wrong = [*value[:-1], last] if isinstance(value, list) else last
                message = rf"^{argument}\S* must be finite, got {number} at index"
                if argument == "g16":  # infinite where scaling was too much
                    message = "g16 has overflowed; scale"
                refused(name, bound, in_place(bound, argument, wrong), ValueError, message)


# --- the range -----------------------------------------------------------------------------------

FRACTION = r"must be a fraction with 0 <= \w+ < 1", [1, 90, -0.1, np.nan]
NOT_NEGATIVE = "must be a finite number >= 0", [-0.1, np.nan, np.inf]
POSITIVE = "must be a finite number > 0", [0, -1.0, np.nan, np.inf]
SHARE = "must be from 0 to 1", [-0.1, 1.1, 98, np.nan]
FINITE = "must be finite", [np.nan, -np.inf]
FROM_0 = "must be >= 0", [-1]
FROM_1 = "must be >= 1", [0, -1]
UP_TO = "must be from 0 to", [-1, 10**9]
FROM_1_TO = "must be", [0, 10**9]

RANGES = {  # of an argument, or of one formula's: the rule, and values that break it
    **dict.fromkeys("sparsity final initial margin factor".split(), FRACTION),
    **dict.fromkeys("theta lam lam1 lam2 q a b".split(), NOT_NEGATIVE),
    **dict.fromkeys("lr scale limit temperature power".split(), POSITIVE),
    **dict.fromkeys("step begin rows only_a only_b positions n".split(), FROM_0),
    **dict.fromkeys(
        """bins stages frequency samples m sweeps classes n_in n_out parameters weights stride
        k_h k_w c_in c_out height width value_bytes index_bytes""".split(),
        FROM_1,
    ),
    "alpha": SHARE,
    "axis": ("must be from", [9, -9]),
    "bits": ("must be from 2 to 16", [1, 17]),
    "c": FINITE,
    "data_loss": FINITE,
    "density": ("must be", [0, -0.1, 1.001, np.nan]),
    "end": ("must be >= ", [0]),
    "kernel": FROM_1_TO,
    "nonzeros": FROM_0,
    "norm": ("must be 'l1' or 'l2'", ["l3", None]),
    "padding": ("must be 'valid' or 'same'", ["full", None]),
    "size": FROM_1_TO,
    "ties": ("must be 'keep' or 'prune'", ["Keep", "", None, True]),
    "accuracy_difference_z a": SHARE,
    "accuracy_difference_z b": SHARE,
    "bitmask_bytes nonzeros": UP_TO,
    "bitmask_bytes size": FROM_0,
    "compression_rate new_size": NOT_NEGATIVE,
    "compression_rate size": POSITIVE,
    "compression_ratio new_size": POSITIVE,
    "compression_ratio size": NOT_NEGATIVE,
    "dequantize step": NOT_NEGATIVE,
    "factorize k": FROM_1,
    "factorize lam": POSITIVE,
    "heaviside_misprint theta": FINITE,
    "nm_mask n": UP_TO,
    "obs_update q": UP_TO,
    "output_size size": FROM_1,
    "performance_loss after": FINITE,
    "performance_loss before": FINITE,
    "rank_mask k": UP_TO,
    "recall label": None,
    "score_mask theta": FINITE,
    "topk_gate k": UP_TO,
    "vgg16_layers width": POSITIVE,
    "weight_clip c": NOT_NEGATIVE,
}


@pytest.mark.parametrize("name", CHECKS)
def test_a_number_or_an_option_out_of_range_is_named(name):
    bound = example(name)
    for argument, value in bound.arguments.items():
        if kind_of(name, argument, value) in ("number", "whole", "option"):
            one = f"{name} {argument}"
            rule, values = (RANGES[one] if one in RANGES else RANGES[argument]) or ("", [])
            for wrong in values:
                message = rf"^{argument} {rule}.*got {re.escape(repr(wrong))}"
                refused(name, bound, in_place(bound, argument, wrong), ValueError, message)


# --- the shape, and what the arguments have to be together ---------------------------------------

X, K, B = np.zeros((1, 3, 3, 2)), np.zeros((2, 2, 2, 4)), np.zeros(4)
W, W2 = np.zeros((3, 2)), np.zeros((2, 4))
Z, ROW, EYE = np.zeros((2, 3)), [1.0, 2.0], np.eye(2)
IMAGES = np.zeros((2, 0, 3, 4))

REFUSED = [  # formulas, the error, what it says, and each set of arguments that is wrong
    ("unit_l1 unit_l2 unit_threshold_mask group_lasso group_lasso_subgradient sparse_group_lasso "
     "group_lasso_proximal geometric_median_distance hybrid_mask nm_mask",
     ValueError, "a single number has no axis", [{"w": 1.0}]),
    ("spectral_norm", ValueError, r"^W must be a matrix with at least one entry, got shape \(",
     [{"W": W} for W in (1.0, ROW, np.ones((2, 2, 2)), Z[:0], Z[:, :0])]),
    ("softmax log_softmax soften", ValueError, r"^z must be \(N, K\) with N and K at least 1, got",
     [{"z": z} for z in (1.0, ROW, Z[:0], Z[:, :0], Z[None])]),
    ("mean_activation apoz activation_entropy", ValueError,
     r"^a must be \(N, h\) or \(N, H, W, C\) with N >= 1, got \(",
     [{"a": a} for a in (1.0, ROW, Z[:0], IMAGES)]),
    ("unit_taylor", ValueError, r"^a must be \(N, h\) or \(N, H, W, C\) with N >= 1, got \(",
     [{"a": a, "g": a} for a in (1.0, ROW, Z[:0], IMAGES)]),
    ("unit_taylor", ValueError, "^a and g must have the same shape",
     [{"a": Z, "g": g} for g in (Z[:1], Z[0], 1.0)]),
    ("contribution", ValueError, r"^a must be \(N, h\)",
     [{"a": a} for a in (1.0, ROW, IMAGES)]),
    ("contribution", ValueError, r"^w_out must be \(3, k\), one row per unit, got \(",
     [{"a": Z, "w_out": w} for w in (Z, Z[0], 1.0, np.ones((3, 2, 1)))]),
    ("taylor second_order_influence", ValueError, "^w and g must have the same shape, got",
     [{"w": w, "g": g} for w, g in ((ROW, [1.0]), ([ROW], ROW), (1.0, [1.0]), ([1.0], ROW))]),
    ("second_order_influence", ValueError, "^w and h must have the same shape, got",
     [{"w": ROW, "g": ROW, "h": h} for h in ([1.0], [ROW])]),
    ("obd_saliency", ValueError, "^w and h must have the same shape, got",
     [{"w": ROW, "h": h} for h in ([1.0], [ROW], 1.0)]),
    ("obs_saliency obs_update", ValueError, "^H must be positive definite; add a small multiple",
     [{"w": ROW, "H": H} for H in ([[1.0, 2.0], [2.0, 1.0]], np.ones((2, 2)), 0 * EYE, -EYE)]),
    ("obs_saliency obs_update", ValueError, "^H must be symmetric",
     [{"w": ROW, "H": scale * np.array([[2.0, 1.0], [0.0, 2.0]])} for scale in (1, 1e-9)]),
    ("obs_saliency obs_update", ValueError, r"^w must be \(n,\) and H \(n, n\), got \(",
     [{"w": w, "H": H} for w, H in (
         (ROW, np.eye(3)), (ROW, ROW), (ROW, Z), ([ROW], EYE), (1, [[1]]))]),
    ("multi_task_taylor", ValueError, r"^w and gradients\[1\] must have the same shape, got",
     [{"w": w, "gradients": [w, g]} for w, g in ((ROW, [1.0]), ([ROW], ROW), (1.0, [1.0]))]),
    ("snip", ValueError, "^gradients must hold one array for each of 1 layers, got",
     [{"layers": [ROW], "gradients": []}, {"layers": [ROW], "gradients": [ROW, ROW]}]),
    ("snip", ValueError, r"^layers\[1\] and gradients\[1\] must have the same shape",
     [{"layers": [[1.0], ROW], "gradients": [[1.0], [1.0]]}]),
    ("movement", ValueError, "^weights and gradients must hold one array for each step, at least",
     [{"weights": w, "gradients": g} for w, g in (([], []), ([ROW], []), ([ROW], [ROW, ROW]))]),
    ("movement", ValueError, "must (have|be arrays of) the same shape",
     [{"weights": w, "gradients": g} for w, g in (
         ([ROW], [[1.0]]), ([ROW, [1.0]], [ROW, ROW]), ([ROW, ROW], [ROW, [1.0]]))]),
    ("shard_average", ValueError, "^counts must hold one number for each of",
     [{"arrays": a, "counts": c} for a, c in (
         ([ROW, ROW], [1]), ([ROW], [1, 1]), ([ROW, ROW], [0, 0]), ([], []))]),
    ("shard_average", ValueError, "^arrays must be arrays of the same shape",
     [{"arrays": [ROW, other], "counts": [1, 1]} for other in ([1.0], [ROW])]),
    ("shard_average", ValueError, "^counts must be >= 0, got -1",
     [{"arrays": [ROW, ROW], "counts": [2, -1]}]),
    ("synflow", ValueError, r"^layers must be matrices that can be multiplied in this order, got",
     [{"layers": layers} for layers in ([], [ROW], [Z, Z], [Z, np.ones((1, 3, 3, 2))])]),
    ("mean_layer_importance", ValueError, r"^size of layers\[1\] must be >= 1",
     [{"layers": [ROW, []]}]),
    ("mean_threshold", ValueError, "^number of entries of scores must be >= 1", [{"scores": []}]),
    ("threshold_for_sparsity", ValueError, "^number of entries of score must be", [{"score": []}]),
    ("std_threshold splice_thresholds low_magnitude_mask", ValueError,
     "^number of entries of w must be >= 1", [{"w": []}, {"w": np.ones((3, 0))}]),
    ("pruning_rate", ValueError, "^number of entries must be >= 1", [{"w": []}]),
    ("sparsity", ValueError, "^number of entries must be >= 1", [{"arrays": ()}]),
    ("splice_mask", ValueError, "^a must be at most b, got a = 0.3 and b = 0.2",
     [{"a": 0.3, "b": 0.2}]),
    ("unit_mask", ValueError, "axis", [{"keep": [True], "shape": ()}]),
    ("unit_mask", ValueError, r"^keep must have the shape \(2,\)",
     [{"keep": keep, "shape": (3, 2)} for keep in ([True], [[True, False]], True)]),
    ("product_mask", ValueError, r"^masks must have shapes that broadcast, .*\(2, 3\).*\(2,\)",
     [{"masks": (Z == 0, np.ones(2, bool))}]),
    ("product_mask", ValueError, "^number of masks must be >= 1", [{"masks": ()}]),
    ("product_mask", TypeError, "^masks must be boolean",
     [{"masks": ([True], wrong)} for wrong in ([1.0], 1)]),
    ("block_mask", ValueError, r"^shape must be \(r, c\)", [{"shape": (2,)}, {"shape": (1, 2, 3)}]),
    ("block_mask", ValueError, "^shape must be >= 1", [{"shape": (0, 1)}, {"shape": (1, 0)}]),
    ("block_mask", ValueError, "^W must be a matrix that divides into 3 x 2 blocks, got",
     [{"W": W, "shape": (3, 2)} for W in (
         ROW, np.ones((3, 2, 2)), np.ones((4, 6)), np.ones((6, 3)))]),
    ("nm_mask", ValueError, "^w must have a multiple of m = 2 entries along the axis, got",
     [{"w": [1.0] * 3, "n": 1, "m": 2}]),
    ("topk_gate", ValueError, r"^h must be \(N, h\), got", [{"h": ROW}, {"h": Z[None]}]),
    ("remove_units", ValueError, r"^W must be \(..., h\), b \(h,\) and W_next \(..., h, k\), got",
     [{"W": W, "b": ROW, "W_next": W2, "keep": [True, False]} | wrong for wrong in (
         {"W": 1.0}, {"W": ROW}, {"W": Z}, {"b": [1.0]}, {"b": [ROW]}, {"W_next": W},
         {"W_next": ROW})]),
    ("fold_constant_units", ValueError, r"^W_next must be \(j, k\), b_next \(k,\) and constants",
     [{"b_next": [1.0], "W_next": [[1.0]], "constants": [1.0]} | wrong for wrong in (
         {"b_next": 1.0}, {"W_next": [ROW]}, {"W_next": [[1.0], [2.0]]}, {"W_next": [1.0]},
         {"constants": 1.0})]),
    ("collapse_linear", ValueError, "^W1, b1, W2, b2 must be",
     [{"W1": Z, "b1": [1.0] * 3, "W2": Z.T, "b2": ROW} | wrong for wrong in (
         {"W1": Z.T}, {"W1": ROW}, {"b1": ROW}, {"b1": 1.0}, {"W2": Z}, {"W2": ROW}, {"b2": [1.0]},
         {"b2": 1.0}, {"W1": EYE, "b1": ROW})]),
    ("factorization_loss factorize", ValueError, "^(R must be|observed must have the shape)",
     [{"R": wrong} for wrong in (5.0, ROW, EYE[None], np.ones((9, 9)))]),
    ("factorization_loss", ValueError, "^R must be",
     [{"P": np.ones((9, 2)), "Q": np.ones((9, 2))}]),
    ("balance_factors factor_importance remove_factors factorization_loss", ValueError,
     r"^P must be \(m, k\) and Q \(n, k\), got",
     [{"P": P, "Q": Q} for P, Q in ((EYE, Z), (ROW, EYE), (EYE, [EYE]), (1.0, 1.0))]),
    ("balance_factors", ValueError, "^P and Q must have k <= m and k <= n, got",
     [{"P": Z, "Q": np.eye(3)}, {"P": np.eye(3), "Q": Z}]),
    ("confusion_matrix", ValueError, "^labels must be from 0 to 1, got (2|-1) at index 1",
     [{"labels": [0, y], "predictions": [0, 1], "classes": 2} for y in (2, -1)]),
    ("confusion_matrix", ValueError, "^predictions must be from 0 to 1, got (2|-1) at index 0",
     [{"labels": [0, 1], "predictions": [p, 1], "classes": 2} for p in (2, -1)]),
    ("confusion_matrix", ValueError, "^labels must be from 0 to 2, got -1 at index 0",
     [{"labels": [-1], "predictions": [2]}]),
    ("confusion_matrix", ValueError, "^classes must be >= 1, got 0",
     [{"labels": [0], "predictions": [0], "classes": 0}]),
    ("accuracy confusion_matrix macro_recall recall", ValueError,
     "^labels and predictions must be vectors of the same length >= 1, got shapes",
     [{"labels": y, "predictions": p} for y, p in (
         ([], []), ([1, 2], [1]), ([[1, 2]], [[1, 2]]), (1, 1), ([1, 0], [[0, 1], [1, 0]]))]),
    ("accuracy confusion_matrix", TypeError, "^labels and predictions must hold integers",
     [{"labels": [0, 1], "predictions": p} for p in ([0.0, 1.0], ["a", "b"], [True, False])]),
    ("discordant_counts", ValueError, r"^labels and predicted_\w must be vectors of the",
     [{"labels": [0], "predicted_a": a, "predicted_b": b} for a, b in (([0], [0, 1]), (0, [0]))]),
    ("performance_loss", ValueError, "^before must be a finite number > 0, got",
     [{"before": before, "relative": True} for before in (0, -1)]),
    ("stage_sparsities", ValueError, "^initial must be at most final = 0.5, got 0.6",
     [{"final": 0.5, "initial": 0.6}]),
    ("polynomial_decay", ValueError, "^power must be", [{"step": 0, "power": 0}]),  # unused there
    ("is_pruning_step", ValueError, "^frequency must be", [{"step": 0, "frequency": 0}]),
    ("layerwise_rank_masks global_rank_masks", ValueError, "^sparsity must be a fraction",
     [{"scores": [], "sparsity": 90}]),
    ("layer_threshold_masks", ValueError, "^theta must be", [{"layers": [], "theta": -1}]),
    ("l1_regularized_loss l2_regularized_loss", ValueError, "^lam must be",
     [{"weights": [], "lam": -1}]),
    ("mlp_parameters mlp_macs", ValueError, "^widths must hold at least the widths",
     [{"widths": ()}, {"widths": [784]}]),
    ("mlp_parameters mlp_macs", ValueError, "^widths must be >= 1, got 0", [{"widths": [8, 0, 1]}]),
    ("mlp_parameters mlp_macs", TypeError, "^widths must be a whole number",
     [{"widths": [784, wrong]} for wrong in (64.0, True, "10")]),
    ("output_size", ValueError, "^kernel must be >= 1", [{"kernel": 0, "padding": "same"}]),
    ("network_costs", ValueError, r"^image must be \(height, width, chan", [{"image": (2, 3)}]),
    ("network_costs", ValueError, "^image must be >= 1, got 0", [{"image": (2, 3, 0)}]),
    ("network_costs", TypeError, "^image must be a whole number", [{"image": (2, 3.0, 1)}]),
    ("network_costs", TypeError, r"^layers\[0\] must be a Conv, Pool or Full", [{"layers": [3]}]),
    ("network_costs", ValueError, r"^layers\[1\] must be a Full after a Full",
     [{"layers": [Full(3), Conv(2)]}, {"layers": [Full(3), Pool(2)]}]),
    ("network_costs", ValueError, "^(units|c_out|kernel|padding) must be",
     [{"layers": [layer], "image": (2, 3, 1)} for layer in (
         Full(0), Conv(0), Pool(3), Conv(2, 3, "valid"), Conv(2, 3, "full"), Pool(2, "full"))]),
    ("erk_densities", TypeError, "^shapes must be a shape such as",
     [{"shapes": [4]}, {"shapes": (4, 4)}]),
    ("erk_densities", ValueError, "^shapes must be >= 1", [{"shapes": [(2, n)]} for n in (0, -1)]),
    ("erk_densities", TypeError, "^shapes must be a whole number", [{"shapes": [(2, 2.0)]}]),
    ("mixed_precision_step", ValueError, "^w and g16 must have the same shape",
     [{"w": ROW, "g16": np.float16(g)} for g in (ROW[:1], [ROW], 1.0)]),
    ("mixed_precision_step", TypeError, "^g16 must be float16", [{"g16": [7e4]}, {"g16": [1.0]}]),
    ("fake_quantize_gradient", ValueError, "^w and dy must have the same shape",
     [{"w": ROW, "dy": dy} for dy in (ROW[:1], [ROW], 1.0)]),
    ("distillation_loss distillation_gradient", ValueError, r"^z must be \(N, K\)",
     [{"z": z, "z_teacher": z, "y": y} for z, y in ((Z[0], [0]), (Z[:0], np.array([], int)))]),
    ("distillation_loss distillation_gradient", ValueError, "^z and z_teacher must have the same",
     [{"z": Z, "z_teacher": z, "y": [0, 2]} for z in (Z[:1], Z[:, :2], 0.0)]),
    ("distillation_loss distillation_gradient", ValueError, r"^y must be from 0 to 2, got (3|-1)",
     [{"z": Z, "z_teacher": Z, "y": y} for y in ([0, 3], [0, -1])]),
    ("distillation_loss distillation_gradient", ValueError, "^y must hold one label for each of",
     [{"z": Z, "z_teacher": Z, "y": y} for y in ([0], [0, 1, 2])]),
    ("distillation_loss distillation_gradient", TypeError, "^y must be a vector of integers",
     [{"z": Z, "z_teacher": Z, "y": y} for y in ([0.0, 1.0], [[0, 2]])]),
    ("ensemble_average", ValueError, r"^predictions must be arrays \(N, K\)",
     [{"predictions": p} for p in ([], [[0.5, 0.5]], [1.0])]),
    ("ensemble_average", ValueError, "^predictions must be arrays of the same shape",
     [{"predictions": [EYE, other]} for other in (EYE[:1], [[1.0]])]),
    ("ensemble_average", ValueError, "^predictions must be probabilities >= 0 whose rows sum to 1",
     [{"predictions": [[row]]} for row in ([3.0, -1.0], [0.5, 0.75], [1.5, -0.5])]),
    ("conv2d", ValueError, r"^x must be \(N, H, W, c_in\), K \(k_h, k_w, c_in, c_out\) and b",
     [{"x": X, "K": K, "b": B} | wrong for wrong in (
         {"x": X[0]}, {"x": X[None]}, {"x": X[..., :1]}, {"K": K[0]}, {"K": K[..., 0], "b": 0.0},
         {"K": K[..., None], "b": B[:, None]}, {"K": K[:, :, :1]}, {"b": B[:3]}, {"b": B[:1]},
         {"b": 0.0}, {"b": B[None]})]),
    ("conv2d", ValueError, r"^x of shape \(1, \d, \d, 2\) is too small for a window of \(",
     [{"x": X, "K": K, "b": B} | wrong for wrong in (
         {"x": X[:, :1]}, {"x": X[:, :, :1]}, {"K": K[:0]}, {"K": K[:, :0]},
         {"K": np.zeros((4, 1, 2, 4))}, {"K": np.zeros((1, 4, 2, 4))})]),
    ("pruning_rate_misprint", ValueError, "^w must not be all zero",
     [{"w": []}, {"w": [0.0, -0.0]}]),
    ("kernel_norm_axes_misprint", ValueError, r"^K must be \(k_h, k_w, c_in, c_out\), got",
     [{"K": Z}, {"K": np.ones((1, 1, 1, 1, 1))}]),  # Z: a matrix, as in its network
    ("max_pool2d average_pool2d", ValueError, r"^x must be images \(N, H, W, C\), got \(",
     [{"x": X[0]}, {"x": X[None]}]),
]  # fmt: skip


@pytest.mark.parametrize(("names", "error", "match", "wrong"), REFUSED)
def test_shapes_that_do_not_fit_are_refused(names, error, match, wrong):
    for name in names.split():
        for changes in wrong:
            refused(name, example(name), changes, error, match)
