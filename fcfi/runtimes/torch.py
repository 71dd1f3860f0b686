"""PyTorch: runs a checkpoint (*.safetensors) as it is, on a CUDA device where there is one.

The only module of the using half that may import torch, and it does so when a checkpoint is opened.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import NetworkError, how_to_install
from fcfi.runtimes.interface import INPUTS, OUTPUT, Arrays

if TYPE_CHECKING:
    from torch import Tensor

    from fcfi.models.fcfi import FCFI


def has_cuda() -> bool:
    """Whether torch finds a CUDA device."""
    import torch

    return torch.cuda.is_available()


class Torch:
    """A network in torch, which threads may share.

    metadata: the checkpoint's texts and its weights' sha256; empty for a model in memory.
    encoding: names of the maps that the network keeps from click to click; none if every click runs
        all of it.
    """

    outputs = frozenset((OUTPUT,))

    def __init__(
        self, model: "FCFI", precision: str = "float32", metadata: Mapping[str, str] | None = None
    ) -> None:
        """Run a model in memory on the device that it is on; precision: float32 or bfloat16."""
        import torch

        self.metadata = metadata or {}
        self.encoding = model.body.encoding
        self.inputs = frozenset((*INPUTS, *self.encoding))
        self._model = model.eval()
        self._device = next(model.parameters()).device
        self._precision = precision
        self.description = f"torch {torch.__version__} {precision} {self._device.type}"

    @classmethod
    def load(cls, path: Path, threads: int | None, precision: str, streams: int = 1) -> "Torch":
        """Return a checkpoint, ready to run, on a CUDA device where there is one.

        precision: float32, bfloat16 or auto (float32).  Raises NetworkError.
        """
        try:
            import torch

            from fcfi.models.checkpoint import load_model, read_metadata, weights_sha256
        except ImportError as error:
            raise NetworkError(
                f"the runtime torch needs the learning half: {how_to_install('train')}"
            ) from error
        if streams > 1:
            threads = max(1, (threads or streams) // streams)
        if threads is not None:
            torch.set_num_threads(threads)
        model = load_model(path)
        metadata = read_metadata(path) | {"weights_sha256": weights_sha256(model)}
        model = model.to("cuda" if torch.cuda.is_available() else "cpu")
        return cls(model, "bfloat16" if precision == "bfloat16" else "float32", metadata)

    def run(
        self, inputs: Arrays, names: Sequence[str] = (OUTPUT,)
    ) -> tuple[NDArray[np.float32], ...]:
        """The logits for all inputs, or for an encoding and the click; the encoding for the image alone.

        Raises NetworkError if it fails.
        """
        import torch

        tensors = {
            name: torch.from_numpy(np.array(value)).to(self._device)
            for name, value in inputs.items()
        }
        cast = torch.autocast(
            self._device.type, torch.bfloat16, enabled=self._precision == "bfloat16"
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
        if names != (OUTPUT,):
            return self._model.encode(tensors["image"])
        encoding = (
            self._model.encode(tensors["image"])
            if "image" in tensors
            else tuple(tensors[name] for name in self.encoding)
        )
        return (self._model.click(encoding, *(tensors[name] for name in INPUTS[1:])).logits,)
