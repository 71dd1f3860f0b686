"""The first look: chooses the scale at which the network sees the object of a first click.

A first click marks only one pixel of the object.  In the whole picture, a small object covers only
a few cells of the network; in a small crop, a large object is cut off.  A network that estimates
the IoU of its own masks (its score) can look at several scales and keep the best mask.
"""

from collections.abc import Callable, Iterator
from typing import Final

from fcfi.boxes import Box
from fcfi.errors import ConfigError, NetworkError
from fcfi.images import Image
from fcfi.prediction.interface import Predictor
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Click, Prompts
from fcfi.runtimes.network import NetworkInfo

CLOSER: Final = (0.6, 0.36, 0.216)
"""Sides of the closer looks, as shares of the picture's sides: each is 0.6 of the one before."""
SMALLEST: Final = 32
"""Smallest side of a closer look, in pixels of the picture."""
CLOSER_BELOW_KEY: Final = "closer_below"
"""Metadata key: closer looks are tried for first masks below this share of the picture."""


def closer_below_of(info: NetworkInfo) -> float:
    """Return the share that a network file recommends; 0 (no closer looks) without one.

    Raises NetworkError if it is damaged.
    """
    text = info.metadata.get(CLOSER_BELOW_KEY, "0")
    try:
        return check_share(float(text))
    except (ValueError, ConfigError) as error:
        raise NetworkError(
            f"expected {CLOSER_BELOW_KEY} in the metadata of the network {info.name} to be a "
            f"number from 0 to 1, got {text[:50]!r}: export it again"
        ) from error


def check_share(share: float) -> float:
    """Return a share of the picture.  Raises ConfigError unless it is from 0 to 1."""
    if not 0 <= share <= 1:
        raise ConfigError(f"expected closer_below to be from 0 (no closer looks) to 1, got {share}")
    return share


def closer_parts(click: Click, height: int, width: int) -> Iterator[Box]:
    """Yield the closer parts of a picture of height x width around a click, the widest first.

    A part at the picture's edge is moved inside instead of clipped, to keep its scale.
    """
    for share in CLOSER:
        sides = max(round(width * share), SMALLEST), max(round(height * share), SMALLEST)
        if sides[0] >= width or sides[1] >= height:
            continue  # a tiny picture is enlarged already
        left = min(max(click.x - sides[0] // 2, 0), width - sides[0])
        top = min(max(click.y - sides[1] // 2, 0), height - sides[1])
        yield Box(left, top, left + sides[0], top + sides[1])


def best_look(
    first: Prediction, click: Click, below: float, look: Callable[[Box], Prediction]
) -> Prediction:
    """Return the first look or a closer one, whichever has the highest score.

    first: the prediction from the whole picture, with a score.
    below: share of the picture; a larger mask is kept without closer looks, from which large
        objects gain nothing, and which may find only one of their parts.
    look: returns the prediction from a part of the picture.
    """
    if _area(first) >= below * first.height * first.width:
        return first
    best = first
    for part in closer_parts(click, first.height, first.width):
        closer = look(part)
        if _score(closer) > _score(best):
            best = closer
    return best


def alternatives(
    predictor: Predictor, image: Image | CachedImage, prompts: Prompts
) -> tuple[Prediction, ...]:
    """Return the masks that a first click may mean, one for each scale: a part, the object, more.

    The predictor's own prediction is first, then the others by falling score, if the network has
    scores.  Each takes a look; empty masks are left out.

    >>> import fcfi
    >>> from fcfi.images import read_image
    >>> segmenter, picture = fcfi.load(), read_image("examples/images/coffee.jpg")
    >>> answers = alternatives(segmenter.predictor, picture, (fcfi.Click(290, 130),))
    >>> 1 <= len(answers) <= 4
    True
    """
    picture = image if isinstance(image, CachedImage) else CachedImage(image)
    height, width = picture.image.shape[:2]
    usual = predictor.predict(picture, prompts)
    if len(prompts) != 1 or not isinstance(prompts[0], Click):
        return (usual,)
    parts = (Box(0, 0, width, height), *closer_parts(prompts[0], height, width))
    others = [
        predictor.predict(picture, prompts, within=part) for part in parts if part != usual.box
    ]
    found = [prediction for prediction in others if prediction.object_box is not None]
    return (usual, *sorted(found, key=_score, reverse=True))


def _score(prediction: Prediction) -> float:
    """Return the score, or 0, so that predictions without scores keep their order."""
    return 0.0 if prediction.score is None else prediction.score


def _area(prediction: Prediction) -> int:
    """Return the number of pixels of the mask."""
    runs = prediction.run_mask
    return 0 if runs is None else runs.area
