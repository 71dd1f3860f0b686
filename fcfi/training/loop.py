"""The training loop: from a recipe to a trained network.

One step: a batch of simulated clicks, forward, losses, backward, clip, update, moving average.  A
    run saves itself
every few minutes and when it is stopped (Ctrl+C, SIGTERM), and goes on from the last save when it
is started again. The weights that count are the moving average.  One process or many (Lightning
Fabric; `torchrun` for several devices or machines).
"""

import os
import signal
import time
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from fcfi.data.pictures import PicturesBySource
from fcfi.data.sample import Sample
from fcfi.errors import ConfigError, FCFIError
from fcfi.files import replacing
from fcfi.labels import IGNORE, OBJECT
from fcfi.models.build import build
from fcfi.models.checkpoint import fill, load_model, save_model, weights_sha256
from fcfi.models.config import ModelConfig
from fcfi.models.efficientnet import EfficientNetLite, load_imagenet
from fcfi.models.fcfi import FCFI
from fcfi.training.config import Recipe
from fcfi.training.losses import total_loss
from fcfi.training.optimise import freeze, keep_statistics, make_optimizer, set_rate
from fcfi.training.progress import Display
from fcfi.training.rounds import Batch, EveryRound, LastRound, make_rounds
from fcfi.training.stream import crop_stream, load_pictures, read_by_source
from fcfi.training.validate import choose_objects, measure

CHECKPOINT = "last.pt"
WEIGHTS = "model.safetensors"
BAD_STEPS = 20
"""Steps in a row without a finite loss and gradient before a run is stopped."""


class DivergedError(FCFIError):
    """The loss is not a number any more."""


@dataclass
class Clock:
    """Where a run stands; saved with it.  seconds: of training, over all resumptions."""

    step: int = 0
    seconds: float = 0.0

    def part(self, recipe: Recipe) -> float:
        """Done of the run, in [0, 1]."""
        if recipe.run.steps:
            return min(1.0, self.step / recipe.run.steps)
        return min(1.0, self.seconds / (60 * recipe.run.minutes))


@dataclass(frozen=True)
class Learner:
    """The network under training and what changes it.

    model: the bare network.  wrapped: the same behind Fabric (precision, gradients of all
        processes).
    average: moving average of its weights.  origin: sha256 of the weights that it began from; empty
        without any.
    """

    fabric: Fabric
    origin: str
    model: FCFI
    wrapped: nn.Module
    average: AveragedModel
    optimizer: Optimizer


@dataclass(frozen=True)
class Trained:
    """What came of a run.  weights: their file.  before, done: parts of the run in [0, 1], before this call and now."""

    weights: Path
    before: float
    done: float


def train(recipe: Recipe, folder: Path, start: Path | None = None) -> Trained:
    """Run the recipe in `folder`, or go on with the run that is there; a finished one is left as it is.

    start: weights to begin from (fine-tuning); of the same backbone; what they lack begins at
        random.
    Raises FCFIError subclasses for a wrong recipe, missing data, a full disk, or a loss that is not
    a number; the last save stays intact.
    """
    fabric = make_fabric(recipe)
    pictures = load_pictures(recipe.data)
    objects = development_objects(recipe)
    make_folder(folder)
    torch.manual_seed(recipe.run.seed)
    learner = make_learner(recipe, fabric, start)
    clock = Clock()
    if (folder / CHECKPOINT).exists():
        restore(folder / CHECKPOINT, recipe, learner, clock)
    before = clock.part(recipe)
    display = Display(folder, recipe.name) if fabric.is_global_zero else None
    try:
        run(recipe, learner, clock, pictures, objects, folder, display)
    finally:
        if display is not None:
            display.close()
    return Trained(folder / WEIGHTS, before, clock.part(recipe))


def development_objects(recipe: Recipe) -> list[Sample]:
    """Objects of the recipe's development pictures, drawn as training draws them; none if it names no pictures."""
    if not recipe.data.dev:
        return []
    return choose_objects(
        read_by_source(Path(recipe.data.dev)), recipe.crops, recipe.data.dev_objects
    )


