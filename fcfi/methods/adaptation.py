"""IA and SA: the network learns from the clicks at test time.

Image adaptation (IA): after each click some gradient steps change the weights, for this object
only.  Sequence adaptation (SA): after each finished object one more step changes them permanently.
Both regularise towards the mask after the first click and towards weights that mattered in
training.
Source: Kontogianni et al., ECCV 2020.  Differs: only the pyramid, neck and head learn, so that the
    backbone runs once a click; normalisations keep their statistics; the loss at clicks is a mean
    over their marks; the result is computed again after the last step; the first click of an object
    adapts nothing, since there is only the network's own mask to regularise towards.
Cost: a pass, and `Adaptation.steps` + 1 forward and backward passes of the learning part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional

from fcfi.errors import ConfigError
from fcfi.methods.gradients import Inputs, encoded, inputs_of, model_of
from fcfi.methods.method import Method
from fcfi.methods.optimising import Marks, as_answer
from fcfi.models.fcfi import FCFI, Encoding, Features
from fcfi.models.lite import LiteBody
from fcfi.models.necks import NeckInputs
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.interface import Flip
from fcfi.prediction.looks import ForwardRunner, Look, LookResult
from fcfi.prediction.prediction import THRESHOLD
from fcfi.prediction.zoom import Crop, Zoom
from fcfi.runtimes.network import Network

Weights = Mapping[str, Tensor]
"""The weights that learn, by name."""


@dataclass(frozen=True)
class Adaptation:
    """The settings of learning; with ten steps, or less `hold`, masks of our networks fall apart.

    steps: steps of Adam after a click; 0 switches the method off.
    rate: learning rate of Adam.
    clicks: share of the loss at the clicks; the rest is the loss against the first click's mask.
    hold: weight of the squared distance from the initial weights, each scaled by its importance.
    radius: radius of the square mark around a click, in network pixels.
    """

    steps: int = 3
    rate: float = 1e-4
    clicks: float = 0.5
    hold: float = 1e6
    radius: int = 3

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value < 0:
                raise ConfigError(f"expected {name} of at least 0, got {value}: raise it")


class Tail(nn.Module):
    """The part of a model after the backbone, to run with other weights.

    Its parameters are those that learn, by their names in the model.
    """

    def __init__(self, model: FCFI) -> None:
        super().__init__()
        self.model = model

    def still(self, image: Tensor, inputs: Inputs) -> "Still":
        """Return the values of a look that do not change while the weights learn."""
        encoding = encoded(self.model, image)
        with torch.no_grad():
            prompts = self.model.prompts(inputs.feedback, inputs.disks)
            body = self.model.body
            levels = body.levels(encoding, prompts) if isinstance(body, LiteBody) else None
            features = None if levels else body.features(encoding, prompts)
        # A body with cached maps does not have the pixels (see FCFI.seen).
        pixels = prompts if body.encoding else torch.cat([*encoding, prompts], 1)
        return Still(levels, features, encoding, NeckInputs(pixels, *_behind(inputs)))

    def forward(self, still: "Still") -> Tensor:
        """Return logits (1, 1, H, W)."""
        features = still.features
        if features is None:
            body = self.model.body
            assert isinstance(body, LiteBody)
            assert still.levels is not None
            features = body.fuse(*still.levels, still.encoding)
        return self.model.answer(self.model.through_neck(features, still.inputs)).logits

    def weights(self) -> dict[str, Tensor]:
        """Return the weights on which the logits depend, detached."""
        like = next(self.model.parameters())
        look = Inputs(
            torch.zeros(1, 1, 64, 64),
            torch.zeros(1, self.model.config.click_count, 64, 64),
            torch.ones(1, 1, 16, 16),
            torch.zeros(1, dtype=torch.int64),
            torch.ones(1, 1, 1, 1),
            torch.ones(1, 1, 1, 1),
        )
        look = Inputs(*(value.to(like.device) for value in look))
        still = self.still(torch.zeros(1, 3, 64, 64, device=like.device), look)
        # The gradient shows which weights act after the backbone, for any body.
        leaves = {
            f"model.{name}": value.detach().clone().requires_grad_()
            for name, value in self.model.named_parameters()
        }
        logits = functional_call(self, leaves, (still,))
        found = torch.autograd.grad(logits.sum(), list(leaves.values()), allow_unused=True)
        gradients: tuple[Tensor | None, ...] = found
        return {
            name: leaf.detach()
            for (name, leaf), gradient in zip(leaves.items(), gradients, strict=True)
            if gradient is not None
        }


@dataclass(frozen=True, eq=False)
class Still:
    """The constants of a look while the weights learn: the backbone's maps and the neck's inputs.

    levels: a LiteBody's levels and encoded prompts.  features: F of any other body.
    """

    levels: tuple[list[Tensor], Tensor] | None
    features: Features | None
    encoding: Encoding
    inputs: NeckInputs


@dataclass(frozen=True, eq=False)
class Adapted:
    """The memory of IA for an object.

    weights: the weights learnt so far, or None before the second click.
    first: (h, w) bool, the mask after the first click, seen through `crop`.
    """

    weights: Weights | None
    first: NDArray[np.bool_]
    crop: Crop

    @property
    def nbytes(self) -> int:
        """Bytes of memory, about."""
        learnt = () if self.weights is None else self.weights.values()
        return self.first.nbytes + sum(weight.nbytes for weight in learnt)


@dataclass(frozen=True, eq=False)
class IA:
    """A runner that adapts the weights to the clicks.  Holds no state; threads may share it.

    begin: the initial weights of every object, from the model or after SA.
    importance: the importance of each weight, summing to 1.
    weighed: `measured`, or `even` if all weights have the same importance.
    """

    network: Network
    tail: Tail
    begin: Weights
    importance: Weights
    how: Adaptation
    threshold: float = THRESHOLD
    weighed: str = "even"

    @property
    def settings(self) -> Mapping[str, float | str]:
        """The settings of learning."""
        return {"method": "ia", "importance": self.weighed, **asdict(self.how)}

    def __call__(self, look: Look) -> LookResult:
        """Return the result with weights that are adapted from the second click on."""
        kept = look.memory if isinstance(look.memory, Adapted) else None
        if not self.how.steps:
            return ForwardRunner(self.network)(look)
        if kept is None or not look.gate or len(look.clicks) < 2:
            plain = ForwardRunner(self.network)(look)
            return LookResult(
                plain.probs, Adapted(None, plain.probs > self.threshold, look.crop), plain.extras
            )
        image, inputs = inputs_of(look, self.tail.model)
        still = self.tail.still(image, inputs)
        first = kept.crop.across(kept.first.astype(np.float32), look.crop) > self.threshold
        target = torch.from_numpy(first.astype(np.float32)).to(image.device)[None, None]
        marks = Marks.of(look.clicks, look.feedback.shape, self.how.radius, image)
        weights = self.learnt(still, kept.weights or self.begin, marks, target)
        with torch.no_grad():
            logits = functional_call(self.tail, dict(weights), (still,))
        return LookResult(as_answer(logits.sigmoid()), Adapted(weights, kept.first, kept.crop))

    def learnt(self, still: Still, begin: Weights, marks: Marks, target: Tensor) -> Weights:
        """Return the weights after the steps of learning."""
        leaves = {name: value.clone().requires_grad_() for name, value in begin.items()}
        # Adam, since the gradients of pyramid and head differ by orders of magnitude.
        optimizer = torch.optim.Adam(leaves.values(), self.how.rate)
        for _ in range(self.how.steps):
            optimizer.zero_grad()
            loss = self.loss(functional_call(self.tail, leaves, (still,)), marks, target)
            loss = loss + self.how.hold * distance(leaves, self.begin, self.importance)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return {name: leaf.detach() for name, leaf in leaves.items()}

    def loss(self, logits: Tensor, marks: Marks, target: Tensor) -> Tensor:
        """Return the weighted cross-entropy at the clicks and against the first click's mask."""
        marked = marks.positive + marks.negative
        clicked = functional.binary_cross_entropy_with_logits(
            logits, marks.positive, marked, reduction="sum"
        ) / marked.sum().clamp_min(1)
        held = functional.binary_cross_entropy_with_logits(logits, target)
        return self.how.clicks * clicked + (1 - self.how.clicks) * held


