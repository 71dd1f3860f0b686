"""The FCFI network: backbone, neck (focused correction, collaborative fusion) and head.

Knows the order of the parts and nothing of their internals.  The seven inputs are those of a
network file (`fcfi.prediction.guidance` makes them from clicks).
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import torch
from torch import Tensor, nn

from fcfi.models.answers import find_answers
from fcfi.models.config import ModelConfig
from fcfi.models.edge_flow import edge_of
from fcfi.models.layers import resize_like
from fcfi.models.necks import NeckInputs, find_neck
from fcfi.models.score import AnswerScore


class Output(NamedTuple):
    """The output of a model.

    logits (B, 1, H, W): logits of the object at every pixel.
    extras: further outputs by name, for losses of the same name (`fcfi.training.losses`) and parity
        checks.  Those of FCFI, if the network has the part that makes them:
        auxiliary (B, 1, h, w): logits of the head's auxiliary output.
        corrected (B, 1, h, w) in [0, 1]: feedback after FFC.
        fused (B, 1, h, w): logits of the feedback after CFF.
        score (B, 1): logits of the IoU that the model expects of its mask.
    """

    logits: Tensor
    extras: Mapping[str, Tensor]


class Features(NamedTuple):
    """F, and a second map for the head of the same body, such as a skip connection."""

    fused: Tensor
    skip: Tensor


class Seen(NamedTuple):
    """The input of the head.

    features: F and the second map, after the neck.  extras: outputs of the neck, by name.
    inputs: the neck's inputs.
    """

    features: Features
    extras: Mapping[str, Tensor]
    inputs: NeckInputs


Encoding = tuple[Tensor, ...]
"""Maps (B, *, *, *) of the image alone; where prompts enter the stem, the image itself."""


class Body(Protocol):
    """A backbone and its head, with the neck between them.

    channels: number of channels of F.
    prompts: number of prompt maps: the feedback and the click maps, or the click maps alone.
    mean, std: (1, 3, 1, 1), to normalise images in [0, 1].
    encoding: names of the maps that `encode` returns; none if it returns the image itself.
    """

    channels: int
    prompts: int
    mean: Tensor
    std: Tensor
    encoding: tuple[str, ...]

    def encode(self, image: Tensor) -> Encoding:
        """Return the maps of a normalised image (B, 3, H, W) that do not depend on clicks."""
        ...

    def features(self, encoding: Encoding, prompts: Tensor) -> Features:
        """Return F at stride 4 from an encoding and prompt maps (B, prompts, H, W)."""
        ...

    def head(self, features: Features) -> tuple[Tensor, Mapping[str, Tensor]]:
        """Return logits, at stride 4 or at every pixel, and further outputs by name."""
        ...


class StemBody(nn.Module):
    """The base class of bodies with prompts in the stem: every click runs the whole model."""

    encoding: tuple[str, ...] = ()

    def encode(self, image: Tensor) -> Encoding:
        """Return the image unchanged."""
        return (image,)


class FCFI(nn.Module):
    """Focused and collaborative feedback integration on a backbone."""

    def __init__(self, config: ModelConfig, body: "Body") -> None:
        super().__init__()
        self.config = config
        self.body = body
        self._neck = find_neck(config.neck)
        pixels = body.prompts if body.encoding else 3 + body.prompts
        parts = self._neck.parts(config, body.channels, pixels)
        # Stored under their own names, which checkpoints use for the weights.
        self._parts = tuple(parts)
        for name, module in parts.items():
            setattr(self, name, module)
        self.answers = find_answers(config.answers)(config, body.channels, pixels)
        self.score = AnswerScore(body.channels) if config.score else None

    def forward(
        self,
        image: Tensor,
        feedback: Tensor,
        disks: Tensor,
        window: Tensor,
        cell: Tensor,
        label: Tensor,
        gate: Tensor,
        shown: Tensor | None = None,
    ) -> Output:
        """Answer one click.

        image (B, 3, H, W) RGB in [0, 1]; feedback (B, 1, H, W) in [0, 1], zero at a first click;
        disks (B, 2, H, W) 0/1; window (B, 1, h, w) 0/1; cell (B,) int64; label, gate (B, 1, 1, 1)
        0/1.
        shown (B, 1, 1, 1) 0/1: whether the feedback is also among the prompts; None for always.
            Training sometimes hides it there, so that correction and fusion learn to act.
        """
        return self.click(self.encode(image), feedback, disks, window, cell, label, gate, shown)

    def encode(self, image: Tensor) -> Encoding:
        """Return the encoding of an image (B, 3, H, W) in [0, 1], for further clicks."""
        return self.body.encode((image - self.body.mean) / self.body.std)

    def click(
        self,
        encoding: Encoding,
        feedback: Tensor,
        disks: Tensor,
        window: Tensor,
        cell: Tensor,
        label: Tensor,
        gate: Tensor,
        shown: Tensor | None = None,
    ) -> Output:
        """Answer one click on an encoded image; shapes as in `forward`."""
        return self.answer(self.seen(encoding, feedback, disks, window, cell, label, gate, shown))

    def seen(
        self,
        encoding: Encoding,
        feedback: Tensor,
        disks: Tensor,
        window: Tensor,
        cell: Tensor,
        label: Tensor,
        gate: Tensor,
        shown: Tensor | None = None,
    ) -> Seen:
        """Return the input of the head; shapes as in `forward`."""
        prompts = self.prompts(feedback if shown is None else feedback * shown, disks)
        features = self.body.features(encoding, prompts)
        # An encoding has no pixels: only the prompts are left at full size.
        pixels = prompts if self.body.encoding else torch.cat([*encoding, prompts], 1)
        inputs = NeckInputs(pixels, feedback, window, cell, label, gate)
        return self.through_neck(features, inputs)

    def prompts(self, feedback: Tensor, disks: Tensor) -> Tensor:
        """Return the prompt maps (B, prompts, H, W) that the body takes."""
        if self.config.prompt_maps == "edge":
            feedback = edge_of(feedback)
        maps = torch.cat([feedback, disks], 1)
        # A body without the feedback takes only the click maps, which come last.
        return maps[:, maps.shape[1] - self.body.prompts :]

    def through_neck(self, features: Features, inputs: NeckInputs) -> Seen:
        """Return the body's features, updated by the neck."""
        parts = {name: getattr(self, name) for name in self._parts}
        fused, extras = self._neck.run(parts, features.fused, inputs)
        return Seen(Features(fused, features.skip), extras, inputs)

    def answer(self, seen: Seen) -> Output:
        """Return the output for the result of `seen`."""
        logits, more = self.body.head(seen.features)
        outputs = {**seen.extras, **more}
        feedback = seen.inputs.feedback
        if logits.shape[-2:] != feedback.shape[-2:]:  # a fine head answers at every pixel itself
            logits = resize_like(logits, feedback)
        if self.answers is not None:
            logits, more = self.answers(seen.features.fused, logits, seen.inputs)
            outputs |= more
        if self.score is not None:
            outputs["score"] = self.score(seen.features.fused, logits)
        return Output(logits, outputs)