def run(
    recipe: Recipe,
    learner: Learner,
    clock: Clock,
    pictures: PicturesBySource,
    objects: Sequence[Sample],
    folder: Path,
    display: Display | None,
) -> None:
    """All steps from where the clock stands to the end of the run.  objects: to measure progress on."""
    fabric, saved, bad = learner.fabric, time.monotonic(), 0
    size: tuple[int, int] | None = None
    halt = False
    with stop_asked() as stop, forgiving_workers(stop):
        while clock.part(recipe) < 1 and not halt:
            began = time.monotonic()
            if size != size_at(recipe, clock.part(recipe)):
                size = size_at(recipe, clock.part(recipe))
                rounds = new_rounds(recipe, fabric, clock, pictures, size)
            rate = set_rate(learner.optimizer, recipe.optimizer, clock.step, clock.part(recipe))
            batch = to_device(rounds.next_batch(lambda b: predict(learner, b)), fabric.device)
            values, probs = update(recipe, learner, batch)
            bad = bad + 1 if values["skipped"] else 0
            if bad == BAD_STEPS:
                raise DivergedError(
                    f"loss or gradient was no number for {BAD_STEPS} steps (at step {clock.step}): the last save is "
                    "intact; lower optimizer.lr, or use run.precision='32-true', and start again"
                )
            rounds.observe(probs)
            clock.step += 1
            clock.seconds += time.monotonic() - began
            due = time.monotonic() - saved > 60 * recipe.run.save_minutes
            clock.seconds, halt, due = agree(fabric, clock.seconds, bool(stop), due)
            if display is not None:
                crops = recipe.run.batch * fabric.world_size
                display.step(clock.step, clock.part(recipe), crops, {**values, "rate": rate})
                if clock.step % recipe.data.dev_every == 0:
                    display.pictures(clock.step, batch, probs)
                    if objects:
                        measured = measure(learner.average.module, objects, recipe.zoom)  # type: ignore[arg-type]
                        display.measured(clock.step, measured)
            if due:
                saved = time.monotonic()
                save(folder, recipe, learner, clock)
    save(folder, recipe, learner, clock)


def agree(fabric: Fabric, seconds: float, halt: bool, due: bool) -> tuple[float, bool, bool]:
    """Seconds trained, whether to stop and whether to save: the same in all processes.

    Their clocks differ, and a signal may reach one of them a step before another: each deciding for
    itself, one would learn at another rate than the rest, or wait for them for ever.
    """
    if fabric.world_size == 1:
        return seconds, halt, due
    said = torch.tensor([seconds, halt, due], dtype=torch.float64, device=fabric.device)
    most = fabric.all_reduce(said, reduce_op="max")
    assert isinstance(most, Tensor)
    return float(most[0]), bool(most[1]), bool(most[2])


def update(
    recipe: Recipe, learner: Learner, batch: Batch
) -> tuple[dict[str, float], NDArray[np.float32]]:
    """One step; gives values to show and the probabilities (B, H, W).  Without a finite gradient it is skipped."""
    learner.wrapped.train()
    keep_statistics(learner.model)
    output = learner.wrapped(*batch[:7], shown=batch.shown)
    loss, parts = total_loss(output, batch.truth, batch.window, batch.beyond, recipe.losses)
    learner.optimizer.zero_grad(set_to_none=True)
    learner.fabric.backward(loss)
    norm = learner.fabric.clip_gradients(
        learner.wrapped,
        learner.optimizer,
        max_norm=recipe.optimizer.clip or float("inf"),
        error_if_nonfinite=False,
    )
    probs = output.logits.detach()[:, 0].float().sigmoid()
    if norm is None or not torch.isfinite(norm):  # the same in all processes
        return {"skipped": 1.0}, probs.nan_to_num(0).cpu().numpy()
    learner.optimizer.step()
    learner.average.update_parameters(learner.model)
    values = {
        "skipped": 0.0,
        "loss": float(loss.detach()),
        **{name: float(part) for name, part in parts.items()},
    }
    values["iou"] = mean_iou(probs, batch.truth[:, 0])
    return values, probs.cpu().numpy()


