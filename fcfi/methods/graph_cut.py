"""A graph cut on the network's probabilities, which moves the border onto edges of the picture.

Source: Deep Object Selection, Xu et al., CVPR 2016 (DOS with GC).  The probabilities are the cost
    of each label, in the place of colour models; cutting between two pixels that look alike is
    dear.  Differs: only pixels of which the network is unsure are cut, all others stay; the costs
    are even at the predictor's threshold; four neighbours.
Cost: no pass; SciPy's maximum flow in the unsure band, some 10 to 300 ms at 416 px.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from fcfi.errors import ConfigError
from fcfi.methods.method import Method, with_steps
from fcfi.prediction.guidance import clicks_on
from fcfi.prediction.prediction import Prediction, frozen
from fcfi.prediction.steps import Context, on_side
from fcfi.prompts.clicks import Clicks

UNSURE: Final = (0.02, 0.98)
"""Probabilities between which a pixel may change sides."""
CLIP: Final = 1e-3
"""Distance of probabilities from 0 and 1, so that costs are finite."""
SCALE: Final = 1000
"""Whole-number capacity of a cost of 1: the flow is computed in whole numbers."""
FIXED: Final = 10**7
"""Capacity that no cut goes through."""


@dataclass(frozen=True)
class GraphCut:
    """A step that cuts the unsure pixels of a prediction into object and background.

    weight: of the cost of a border between two pixels, at most; 0 moves nothing.
    sigma: difference of grey values, of 255, at which two pixels begin to look different.
    radius: pixels round a click that keep its sign, at network size; -1 binds no pixel.
    """

    weight: float = 1.0
    sigma: float = 50.0
    radius: int = 5

    def __post_init__(self) -> None:
        if self.weight < 0 or self.sigma <= 0:
            raise ConfigError(
                f"expected a weight of at least 0 and a sigma above 0, got {self.weight} and "
                f"{self.sigma}"
            )

    @property
    def name(self) -> str:
        """The step and its settings."""
        return f"graph-cut {self.weight:g} {self.sigma:g} {self.radius}"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the prediction with its border cut anew."""
        if prediction.exact is not None:
            return prediction  # its pixels were decided one by one, by a step before
        grey = context.picture.pixels(prediction.crop).mean(0) * np.float32(255)
        clicks = clicks_on(prediction.crop, context.prompts)
        bound = bound_pixels(clicks, grey.shape[0], grey.shape[1], self.radius)
        cut = cut_labels(prediction.seen, grey, bound, prediction.threshold, self)
        return replace(prediction, seen=frozen(on_side(prediction.seen, cut, prediction.threshold)))


def bound_pixels(clicks: Clicks, height: int, width: int, radius: int) -> NDArray[np.int8]:
    """Return (height, width): 1 and -1 in the disks round positive and negative clicks, else 0."""
    bound = np.zeros((height, width), np.int8)
    rows, columns = np.ogrid[:height, :width]
    for click in clicks:
        if radius >= 0:
            inside = (rows - click.y) ** 2 + (columns - click.x) ** 2 <= radius**2
            bound[inside] = 1 if click.positive else -1
    return bound


def cut_labels(
    probs: NDArray[np.float32],
    grey: NDArray[np.float32],
    bound: NDArray[np.int8],
    threshold: float,
    how: GraphCut,
) -> NDArray[np.bool_]:
    """Return the labels (h, w) with the least cost.

    probs: (h, w) in [0, 1].  grey: (h, w), 0 to 255.  bound: 1, -1 or 0 as of `bound_pixels`.
    """
    labels = np.where(bound == 0, probs > threshold, bound > 0)
    free = (probs > UNSURE[0]) & (probs < UNSURE[1]) & (bound == 0)
    nodes = np.flatnonzero(free)
    if len(nodes) == 0:
        return labels
    number = np.full(probs.shape, -1, np.int32)
    number.flat[nodes] = np.arange(len(nodes), dtype=np.int32)

    # 1) What a label costs: log odds, even at the threshold.
    clipped = np.clip(probs.flat[nodes].astype(np.float64), CLIP, 1 - CLIP)
    odds = np.log(clipped / (1 - clipped)) - np.log(threshold / (1 - threshold))
    # At least 1, so that without neighbours every pixel keeps its side.
    size = np.maximum(np.rint(np.abs(odds) * SCALE), 1).astype(np.int64)
    to_object = np.where(odds > 0, size, 0)
    to_background = np.where(odds > 0, 0, size)

    # 2) What a border costs: dear between pixels that look alike.
    tails, heads, capacities = [], [], []
    for axis in (0, 1):
        first, second = _pairs(axis)
        difference = grey[first] - grey[second]
        cost = how.weight * np.exp(-(difference**2) / (2 * how.sigma**2))
        whole = np.rint(cost * SCALE).astype(np.int64)
        a, b = number[first], number[second]
        both = (a >= 0) & (b >= 0)
        tails += [a[both], b[both]]
        heads += [b[both], a[both]]
        capacities += [whole[both]] * 2
        # A neighbour that stays as it is adds to the cost of the other label.
        for inner, outer_labels in ((a, labels[second]), (b, labels[first])):
            other = b if inner is a else a
            rim = (inner >= 0) & (other < 0)
            np.add.at(to_object, inner[rim & outer_labels], whole[rim & outer_labels])
            np.add.at(to_background, inner[rim & ~outer_labels], whole[rim & ~outer_labels])

    # 3) The cut: what the source still reaches through the flow is object.
    source, sink = len(nodes), len(nodes) + 1
    every = np.arange(len(nodes), dtype=np.int32)
    tails += [np.full(len(nodes), source, np.int32), every]
    heads += [every, np.full(len(nodes), sink, np.int32)]
    capacities += [to_object, to_background]
    graph = coo_array(
        (
            np.minimum(np.concatenate(capacities), FIXED).astype(np.int32),
            (np.concatenate(tails), np.concatenate(heads)),
        ),
        shape=(sink + 1, sink + 1),
    ).tocsr()
    flow = maximum_flow(graph, source, sink, method="dinic").flow
    left = graph - flow
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    reached = breadth_first_order(left, source, return_predecessors=False)
    labels.flat[nodes] = np.isin(every, reached)
    return labels


def _pairs(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return the slices of neighbours along an axis."""
    whole = slice(None)
    first, second = slice(None, -1), slice(1, None)
    return ((first, whole), (second, whole)) if axis == 0 else ((whole, first), (whole, second))


METHOD: Final = Method(
    "graph-cut", "DOS with graph cut, Xu et al., CVPR 2016", False, with_steps(GraphCut())
)
