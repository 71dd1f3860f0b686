"""The interface of necks and answer modules: their inputs, and the parts of a neck."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor, nn

if TYPE_CHECKING:
    from fcfi.models.config import ModelConfig


class NeckInputs(NamedTuple):
    """The inputs of a neck besides the features F (B, C, h, w).

    pixels: (B, *, H, W), the prompt maps, preceded by the normalised image if the body keeps it.
    feedback: (B, 1, H, W) in [0, 1].  window: (B, 1, h, w) 0/1.  cell: (B,) int64.
    label, gate: (B, 1, 1, 1) 0/1.
    """

    pixels: Tensor
    feedback: Tensor
    window: Tensor
    cell: Tensor
    label: Tensor
    gate: Tensor


@dataclass(frozen=True)
class Neck:
    """A neck.

    parts: builds its modules by name, for a configuration, the channels of F and those of
        `NeckInputs.pixels`; the network stores them under these names.
    run: computes the features for the head and further outputs with these modules.
    """

    parts: Callable[["ModelConfig", int, int], Mapping[str, nn.Module | None]]
    run: Callable[[Mapping[str, Any], Tensor, NeckInputs], tuple[Tensor, dict[str, Tensor]]]