def mean_iou(probs: Tensor, truth: Tensor) -> float:
    """Mean IoU at probability 0.5 of (B, H, W) probabilities with labels 0, 1, 255."""
    mask, target = probs > 0.5, truth == OBJECT
    both = (mask & target).sum((1, 2)).float()
    either = ((mask | target) & (truth != IGNORE)).sum((1, 2)).float()
    return float((both / either.clamp_min(1)).mean())


def predict(learner: Learner, batch: Batch) -> Tensor:
    """Probabilities (B, 1, H, W) without gradient, in evaluation mode."""
    learner.wrapped.eval()
    with torch.no_grad():
        probs: Tensor = (
            learner.wrapped(*to_device(batch, learner.fabric.device)[:7]).logits.float().sigmoid()
        )
    return probs


def to_device(batch: Batch, device: torch.device) -> Batch:
    """The batch where the network is; images in the layout that convolutions like."""
    moved = Batch(*(tensor.to(device, non_blocking=True) for tensor in batch))
    return moved._replace(image=moved.image.contiguous(memory_format=torch.channels_last))


def size_at(recipe: Recipe, part: float) -> tuple[int, int]:
    """Height and width of crops at this part of the run."""
    return [(height, width) for since, height, width in recipe.run.sizes if since <= part][-1]


def new_rounds(
    recipe: Recipe, fabric: Fabric, clock: Clock, pictures: PicturesBySource, size: tuple[int, int]
) -> EveryRound | LastRound:
    """Simulated clicks on a fresh stream of crops; another one for each process and each resumption."""
    seed = (recipe.run.seed, fabric.global_rank, clock.step)
    crops = crop_stream(pictures, recipe.crops, size, recipe.run.workers, seed)
    return make_rounds(crops, recipe.run.batch, recipe.rounds, np.random.default_rng(seed))


