"""A predictor whose network is loaded in the background.

So the page opens at once.  Predictions wait for the network; until then its description comes from
its file.  Knows nothing of HTTP or of files.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from fcfi.boxes import Box
from fcfi.images import Image
from fcfi.prediction.interface import Predictor, identity
from fcfi.prediction.prediction import CachedImage, Prediction
from fcfi.prompts.clicks import Click, Prompts
from fcfi.runtimes.network import NetworkInfo

WARM_UP: Final = (384, 512)
"""Height and width of the grey picture of the warm-up, about a photograph's crop."""


@dataclass(frozen=True, slots=True)
class NetworkStatus:
    """A description of the network, and whether it is ready.

    runtime: empty until it is loaded.  problem: why it cannot be used, or None.
    identity: the predictor's identity, which objects store; None until it is loaded.
    """

    name: str
    sha256: str
    runtime: str
    state: Literal["loading", "ready", "failed"]
    problem: str | None = None
    identity: str | None = None


class LazyPredictor:
    """A predictor whose network is loaded in the background.  Threads may share it.

    All attributes but `status` wait for the network, and raise the error of loading it.
    """

    def __init__(self, info: NetworkInfo, load: Callable[[], Predictor]) -> None:
        """Start loading.

        info: the description in the network file.
        load: returns the predictor; called at once, in a thread.
        """
        self._info = info
        pool = ThreadPoolExecutor(1, thread_name_prefix="fcfi-load")
        self._loading: Future[Predictor] = pool.submit(lambda: warmed_up(load()))
        # The thread ends once it has loaded; nothing waits here.
        pool.shutdown(wait=False)

    @property
    def info(self) -> NetworkInfo:
        """The description of the network."""
        return self._loading.result().info

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The settings that a prediction depends on, besides picture, prompts and weights."""
        return self._loading.result().settings

    @property
    def threshold(self) -> float:
        """Probability above which a pixel is object."""
        return self._loading.result().threshold

    def predict(
        self,
        image: Image | CachedImage,
        prompts: Prompts,
        previous: Prediction | None = None,
        within: Box | None = None,
    ) -> Prediction:
        """Return the prediction of the loaded predictor; see `Predictor`."""
        return self._loading.result().predict(image, prompts, previous, within)

    @property
    def status(self) -> NetworkStatus:
        """The present state, without waiting."""
        if not self._loading.done():
            return NetworkStatus(self._info.name, self._info.sha256, "", "loading")
        error = self._loading.exception()
        if error is not None:
            return NetworkStatus(self._info.name, self._info.sha256, "", "failed", str(error))
        return status_of(self._loading.result())


def status_of(predictor: Predictor) -> NetworkStatus:
    """Return the status of a loaded predictor."""
    info = predictor.info
    return NetworkStatus(
        info.name, info.sha256, info.runtime, "ready", identity=identity(predictor)
    )


def warmed_up(predictor: Predictor) -> Predictor:
    """Return the predictor after two predictions, at which a runtime prepares its work.

    Some runtimes prepare separately for a first click, without feedback, and for a further one.
    """
    image = np.full((*WARM_UP, 3), 128, np.uint8)
    click = Click(WARM_UP[1] // 2, WARM_UP[0] // 2)
    predictor.predict(image, (click, click), predictor.predict(image, (click,)))
    return predictor
