"""The score that tools show beside a mask."""

from fcfi.prediction.prediction import Prediction


def score_of(prediction: Prediction) -> float:
    """Return how good a mask is, from 0 to 1.

    The network's own estimate of the IoU where it makes one; else the mean probability of the
    mask's pixels at network size, which says how sure the network is and not how right.  0 for an
    empty mask.
    """
    if prediction.object_box is None:
        return 0.0
    if prediction.score is not None:
        return prediction.score
    above = prediction.seen[prediction.seen > prediction.threshold]
    return float(above.mean()) if above.size else 0.0