def make_folder(folder: Path) -> None:
    """The run's folder; ConfigError if it cannot be made."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"cannot make the run's folder {folder}: {error.strerror}; give another --output"
        ) from error


def make_fabric(recipe: Recipe) -> Fabric:
    """One process, or the part of a `torchrun` that this process is."""
    cpu = recipe.run.accelerator == "cpu" or not torch.cuda.is_available()
    if cpu and recipe.run.accelerator == "cuda":
        raise ConfigError(
            "run.accelerator = 'cuda', but torch finds no such device: use 'auto' or 'cpu'"
        )
    local, nodes = os.environ.get("LOCAL_WORLD_SIZE"), os.environ.get("GROUP_WORLD_SIZE", "1")
    devices = (
        local or ("1" if cpu else "-1") if recipe.run.devices == "auto" else recipe.run.devices
    )
    cv2.setNumThreads(1)  # torch uses the cores; more threads would only push each other aside
    fabric = Fabric(
        accelerator="cpu" if cpu else recipe.run.accelerator,
        devices=int(devices),
        num_nodes=int(nodes),
        precision=recipe.run.precision,
        strategy="auto" if local is None else "ddp",
    )
    fabric.launch()
    return fabric


def make_learner(recipe: Recipe, fabric: Fabric, start: Path | None) -> Learner:
    """Network, moving average and optimiser, on their devices."""
    model = start_model(recipe, start)
    freeze(model, recipe.run.freeze)
    mean = get_ema_multi_avg_fn(recipe.optimizer.ema)  # type: ignore[no-untyped-call]
    average = AveragedModel(model, multi_avg_fn=mean, use_buffers=True)
    model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    wrapped, optimizer = fabric.setup(model, make_optimizer(model, recipe.optimizer))
    origin = "" if start is None else weights_sha256(load_model(start))
    return Learner(fabric, origin, model, wrapped, average.to(fabric.device), optimizer)


def start_model(recipe: Recipe, start: Path | None) -> FCFI:
    """The network to begin with: given weights, ImageNet's, or random ones.

    Weights of another network on the same backbone fill what they fit; a warning says what stays
    random.
    """
    if start is not None:
        given = load_model(start)
        if given.config == recipe.model:
            return given
        if given.config.backbone != recipe.model.backbone:
            raise ConfigError(
                f"{start} holds {given.config}, the recipe asks for {recipe.model}: make them agree"
            )
        model = build(recipe.model)
        if fresh := fill(model, given):
            warnings.warn(f"not in {start}, begins at random: {_parts(fresh)}", stacklevel=2)
        return model
    model = build(recipe.model)
    if recipe.run.imagenet == "package":
        backbone = getattr(model.body, "backbone", None)
        if not isinstance(backbone, EfficientNetLite):
            raise ConfigError(
                f"run.imagenet = 'package' is for lite0, lite1 and lite2; with {recipe.model.backbone} use 'none'"
            )
        load_imagenet(backbone)
    return model


def _parts(names: Sequence[str]) -> str:
    """Names of weights, shortened to the parts of the network that hold them, with how many each."""
    counts = Counter(".".join(name.split(".")[:3]) for name in names)
    return ", ".join(f"{part} ({count})" for part, count in counts.items())


def save(folder: Path, recipe: Recipe, learner: Learner, clock: Clock) -> None:
    """Everything to go on from, and the averaged weights as they stand; the first process writes, the others wait."""
    if learner.fabric.is_global_zero:
        state = {
            "recipe": recipe.as_dict(),
            "step": clock.step,
            "seconds": clock.seconds,
            "origin": learner.origin,
            "model": learner.model.state_dict(),
            "average": learner.average.state_dict(),
            "optimizer": learner.optimizer.state_dict(),
        }
        with replacing(folder / CHECKPOINT) as temporary, temporary.open("wb") as file:
            torch.save(
                state, file
            )  # a file, not a path: torch then tells of a full disk as Python does
        save_model(learner.average.module, folder / WEIGHTS, texts_of(recipe, clock))  # type: ignore[arg-type]
    learner.fabric.barrier()


def texts_of(recipe: Recipe, clock: Clock) -> dict[str, str]:
    """What a checkpoint says of itself; `fcfi export` hands on what concerns its use."""
    zoom = {f"zoom_{name}": str(getattr(recipe.zoom, name)) for name in ("target", "ratio")}
    sources = ", ".join(recipe.crops.weights or (source.layout for source in recipe.data.sources))
    return {"recipe": recipe.name, "steps": str(clock.step), "training_data": sources, **zoom}


def restore(path: Path, recipe: Recipe, learner: Learner, clock: Clock) -> None:
    """Go on from a save.  Data only is read: no code inside the file is run."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        network = ModelConfig.from_dict(state["recipe"]["model"])
    except Exception as error:
        raise ConfigError(f"{path} cannot be read ({error}): remove it to start afresh") from error
    if network != recipe.model:
        raise ConfigError(
            f"{path} is of a run with another network: give another --output folder, or remove it"
        )
    if learner.origin not in ("", state.get("origin", learner.origin)):
        raise ConfigError(
            f"{path} is of a run that began from other weights: give another --output, or remove it"
        )
    try:
        learner.model.load_state_dict(state["model"])
        learner.average.load_state_dict(state["average"])
        learner.optimizer.load_state_dict(state["optimizer"])
        clock.step, clock.seconds = state["step"], state["seconds"]
    except (KeyError, RuntimeError, ValueError) as error:
        raise ConfigError(
            f"{path} is of a run with other frozen weights, or is damaged ({error}): "
            "give another --output folder, or remove it"
        ) from error


@contextmanager
def forgiving_workers(stop: list[int]) -> Iterator[None]:
    """A signal to stop may end the processes that make crops first: that is then no error."""
    try:
        yield
    except RuntimeError:
        if not stop:
            raise


@contextmanager
def stop_asked() -> Iterator[list[int]]:
    """A list that is empty until Ctrl+C or SIGTERM comes: the run then saves itself and ends.  A second one ends it."""
    asked: list[int] = []

    def note(number: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
