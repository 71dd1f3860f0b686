"""The first look: how near a first click asks the network to come.

Nothing is known of the object but one pixel of it.  Seen in the whole picture, a small object is a
few cells of the network; seen too near, a large one leaves the crop.  A network that estimates the
IoU of its own masks (its score) can look several times and keep the best.
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
"""Sides of the nearer looks, as shares of the picture's: each has 0.6 of the one before."""
SMALLEST: Final = 32
"""Smallest side of a nearer look in pixels of the picture: below that there is nothing to see."""
CLOSER_BELOW_KEY: Final = "closer_below"
"""Metadata: the share of the picture below which a first mask is compared with nearer looks."""


def closer_below_of(info: NetworkInfo) -> float:
    """Return the share that a network's file recommends; 0, never look nearer, without one.

    Raises NetworkError for a damaged one.
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
    """Return a share of the picture; ConfigError unless it is from 0 to 1."""
    if not 0 <= share <= 1:
        raise ConfigError(
            f"expected closer_below to be from 0 (never look nearer) to 1, got {share}"
        )
    return share


def closer_parts(click: Click, height: int, width: int) -> Iterator[Box]:
    """Yield the nearer parts of a picture of height x width round a click, the widest first.

    A part at the picture's edge is moved inside, not cut: it keeps its scale.
    """
    for share in CLOSER:
        sides = max(round(width * share), SMALLEST), max(round(height * share), SMALLEST)
        if sides[0] >= width or sides[1] >= height:
            continue  # of a tiny picture, which is seen enlarged already
        left = min(max(click.x - sides[0] // 2, 0), width - sides[0])
        top = min(max(click.y - sides[1] // 2, 0), height - sides[1])
        yield Box(left, top, left + sides[0], top + sides[1])


def best_look(
    first: Prediction, click: Click, below: float, look: Callable[[Box], Prediction]
) -> Prediction:
    """Return the first look or a nearer one, whichever mask the network itself scores highest.

    first: the answer from the whole picture, with a score.
    below: share of the picture; a mask that covers more is kept without another look, since large
        objects gain nothing from one and are easily taken for one of their parts.
    look: returns the answer from a part of the picture.
    """
    if _area(first) >= below * first.height * first.width:
        return first
    best = first
    for part in closer_parts(click, first.height, first.width):
        answer = look(part)
        if _score(answer) > _score(best):
            best = answer
    return best


def alternatives(
    predictor: Predictor, image: Image | CachedImage, prompts: Prompts
) -> tuple[Prediction, ...]:
    """Return what a first click may mean, as seen from each distance: a part, the object, more.

    The predictor's own answer comes first, then the others; by falling score, where the network has
    one.  Costs a look each; looks that found nothing are left out.

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
    found = [answer for answer in others if answer.object_box is not None]
    return (usual, *sorted(found, key=_score, reverse=True))


def _score(prediction: Prediction) -> float:
    """Return the score, or 0, so that answers without one keep their order."""
    return 0.0 if prediction.score is None else prediction.score


def _area(prediction: Prediction) -> int:
    """Return the number of pixels of the mask."""
    runs = prediction.run_mask
    return 0 if runs is None else runs.area
