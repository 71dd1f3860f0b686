"""PyTorch: runs a checkpoint (*.safetensors) as it is, on a CUDA device where there is one.

The only module of the using half that may import torch, and it does so when a checkpoint is opened.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fcfi.errors import NetworkError
from fcfi.runtimes import INPUTS, OUTPUT, Arrays


def has_cuda() -> bool:
    """Whether torch finds a CUDA device."""
    import torch

    return torch.cuda.is_available()


class Torch:
    """A network in torch, which threads may share.  `metadata`: the checkpoint's texts and its weights' sha256."""

    inputs = frozenset(INPUTS)
    outputs = frozenset((OUTPUT,))

    def __init__(self, path: Path, threads: int | None, precision: str, streams: int = 1) -> None:
        """Load the checkpoint; precision: float32, bfloat16 or auto (float32).  Raises NetworkError."""
        try:
            import torch

            from fcfi.models.checkpoint import load_model, read_metadata, weights_sha256
        except ImportError as error:
            raise NetworkError("the runtime torch needs the learning half: pip install 'fcfi[train]'") from error
        if streams > 1:
            threads = max(1, (threads or streams) // streams)
        if threads is not None:
            torch.set_num_threads(threads)
        model = load_model(path)
        self.metadata: Mapping[str, str] = read_metadata(path) | {"weights_sha256": weights_sha256(model)}
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self._model = model.to(self._device).eval()
        self._precision = "bfloat16" if precision == "bfloat16" else "float32"
        self.description = f"torch {torch.__version__} {self._precision} {self._device}"

    def run(self, inputs: Arrays) -> NDArray[np.float32]:
        """Logits (B, 1, H, W) for named inputs.  Raises NetworkError if it fails."""
        import torch

        tensors = [torch.from_numpy(np.array(inputs[name])).to(self._device) for name in INPUTS]
        cast = torch.autocast(self._device, torch.bfloat16, enabled=self._precision == "bfloat16")
        try:
            with torch.inference_mode(), cast:
                logits: NDArray[np.float32] = self._model(*tensors).logits.float().cpu().numpy()
        except (RuntimeError, torch.OutOfMemoryError) as error:
            raise NetworkError("the network failed on this input, or the device has too little memory") from error
        return logits
