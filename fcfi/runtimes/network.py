"""What a network is: named arrays in, named arrays out, and what its file says of it.

Knows nothing of pictures, zoom or clicks; `fcfi.prediction.guidance` says what FCFI's inputs mean.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

from fcfi.runtimes.interface import LOGITS, Arrays

METHOD_KEY: Final = "method"
"""Metadata: the method that the network is for; see `fcfi.prediction.methods`."""
INPUTS_KEY: Final = "inputs"
"""Metadata: names of the network's inputs, with commas."""
OUTPUTS_KEY: Final = "outputs"
"""Metadata: names of its outputs, with commas."""
CLICK_MAPS_KEY: Final = "click_maps"
"""Metadata: how clicks are drawn for it; see `fcfi.prediction.guidance`."""
ENCODING_KEY: Final = "encoding"
"""Metadata of a file that can be cut in two: names of the values between picture and click."""
PRECISION_KEY: Final = "precision"
"""Metadata of a file that computes in less than float32: `int8`."""
IMAGE: Final = "image"
"""Name of the input that holds the picture, (B, 3, H, W) float32 RGB in [0, 1]."""
FCFI_INPUTS: Final = (IMAGE, "feedback", "disks", "window", "cell", "label", "gate")
"""Inputs of the method fcfi, and of files that do not name theirs."""


@dataclass(frozen=True)
class NetworkInfo:
    """What a network is.

    name, variant: as its file says.  sha256: of the weights, the same in the checkpoint and in
        every file made of it.
    multiple: height and width of its input are multiples of this, in pixels.
    runtime: library, precision and device; empty before it is opened.
    metadata: all texts of the file.
    """

    name: str
    variant: str
    sha256: str
    multiple: int
    runtime: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def method(self) -> str:
        """The method that it is for; files of version 0.1 do not name it."""
        return self.metadata.get(METHOD_KEY, "fcfi")

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of its inputs."""
        return names_in(self.metadata, INPUTS_KEY) or FCFI_INPUTS

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of its outputs; `logits` is among them."""
        return names_in(self.metadata, OUTPUTS_KEY) or (LOGITS,)

    @property
    def encoding(self) -> tuple[str, ...]:
        """Names of what it keeps of a picture from click to click; none if a click takes all."""
        return names_in(self.metadata, ENCODING_KEY)

    @property
    def click_maps(self) -> str:
        """How clicks are drawn for it."""
        return self.metadata.get(CLICK_MAPS_KEY, "disks")

    @property
    def precision(self) -> str | None:
        """The precision that the file is bound to, or None if it is in float32."""
        return self.metadata.get(PRECISION_KEY)


class Network(Protocol):
    """What answers a look.  Threads may share it."""

    @property
    def info(self) -> NetworkInfo:
        """What it is."""
        ...

    def __call__(self, inputs: Arrays, /) -> Arrays:
        """Return the outputs of `info.outputs` for the inputs of `info.inputs`, all with a batch.

        `logits` is (B, 1, H, W) float32; H and W are multiples of info.multiple.  Those of the
        method fcfi: image (B, 3, H, W) RGB in [0, 1]; feedback (B, 1, H, W) in [0, 1]; disks
        (B, 2, H, W), window (B, 1, h, w) and label, gate (B, 1, 1, 1) 0 or 1, all float32; cell
        (B,) int64.
        """
        ...


@runtime_checkable
class EncodesOnce(Network, Protocol):
    """A network that looks at a picture once.

    `click(encode(image), prompts)` returns what a call with all inputs returns.
    """

    def encode(self, inputs: Arrays, /) -> Arrays:
        """Return what further clicks need of the picture, given as `image`."""
        ...

    def click(self, encoding: Arrays, prompts: Arrays, /) -> Arrays:
        """Return the outputs for an encoding and the inputs beside the picture."""
        ...


def names_in(metadata: Mapping[str, str], key: str) -> tuple[str, ...]:
    """Return the names in a text with commas; none without such a text."""
    return tuple(metadata[key].split(", ")) if key in metadata else ()
