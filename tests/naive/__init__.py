"""Every formula once more, as plain loops over scalars: slow, but simple enough to check by eye.

The fast functions are tested against these. Nothing is imported from the package, and NumPy only
holds the arrays. Sums and products run in float64. Where scores meet a threshold or each other,
they are compared in the dtype of the scores: 0.3 as a threshold equals a 0.3 stored as float32.
Mask: True = keep. Score: higher = more important. Dense layer: y = x @ W + b.
"""

from naive.activations import *  # noqa: F403
from naive.allocation import *  # noqa: F403
from naive.convolution import *  # noqa: F403
from naive.costs import *  # noqa: F403
from naive.distill import *  # noqa: F403
from naive.engine import *  # noqa: F403
from naive.factorization import *  # noqa: F403
from naive.influence import *  # noqa: F403
from naive.masks import *  # noqa: F403
from naive.metrics import *  # noqa: F403
from naive.misprints import *  # noqa: F403
from naive.network import *  # noqa: F403
from naive.norms import *  # noqa: F403
from naive.penalties import *  # noqa: F403
from naive.quantize import *  # noqa: F403
from naive.schedules import *  # noqa: F403
from naive.scores import *  # noqa: F403
from naive.structured import *  # noqa: F403
from naive.units import *  # noqa: F403
