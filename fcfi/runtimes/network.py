"""The interface of networks: named arrays in, named arrays out, and a description from the file.

Knows nothing of pictures, zoom or clicks; `fcfi.prediction.guidance` defines FCFI's inputs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, runtime_checkable

from fcfi.runtimes.interface import LOGITS, Arrays

METHOD_KEY: Final = "method"
"""Metadata key: the method that the network is for; see `fcfi.prediction.methods`."""
INPUTS_KEY: Final = "inputs"
"""Metadata key: names of the network's inputs, separated by commas."""
OUTPUTS_KEY: Final = "outputs"
"""Metadata key: names of the network's outputs, separated by commas."""
CLICK_MAPS_KEY: Final = "click_maps"
"""Metadata key: how clicks are drawn for the network; see `fcfi.prediction.guidance`."""
ENCODING_KEY: Final = "encoding"
"""Metadata key of a file that can be cut in two: names of the values between picture and click."""
PRECISION_KEY: Final = "precision"
"""Metadata key of a file that computes below float32: `int8`."""
IMAGE: Final = "image"
"""Name of the input that holds the picture, (B, 3, H, W) float32 RGB in [0, 1]."""
FCFI_INPUTS: Final = (IMAGE, "feedback", "disks", "window", "cell", "label", "gate")
"""Inputs of the method fcfi, and of files that do not list theirs."""


@dataclass(frozen=True)
class NetworkInfo:
    """The description of a network.

    name, variant: as stored in its file.  sha256: hash of the weights, the same for a checkpoint
        and every file made from it.
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
        """Name of its method; files of version 0.1 do not store it."""
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
        """Names of the values of a picture kept between clicks; empty if a click takes all."""
        return names_in(self.metadata, ENCODING_KEY)

    @property
    def click_maps(self) -> str:
        """Name of the way in which clicks are drawn for it."""
        return self.metadata.get(CLICK_MAPS_KEY, "disks")

    @property
    def precision(self) -> str | None:
        """The precision of the file, or None if it is float32."""
        return self.metadata.get(PRECISION_KEY)


class Network(Protocol):
    """A network, ready to run.  Threads may share it."""

    @property
    def info(self) -> NetworkInfo:
        """Its description."""
        ...

    def __call__(self, inputs: Arrays, /) -> Arrays:
        """Return the outputs `info.outputs` for the inputs `info.inputs`, all with a batch axis.

        `logits` is (B, 1, H, W) float32; H and W are multiples of info.multiple.  The inputs of the
        method fcfi are image (B, 3, H, W) RGB in [0, 1]; feedback (B, 1, H, W) in [0, 1]; disks
        (B, 2, H, W), window (B, 1, h, w) and label, gate (B, 1, 1, 1) 0 or 1, all float32; cell
        (B,) int64.
        """
        ...


@runtime_checkable
class EncodesOnce(Network, Protocol):
    """A network that encodes a picture once for all clicks.

    `click(encode(image), prompts)` returns what a call with all inputs returns.
    """

    def encode(self, inputs: Arrays, /) -> Arrays:
        """Return the encoding of the input `image`, for further clicks."""
        ...

    def click(self, encoding: Arrays, prompts: Arrays, /) -> Arrays:
        """Return the outputs for an encoding and the other inputs."""
        ...


def names_in(metadata: Mapping[str, str], key: str) -> tuple[str, ...]:
    """Return the names in a comma-separated entry, or an empty tuple without one."""
    return tuple(metadata[key].split(", ")) if key in metadata else ()
