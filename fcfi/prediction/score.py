"""The score of a mask, from 0 to 1, for tools that show one."""

from fcfi.prediction.prediction import Prediction


def score_of(prediction: Prediction) -> float:
    """Return the score of a prediction, from 0 to 1; 0 for an empty mask.

    It is the network's own estimate of the IoU, or else the mean probability of the mask's pixels
    at network size, which shows how certain the network is rather than how correct.
    """
    if prediction.object_box is None:
        return 0.0
    if prediction.score is not None:
        return prediction.score
    above = prediction.visible[prediction.visible > prediction.threshold]
    return float(above.mean()) if above.size else 0.0
