"""The training loop: from a recipe to a trained network.

A step is a batch of simulated clicks, forward, losses, backward, clipping, update and moving
average.  A run saves its state every few minutes and when it is stopped (Ctrl+C, SIGTERM), and
resumes from the last save when it is started again.  Its result is the moving average of the
weights.  It uses one process or many (Lightning Fabric; `torchrun` for several devices or
machines).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fcfi.data.pictures import PicturesBySource
from fcfi.errors import ConfigError, DivergedError, guard
from fcfi.formats.tally import LeftOut
from fcfi.training.config import Recipe
from fcfi.training.devices import agree, make_fabric, to_device
from fcfi.training.losses import LossConfig, total_loss, whole_iou
from fcfi.training.optimise import keep_statistics, set_rate
from fcfi.training.position import Source, fits, position_of, resume_random
from fcfi.training.progress import Display
from fcfi.training.rounds import Batch, make_rounds
from fcfi.training.run_state import CHECKPOINT, WEIGHTS, Clock, Learner, make_learner, restore, save
from fcfi.training.stopping import forgiving_workers, stop_requests
from fcfi.training.stream import BrokenItems, CropStream, load_pictures
from fcfi.training.validate import development_objects, measure

BAD_STEPS = 20
"""Consecutive steps without a finite loss and gradient that stop a run."""


@dataclass(frozen=True)
class Trained:
    """The result of a call of `train`.

    weights: file with the averaged weights.  before, done: finished parts of the run in [0, 1],
        before this call and after it.
    left_out: items of the data that this call could not use, by reason.
    """

    weights: Path
    before: float
    done: float
    left_out: tuple[LeftOut, ...] = ()


def train(
    recipe: Recipe,
    folder: Path,
    start: Path | None = None,
    watch: Callable[[float], None] | None = None,
) -> Trained:
    """Run the recipe in `folder`, or resume the run there; a finished one is not changed.

    start: weights to start from (fine-tuning), of the same backbone; modules that they lack start
        at random.
    watch: called after each step with the finished part of the run; it may raise an error, which
        ends the run.
    Raises a subclass of FCFIError for a wrong recipe, missing data, a full disk, or a loss that is
    not finite; the last save stays intact.

        train(read_recipe(Path("recipes/lite0.toml")), Path("runs/lite0"))
    """
    fabric = make_fabric(recipe.run)
    broken = BrokenItems(recipe.data.strict)
    pictures = load_pictures(recipe.data, broken)
    objects = development_objects(recipe.data, recipe.crops, broken)
    _make_folder(folder)
    # Before the model is made: its initial weights are random, and must agree in all processes.
    torch.manual_seed(recipe.run.seed)
    learner = make_learner(recipe, fabric, start)
    saved = folder / CHECKPOINT
    # A folder with a checkpoint is resumed: the same command starts and continues a run.
    clock, position = restore(saved, recipe, learner) if saved.exists() else (Clock(), None)
    before = clock.part(recipe.run)
    measured = partial(measure, objects=objects, zoom=recipe.zoom) if objects else None
    display = Display(folder, recipe.name, measured) if fabric.is_global_zero else None
    try:
        run(recipe, folder, learner, clock, pictures, display, broken, position, watch)
    finally:
        if display is not None:
            display.close()
    return Trained(folder / WEIGHTS, before, clock.part(recipe.run), broken.left_out())


def run(
    recipe: Recipe,
    folder: Path,
    learner: Learner,
    clock: Clock,
    pictures: PicturesBySource,
    display: Display | None,
    broken: BrokenItems | None = None,
    position: Mapping[str, Any] | None = None,
    watch: Callable[[float], None] | None = None,
) -> None:
    """Run all remaining steps, until the end of the run or until a stop is requested.

    display: the display in the first process of a run; None in the others.
    broken: records items that cannot be read.
    position: position of a resumed run in the random data (see position.py).
    watch: called after each step with the finished part of the run.
    """
    fabric = learner.fabric
    source: Source | None = None
    saved = time.monotonic()
    bad_steps = 0
    halt = False
    with stop_requests() as signals, forgiving_workers(signals):
        while clock.part(recipe.run) < 1 and not halt:
            began = time.monotonic()
            part = clock.part(recipe.run)

            # ── crops ─────────────────────────────────────────────────────────────────────────────
            # Later parts of a run use larger crops; a stream has crops of one size.
            size = size_at(recipe.run.sizes, part)
            if source is None or source.size != size:
                with guard(ConfigError, f"{folder / CHECKPOINT} cannot be resumed", "remove it"):
                    source = make_source(recipe, learner, clock, pictures, size, broken, position)
                position = None
            rounds = source.rounds

            # ── clicks ────────────────────────────────────────────────────────────────────────────
            # One way of simulating clicks needs the network's answers to earlier clicks.
            batch = to_device(rounds.next_batch(partial(predict, learner)), fabric.device)

            # ── step ──────────────────────────────────────────────────────────────────────────────
            # A single bad step may be an unusual batch; after many in a row, a run never recovers.
            rate = set_rate(learner.optimizer, recipe.optimizer, clock.step, part)
            values, probs = step(learner, batch, recipe.losses, recipe.optimizer.clip)
            bad_steps = bad_steps + 1 if values["skipped"] else 0
            if bad_steps == BAD_STEPS:
                raise _diverged(clock.step)

            # ── feedback ──────────────────────────────────────────────────────────────────────────
            # The next clicks on these crops correct the answers.
            rounds.observe(probs)

            # ── clock ─────────────────────────────────────────────────────────────────────────────
            # All processes must stop and save at the same step (see devices.agree).
            clock.step += 1
            # Without reports and saves, so that a run of some minutes trains for all of them.
            seconds = clock.seconds + time.monotonic() - began
            due = time.monotonic() - saved > 60 * recipe.run.save_minutes
            clock.seconds, halt, due = agree(fabric, seconds, bool(signals), due)

            # ── report ────────────────────────────────────────────────────────────────────────────
            # Only in the first process; the clock does not run while it measures.
            if display is not None:
                report(display, recipe, learner, clock, batch, probs, {**values, "rate": rate})
            if watch is not None:
                watch(clock.part(recipe.run))

            # ── save ──────────────────────────────────────────────────────────────────────────────
            if due:
                saved = time.monotonic()
                save(folder, recipe, learner, clock, position_of(source, fabric.device))
    # A run that was already finished is saved with its former position.
    last = position if source is None else position_of(source, fabric.device)
    save(folder, recipe, learner, clock, last)


def step(
    learner: Learner, batch: Batch, losses: LossConfig, clip: float
) -> tuple[dict[str, float], NDArray[np.float32]]:
    """Train on one batch; return values to display and the probabilities (B, H, W).

    clip: largest norm of the gradient; 0 for none.  A step whose gradient is not finite changes no
    weight; its values are {"skipped": 1.0}.
    """
    # ── forward ───────────────────────────────────────────────────────────────────────────────────
    # Frozen normalisations keep the statistics that match their weights.
    learner.wrapped.train()
    keep_statistics(learner.model)
    output = learner.wrapped(*batch[:7], shown=batch.shown)

    # ── losses ────────────────────────────────────────────────────────────────────────────────────
    # On the answer, and on the feedback after both modules, so that each learns its part.
    loss, parts = total_loss(output, batch.truth, batch.window, batch.beyond, losses, batch.disks)

    # ── backward ──────────────────────────────────────────────────────────────────────────────────
    # The norm is computed even without a limit: it shows whether all gradients are finite, and
    # agrees in all processes, which therefore skip the same steps.
    learner.optimizer.zero_grad(set_to_none=True)
    learner.fabric.backward(loss)
    norm = learner.fabric.clip_gradients(
        learner.wrapped,
        learner.optimizer,
        max_norm=clip or float("inf"),
        error_if_nonfinite=False,
    )
    probs = output.logits.detach()[:, 0].float().sigmoid()
    if norm is None or not torch.isfinite(norm):
        return {"skipped": 1.0}, probs.nan_to_num(0).cpu().numpy()

    # ── update ────────────────────────────────────────────────────────────────────────────────────
    # The moving average is over steps, so each step updates it.
    learner.optimizer.step()
    learner.average.update_parameters(learner.model)
    values = {"skipped": 0.0, "loss": float(loss.detach())}
    values |= {name: float(value) for name, value in parts.items()}
    values["iou"] = float(whole_iou(output.logits, batch.truth).mean())
    return values, probs.cpu().numpy()


def report(
    display: Display,
    recipe: Recipe,
    learner: Learner,
    clock: Clock,
    batch: Batch,
    probs: NDArray[np.float32],
    values: dict[str, float],
) -> None:
    """Display a step and, from time to time, its crops and a measurement of the network.

    probs: (B, H, W), predicted for the batch.  values: of the step, to plot.
    """
    crops = recipe.run.batch * learner.fabric.world_size
    display.step(clock.step, clock.part(recipe.run), crops, values)
    if clock.step % recipe.data.dev_every == 0:
        display.show(clock.step, batch, probs, learner.average.module)  # type: ignore[arg-type]


def predict(learner: Learner, batch: Batch) -> Tensor:
    """Return probabilities (B, 1, H, W) without gradient, in evaluation mode."""
    learner.wrapped.eval()
    inputs = to_device(batch, learner.fabric.device)[:7]
    with torch.no_grad():
        probs: Tensor = learner.wrapped(*inputs).logits.float().sigmoid()
    return probs


def size_at(sizes: Sequence[tuple[float, int, int]], part: float) -> tuple[int, int]:
    """Return the height and width of crops at this part of the run."""
    return [(height, width) for since, height, width in sizes if since <= part][-1]


def make_source(
    recipe: Recipe,
    learner: Learner,
    clock: Clock,
    pictures: PicturesBySource,
    size: tuple[int, int],
    broken: BrokenItems | None = None,
    position: Mapping[str, Any] | None = None,
) -> Source:
    """Return simulated clicks on a stream of crops: a new stream, or one resumed at a position.

    broken: records items that cannot be read.
    """
    resumed = position if position is not None and fits(position, size) else None
    begun, taken = (clock.step, 0) if resumed is None else (resumed["begun"], resumed["taken"])
    # Another stream for each process and each crop size.
    seed = (recipe.run.seed, learner.fabric.global_rank, begun)
    crops = CropStream(pictures, recipe.crops, size, recipe.run.workers, seed, broken, taken)
    rng = np.random.default_rng(seed)
    rounds = make_rounds(crops, recipe.run.batch, recipe.rounds, rng, recipe.model.click_maps)
    if resumed is not None:
        rounds.restore(resumed["rounds"], crops.again)
    # Also if crops of another size start now: dropout does not depend on them.
    if position is not None:
        resume_random(position, learner.fabric.device)
    return Source(begun, size, crops, rounds)


def _diverged(step: int) -> DivergedError:
    """Return the error of a run whose last BAD_STEPS steps were not finite."""
    return DivergedError(
        f"expected finite losses and gradients, got none for {BAD_STEPS} steps (at step {step}): "
        "the last save is intact; lower optimizer.lr, or use run.precision='32-true', and start "
        "again"
    )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"expected a folder that can be made, got {folder} ({error.strerror}): "
            "give another --output"
        ) from error
