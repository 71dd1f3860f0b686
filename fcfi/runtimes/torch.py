"""PyTorch: runs a checkpoint (*.safetensors) without export, on a CUDA device if there is one.

The only module outside the training half that imports torch, when a checkpoint is opened.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import NetworkError, how_to_install
from fcfi.runtimes.interface import LOGITS, SCORE, Arrays, RuntimeKind, Settings
from fcfi.runtimes.network import CLICK_MAPS_KEY, FCFI_INPUTS, IMAGE, OUTPUTS_KEY

if TYPE_CHECKING:
    from torch import Tensor

    from fcfi.models.fcfi import FCFI


def has_cuda() -> bool:
    """Return whether torch finds a CUDA device."""
    import torch

    return torch.cuda.is_available()


class Torch:
    """A network in torch, which threads may share.

    model: the module, for methods that need gradients; it must not be changed.
    precision: the precision of its computations.
    metadata: the checkpoint's metadata and the sha256 of its weights; empty for a model in memory.
    encoding: names of the maps that the network keeps between clicks; empty if every click runs
        the whole network.
    """

    def __init__(
        self, model: "FCFI", precision: str = "float32", metadata: Mapping[str, str] | None = None
    ) -> None:
        """Wrap a model in memory, on its current device; precision: float32 or bfloat16."""
        import torch

        self.metadata = metadata or {}
        self.encoding = model.body.encoding
        self.inputs = frozenset((*FCFI_INPUTS, *self.encoding))
        self.outputs = frozenset((LOGITS,) if model.score is None else (LOGITS, SCORE))
        self.model = model.eval()
        self._device = next(model.parameters()).device
        self.precision = precision
        self.description = f"torch {torch.__version__} {precision} {self._device.type}"

    @classmethod
    def load(cls, path: Path | bytes, settings: Settings) -> "Torch":
        """Load a checkpoint, on a CUDA device if there is one.

        Raises NetworkError if the library, the precision or the file cannot be used.
        """
        assert isinstance(path, Path), "a checkpoint is never cut into parts"
        if settings.precision not in KIND.precisions:
            raise NetworkError(
                f"torch does not compute in {settings.precision}: choose float32, or auto"
            )
        try:
            import torch

            from fcfi.models.checkpoint import load_model, read_metadata, weights_sha256
        except ImportError as error:
            raise NetworkError(
                f"the runtime torch needs the training half: {KIND.install}"
            ) from error
        if settings.threads_per_stream is not None:
            torch.set_num_threads(settings.threads_per_stream)
        model = load_model(path)
        metadata = read_metadata(path) | {
            "weights_sha256": weights_sha256(model),
            CLICK_MAPS_KEY: model.config.click_maps,
        }
        if model.score is not None:
            metadata[OUTPUTS_KEY] = f"{LOGITS}, {SCORE}"
        model = model.to("cuda" if torch.cuda.is_available() else "cpu")
        return cls(model, settings.precision, metadata)

    def run(
        self, inputs: Arrays, names: Sequence[str] = (LOGITS,)
    ) -> tuple[NDArray[np.float32], ...]:
        """Return the encoding of an image, or outputs for all inputs or an encoding and a click.

        The names decide: those of the encoding select it.  Raises NetworkError if it fails.
        """
        import torch

        tensors = {
            name: torch.from_numpy(np.array(value)).to(self._device)
            for name, value in inputs.items()
        }
        cast = torch.autocast(
            self._device.type, torch.bfloat16, enabled=self.precision == "bfloat16"
        )
        try:
            with torch.inference_mode(), cast:
                answer = self._answer(tensors, tuple(names))
        except (RuntimeError, torch.OutOfMemoryError) as error:
            raise NetworkError(
                "the network failed on this input, or the device has too little memory"
            ) from error
        return tuple(tensor.float().cpu().numpy() for tensor in answer)

    def _answer(self, tensors: "dict[str, Tensor]", names: tuple[str, ...]) -> "tuple[Tensor, ...]":
        if LOGITS not in names:
            return self.model.encode(tensors[IMAGE])
        if IMAGE in tensors:
            encoding = self.model.encode(tensors[IMAGE])
        else:
            encoding = tuple(tensors[name] for name in self.encoding)
        output = self.model.click(encoding, *(tensors[name] for name in FCFI_INPUTS[1:]))
        return tuple(output.logits if name == LOGITS else output.extras[name] for name in names)


KIND: Final = RuntimeKind(
    name="torch",
    install=how_to_install("train"),
    suffix=".safetensors",
    precisions=frozenset(("float32", "bfloat16")),
    # torch supports bfloat16 on every processor, though slowly on some.
    anywhere=frozenset(("float32", "bfloat16")),
    automatic=(),
    rank=lambda _: 3,
    processor_precisions=frozenset,
    open=Torch.load,
)
