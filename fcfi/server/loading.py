"""A predictor whose network is loaded in the background, so that the page opens at once and the first click is fast.

Who predicts meanwhile waits; who asks what the network is gets it from the file.  Knows nothing of
HTTP.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prompts.clicks import Click
from fcfi.runtimes.network import CHECKPOINT, NetworkInfo, read_info
from fcfi.runtimes.plan import Choice
from fcfi.segmenter import open_choice

WARM_UP: Final = (384, 512)
"""Height and width of the grey picture on which the first, slow prediction is made: a usual photograph's crop."""
LATE: Final = frozenset({"network", "zoom", "flip", "threshold"})
"""What a predictor has once its network is loaded."""


@dataclass(frozen=True, slots=True)
class NetworkStatus:
    """What the network is and whether it answers.  problem: why it cannot be used, or None."""

    name: str
    sha256: str
    runtime: str
    state: Literal["loading", "ready", "failed"]
    problem: str | None = None


class LatePredictor(FCFIPredictor):
    """Predicts as soon as its network is loaded.  Threads may share it."""

    def __init__(self, info: NetworkInfo, load: Callable[[], FCFIPredictor]) -> None:
        """info: what the network's file says of itself.  load: opens it; called at once, in a thread."""
        self._info = info
        pool = ThreadPoolExecutor(1, thread_name_prefix="fcfi-load")
        self._loading: Future[FCFIPredictor] = pool.submit(lambda: warmed_up(load()))
        pool.shutdown(wait=False)

    def __getattr__(self, name: str) -> Any:
        if name in LATE:
            return getattr(self._loading.result(), name)
        raise AttributeError(name)

    @property
    def status(self) -> NetworkStatus:
        """At this moment; waits for nothing."""
        if not self._loading.done():
            return NetworkStatus(self._info.name, self._info.sha256, "", "loading")
        error = self._loading.exception()
        if error is not None:
            return NetworkStatus(self._info.name, self._info.sha256, "", "failed", str(error))
        return status_of(self._loading.result())


def load_late(chosen: Choice) -> LatePredictor:
    """Begin to load what was chosen.  Raises NetworkError at once for a file that is none of ours."""
    if chosen.path.suffix == CHECKPOINT:  # says nothing of itself before torch has read it
        info = NetworkInfo(chosen.path.stem, "unknown", "", 1)
    else:
        info = read_info(chosen.path)
    return LatePredictor(info, lambda: open_choice(chosen))


def status_of(predictor: FCFIPredictor) -> NetworkStatus:
    """What the network of a predictor is that is loaded already."""
    info = predictor.network.info
    return NetworkStatus(info.name, info.sha256, info.runtime, "ready")


def warmed_up(predictor: FCFIPredictor) -> FCFIPredictor:
    """The predictor, after the first predictions of both kinds: a runtime makes its plans at these."""
    image = np.full((*WARM_UP, 3), 128, np.uint8)
    click = Click(WARM_UP[1] // 2, WARM_UP[0] // 2)
    predictor.predict(image, (click, click), predictor.predict(image, (click,)))
    return predictor
