"""What stands where programs hold a SAM model: a predictor of fcfi, loaded by SAM's own calls."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from fcfi.prediction.interface import Predictor
from fcfi.runtimes.network_file import CHECKPOINT, SUFFIX
from fcfi.segmenter import load

KINDS: Final = ("default", "vit_h", "vit_l", "vit_b", "vit_t")
"""Keys of SAM's registry, and of MobileSAM's."""
OWNER: Final = "fcfi/"
"""Begins the names of shipped networks for `from_pretrained`, as in "fcfi/lite0"."""


class SamModel:
    """A predictor that programs may treat as a SAM model: moved, frozen, asked for its device.

    It always stays where its network was loaded.
    """

    mask_threshold = 0.0
    """Logits above it are object."""
    image_format = "RGB"

    def __init__(self, predictor: Predictor) -> None:
        """Take the predictor that answers; `fcfi.load()` returns one."""
        self.predictor = predictor

    @property
    def device(self) -> str:
        """Where the network is computed, in torch's words."""
        runtime = self.predictor.info.runtime
        return "cuda" if "cuda" in runtime.lower() else "cpu"

    def to(self, *_: Any, **__: Any) -> "SamModel":
        """Return the model itself: the runtime was chosen at loading."""
        return self

    def eval(self) -> "SamModel":
        """Return the model itself, which never trains."""
        return self


def load_model(checkpoint: Any = None) -> SamModel:
    """Return the model of a network file of fcfi, or the default network.

    checkpoint: a network file (*.onnx), a checkpoint of fcfi (*.safetensors) or the name of a
        shipped network, also as "fcfi/lite0"; another file is a checkpoint of SAM, which is left
        out with a warning (RuntimeWarning).
    Raises NetworkError for a file that cannot be used.
    """
    if checkpoint is None:
        return SamModel(load().predictor)
    name = str(checkpoint)
    if name.endswith((SUFFIX, CHECKPOINT)):
        return SamModel(load(name).predictor)
    if name.startswith(OWNER):
        return SamModel(load(name.removeprefix(OWNER)).predictor)
    warnings.warn(
        f"expected a network file of fcfi ({SUFFIX}), got {name}: the default network is used",
        RuntimeWarning,
        stacklevel=3,
    )
    return SamModel(load().predictor)


def build_sam2(config_file: Any = None, ckpt_path: Any = None, *_: Any, **__: Any) -> SamModel:
    """Return the model of a network file; the configuration, device and mode are left out.

    ckpt_path: see `load_model`.
    """
    return load_model(ckpt_path)


class _Registry(Mapping[str, Callable[..., SamModel]]):
    """A builder for each kind of SAM model: all of them build a network of fcfi."""

    def __getitem__(self, kind: str) -> Callable[..., SamModel]:
        if kind not in KINDS:
            raise KeyError(kind)
        return load_model

    def __iter__(self) -> Iterator[str]:
        return iter(KINDS)

    def __len__(self) -> int:
        return len(KINDS)


sam_model_registry: Final = _Registry()
"""As in segment_anything: `sam_model_registry["vit_b"](checkpoint="mine.onnx")`."""
