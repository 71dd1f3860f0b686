"""A graph cut on the network's probabilities, which moves the mask's border to edges of the image.

Source: Deep Object Selection, Xu et al., CVPR 2016 (DOS with GC).  The probabilities replace colour
    models as the cost of each label; a border between similar pixels has a high cost.  Differs:
    only pixels with uncertain probabilities can change; the costs of both labels are equal at the
    predictor's threshold; four neighbours.
Cost: no pass; SciPy's maximum flow on the uncertain pixels, 10 to 300 ms at 416 px.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple

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
"""Capacity of a cost of 1: the flow is computed in whole numbers."""
FIXED: Final = 10**7
"""A capacity that is never cut."""


@dataclass(frozen=True)
class GraphCut:
    """A step that divides the uncertain pixels of a prediction into object and background.

    weight: largest cost of a border between two pixels; 0 changes nothing.
    sigma: difference of grey values, of 255, at which two pixels count as different.
    radius: pixels around a click that keep its sign, at network size; -1 fixes no pixel.
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
        """The name of the step with its settings."""
        return f"graph-cut {self.weight:g} {self.sigma:g} {self.radius}"

    def __call__(self, context: Context, prediction: Prediction) -> Prediction:
        """Return the prediction with its border moved by the cut."""
        if prediction.exact is not None:
            return prediction  # a step before has already decided each pixel
        grey = context.picture.pixels(prediction.crop).mean(0) * np.float32(255)
        clicks = clicks_on(prediction.crop, context.prompts)
        bound = bound_pixels(clicks, grey.shape[0], grey.shape[1], self.radius)
        cut = cut_labels(prediction.seen, grey, bound, prediction.threshold, self)
        return replace(prediction, seen=frozen(on_side(prediction.seen, cut, prediction.threshold)))


def bound_pixels(clicks: Clicks, height: int, width: int, radius: int) -> NDArray[np.int8]:
    """Return (height, width): 1 and -1 in disks around positive and negative clicks, else 0."""
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
    """Return the labels (h, w) with the lowest cost.

    probs: (h, w) in [0, 1].  grey: (h, w), 0 to 255.  bound: from `bound_pixels`.
    """
    labels = np.where(bound == 0, probs > threshold, bound > 0)
    free = (probs > UNSURE[0]) & (probs < UNSURE[1]) & (bound == 0)
    nodes = np.flatnonzero(free)
    if len(nodes) == 0:
        return labels
    number = np.full(probs.shape, -1, np.int32)
    number.flat[nodes] = np.arange(len(nodes), dtype=np.int32)
    links, rim = border_costs(number, labels, grey, how)
    own = label_costs(probs.flat[nodes], threshold)
    costs = Costs(own.to_object + rim.to_object, own.to_background + rim.to_background)
    labels.flat[nodes] = minimum_cut(costs, links)
    return labels


class Costs(NamedTuple):
    """The costs of the labels of n free pixels, int64 (n,).

    to_object: the cost of the label background, hence the capacity from the source.
    to_background: the cost of the label object, hence the capacity to the sink.
    """

    to_object: NDArray[np.int64]
    to_background: NDArray[np.int64]


class Links(NamedTuple):
    """The borders between free pixels, in both directions: numbers of two pixels, and the cost."""

    tails: NDArray[np.int32]
    heads: NDArray[np.int32]
    capacities: NDArray[np.int64]


def label_costs(probs: NDArray[np.float32], threshold: float) -> Costs:
    """Return the cost of each label: log odds, which are equal at the threshold.

    probs: (n,) in [0, 1].
    """
    clipped = np.clip(probs.astype(np.float64), CLIP, 1 - CLIP)
    odds = np.log(clipped / (1 - clipped)) - np.log(threshold / (1 - threshold))
    # At least 1, so that without neighbours every pixel keeps its side.
    size = np.maximum(np.rint(np.abs(odds) * SCALE), 1).astype(np.int64)
    return Costs(np.where(odds > 0, size, 0), np.where(odds > 0, 0, size))


def border_costs(
    number: NDArray[np.int32],
    labels: NDArray[np.bool_],
    grey: NDArray[np.float32],
    how: GraphCut,
) -> tuple[Links, Costs]:
    """Return the costs of borders, which are high between similar pixels.

    They are the links of free pixels, and the costs of labels at borders to the others.
    number: (h, w), the index of each free pixel, -1 for the others.  labels: (h, w), of the others.
    """
    count = int(number.max()) + 1
    rim = Costs(np.zeros(count, np.int64), np.zeros(count, np.int64))
    tails, heads, capacities = [], [], []
    for axis in (0, 1):
        first, second = _pairs(axis)
        difference = grey[first] - grey[second]
        cost = how.weight * np.exp(-(difference**2) / (2 * how.sigma**2))
        whole = np.rint(cost * SCALE).astype(np.int64)
        left, right = number[first], number[second]
        both = (left >= 0) & (right >= 0)
        tails += [left[both], right[both]]
        heads += [right[both], left[both]]
        capacities += [whole[both]] * 2
        # A fixed neighbour adds to the cost of the other label.
        for inner, outer, outer_labels in (
            (left, right, labels[second]),
            (right, left, labels[first]),
        ):
            at_rim = (inner >= 0) & (outer < 0)
            objects, background = at_rim & outer_labels, at_rim & ~outer_labels
            np.add.at(rim.to_object, inner[objects], whole[objects])
            np.add.at(rim.to_background, inner[background], whole[background])
    links = Links(np.concatenate(tails), np.concatenate(heads), np.concatenate(capacities))
    return links, rim


def minimum_cut(costs: Costs, links: Links) -> NDArray[np.bool_]:
    """Return whether each free pixel is object, (n,).

    The object is what the source still reaches in the residual graph of the largest flow.
    """
    count = len(costs.to_object)
    source, sink = count, count + 1
    every = np.arange(count, dtype=np.int32)
    tails = np.concatenate([links.tails, np.full(count, source, np.int32), every])
    heads = np.concatenate([links.heads, every, np.full(count, sink, np.int32)])
    capacities = np.concatenate([links.capacities, costs.to_object, costs.to_background])
    graph = coo_array(
        (np.minimum(capacities, FIXED).astype(np.int32), (tails, heads)),
        shape=(sink + 1, sink + 1),
    ).tocsr()
    flow = maximum_flow(graph, source, sink, method="dinic").flow
    residual = graph - flow
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    reached = breadth_first_order(residual, source, return_predecessors=False)
    return np.isin(every, reached)


def _pairs(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return the slices of neighbours along an axis."""
    whole = slice(None)
    first, second = slice(None, -1), slice(1, None)
    return ((first, whole), (second, whole)) if axis == 0 else ((whole, first), (whole, second))


METHOD: Final = Method(
    "graph-cut", "DOS with graph cut, Xu et al., CVPR 2016", False, with_steps(GraphCut())
)
