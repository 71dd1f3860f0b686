"""The stand-in for a SAM model: a predictor of fcfi, loaded with SAM's calls."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from fcfi.prediction.interface import Predictor
from fcfi.runtimes.network_file import CHECKPOINT, SUFFIX
from fcfi.segmenter import load

KINDS: Final = ("default", "vit_h", "vit_l", "vit_b", "vit_t")
"""Keys of the registries of SAM and MobileSAM."""
OWNER: Final = "fcfi/"
"""Prefix of the names of shipped networks in `from_pretrained`, as in "fcfi/lite0"."""


class SamModel:
    """A predictor with the methods that programs call on a SAM model, such as `to` and `eval`.

    It always stays on the device where its network was loaded.
    """

    mask_threshold = 0.0
    """Logits above it are object."""
    image_format = "RGB"

    def __init__(self, predictor: Predictor) -> None:
        """Wrap a predictor, such as the result of `fcfi.load()`."""
        self.predictor = predictor

    @property
    def device(self) -> str:
        """The device of the network, as torch names it."""
        runtime = self.predictor.info.runtime
        return "cuda" if "cuda" in runtime.lower() else "cpu"

    def to(self, *_: Any, **__: Any) -> "SamModel":
        """Return the model itself: the runtime was chosen when it was loaded."""
        return self

    def eval(self) -> "SamModel":
        """Return the model itself, which is never in training mode."""
        return self


def load_model(checkpoint: Any = None) -> SamModel:
    """Return the model of a network file of fcfi, or the default network.

    checkpoint: a network file (*.onnx), a checkpoint of fcfi (*.safetensors) or the name of a
        shipped network, also as "fcfi/lite0"; another file is taken for a checkpoint of SAM, which
        is ignored with a RuntimeWarning.
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
    """Return the model of a network file; the configuration, device and mode are ignored.

    ckpt_path: see `load_model`.
    """
    return load_model(ckpt_path)


class _Registry(Mapping[str, Callable[..., SamModel]]):
    """A builder for each kind of SAM model; all of them load a network of fcfi."""

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