def distance(weights: Weights, begin: Weights, importance: Weights) -> Tensor:
    """Return the squared distance from the initial weights, each scaled by its importance."""
    parts = [
        (importance[name] * (value - begin[name]).square()).sum() for name, value in weights.items()
    ]
    return torch.stack(parts).sum()


def even_importance(weights: Weights) -> Weights:
    """Return equal importances for all weights, summing to 1."""
    count = sum(weight.numel() for weight in weights.values())
    return {name: torch.full_like(weight, 1 / count) for name, weight in weights.items()}


def importance_of(tail: Tail, weights: Weights, looks: Iterable[tuple[Tensor, Inputs]]) -> Weights:
    """Return how much the output depends on each weight (memory-aware synapses), summing to 1.

    It is the mean absolute gradient of the output's squared norm.
    looks: images and inputs of training crops.
    """
    total = {name: torch.zeros_like(weight) for name, weight in weights.items()}
    for image, inputs in looks:
        leaves = {name: value.clone().requires_grad_() for name, value in weights.items()}
        logits = functional_call(tail, leaves, (tail.still(image, inputs),))
        found = torch.autograd.grad(logits.square().sum(), list(leaves.values()))
        for name, gradient in zip(leaves, found, strict=True):
            total[name] += gradient.abs()
    whole = sum(float(value.sum()) for value in total.values())
    if not whole:
        return even_importance(weights)
    return {name: value / whole for name, value in total.items()}


