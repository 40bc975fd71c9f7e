"""PyTorch's own pruning put to the test by the exported cases: an example for other libraries."""

import json

import numpy as np
import pytest

from minprune.checks.vectors import decoded, vectors

torch = pytest.importorskip("torch")
from torch.nn.utils import prune  # noqa: E402

FORMULAS = {formula["name"]: formula for formula in json.loads(json.dumps(vectors()))["formulas"]}


def cases(name):
    for case in FORMULAS[name]["cases"]:
        yield {k: decoded(v) for k, v in case["arguments"].items()}, decoded(case["expected"])


def torch_rank_mask(score, k):
    """`prune.l1_unstructured`; it ranks magnitudes, so it agrees where no score is negative."""
    layer = torch.nn.Linear(1, 1)
    layer.weight = torch.nn.Parameter(torch.from_numpy(np.ones(score.shape)))
    prune.l1_unstructured(layer, "weight", int(k), importance_scores=torch.from_numpy(score))
    return layer.weight_mask.numpy() == 1


def test_rank_masks_of_pytorch():
    seen = between = 0
    for arguments, expected in cases("rank_mask"):
        score, k = arguments["score"], arguments["k"]
        if not score.size or (score < 0).any():
            continue
        found = torch_rank_mask(score, k)
        assert (~found).sum() == k
        if len(np.unique(score)) == score.size:  # which of equals goes PyTorch does not say
            np.testing.assert_array_equal(found, expected)
            seen += 1
            between += 0 < k < score.size
    assert seen >= 7 and between >= 5