def after_object(runner: IA, look: Look, mask: NDArray[np.bool_]) -> IA:
    """Return the runner after a step of SA on a finished object.

    look: the object's last look.  mask: (h, w) bool, the finished mask seen through its crop.
    The mask is the truth, so that the network learns to do without the object's later clicks.
    """
    image, inputs = inputs_of(look, runner.tail.model)
    still = runner.tail.still(image, inputs)
    target = torch.from_numpy(mask.astype(np.float32)).to(image.device)[None, None]
    marks = Marks.of(look.clicks, look.feedback.shape, runner.how.radius, image)
    once = replace(runner, how=replace(runner.how, steps=1))
    return replace(runner, begin=once.learnt(still, runner.begin, marks, target))


def runner_of(network: Network, how: Adaptation, threshold: float = THRESHOLD) -> IA:
    """Return the runner of IA on a network, with equal importances.

    Raises ConfigError for a network without gradients.
    """
    tail = Tail(model_of(network, "ia").requires_grad_(False))
    weights = tail.weights()
    return IA(network, tail, weights, even_importance(weights), how, threshold)


def weighed(runner: IA, looks: Iterable[tuple[Tensor, Inputs]]) -> IA:
    """Return the runner with the importance of its weights measured on training crops."""
    importance = importance_of(runner.tail, runner.begin, looks)
    return replace(runner, importance=importance, weighed="measured")


def make(
    network: Network,
    zoom: Zoom | None = None,
    flip: Flip = "none",
    threshold: float = THRESHOLD,
    how: Adaptation = Adaptation(),
) -> FCFIPredictor:
    """Return the predictor of IA.  Raises ConfigError for a network without gradients."""
    runner = runner_of(network, how, threshold)
    return FCFIPredictor(network, zoom, flip, threshold, runner=runner)


def _behind(inputs: Inputs) -> tuple[Any, ...]:
    """Return the inputs of a neck other than the pixels."""
    return (inputs.feedback, inputs.window, inputs.cell, inputs.label, inputs.gate)


METHOD: Final = Method("ia", "IA, Kontogianni et al., ECCV 2020", True, make)
