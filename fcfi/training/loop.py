"""The training loop: from a recipe to a trained network.

One step: a batch of simulated clicks, forward, losses, backward, clip, update, moving average.  A run saves itself every
few minutes and goes on from the last save when it is started again; the weights that are shipped are the moving average.
One process or many (Lightning Fabric; `torchrun` for several devices or machines).
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from fcfi.errors import ConfigError, FCFIError
from fcfi.files import replacing
from fcfi.models.build import build
from fcfi.models.checkpoint import load_model, save_model
from fcfi.models.efficientnet import load_imagenet
from fcfi.models.fcfi import FCFI
from fcfi.training.config import Recipe
from fcfi.training.losses import total_loss
from fcfi.training.optimise import freeze, make_optimizer, set_rate
from fcfi.training.progress import Display
from fcfi.training.rounds import Batch, make_rounds
from fcfi.training.stream import crop_stream, load_pictures
from fcfi.training.validate import measure

CHECKPOINT = "last.pt"
WEIGHTS = "model.safetensors"
BAD_STEPS = 20
"""Steps in a row whose loss is not a number before the run is stopped."""
SMOOTH = 0.98
"""Of the running means that are shown."""


class Diverged(FCFIError):
    """The loss is not a number any more."""


@dataclass
class _Clock:
    """Where a run stands; saved with it.  seconds: of training, over all resumptions."""

    step: int = 0
    seconds: float = 0.0
    bad: int = 0

    def part(self, recipe: Recipe) -> float:
        """Done of the run, in [0, 1]."""
        if recipe.run.steps:
            return min(1.0, self.step / recipe.run.steps)
        return min(1.0, self.seconds / (60 * recipe.run.minutes))


def train(recipe: Recipe, folder: Path, start: Path | None = None) -> Path:
    """Run the recipe in `folder`, or go on with the run that is there; gives the file of trained weights.

    start: weights to begin from (fine-tuning); their configuration must be the recipe's.
    Raises FCFIError subclasses for a wrong recipe, missing data or a loss that is not a number.
    """
    fabric = _fabric(recipe)
    folder.mkdir(parents=True, exist_ok=True)
    pictures = load_pictures(recipe.data)
    fabric.seed_everything(recipe.run.seed, verbose=False)
    model = _model(recipe, start)
    freeze(model, recipe.run.freeze)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(recipe.optimizer.ema), use_buffers=True)
    average.to(fabric.device)
    if fabric.device.type == "cpu":
        model = model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    wrapped, optimizer = fabric.setup(model, make_optimizer(model, recipe.optimizer))
    clock = _Clock()
    if (folder / CHECKPOINT).exists():
        _resume(folder / CHECKPOINT, recipe, model, average, optimizer, clock)
    display = Display(folder, recipe.name) if fabric.is_global_zero else None
    try:
        _steps(recipe, fabric, wrapped, model, average, optimizer, clock, pictures, folder, display)
    finally:
        if display is not None:
            display.close()
    return folder / WEIGHTS


def _steps(recipe, fabric, wrapped, model, average, optimizer, clock, pictures, folder, display) -> None:  # type: ignore[no-untyped-def]
    """All steps from where the clock stands to the end of the run."""
    rng = np.random.default_rng([recipe.run.seed, fabric.global_rank, clock.step])
    saved, shown = time.monotonic(), {}
    size, rounds = 0, None
    while (part := clock.part(recipe)) < 1:
        began = time.monotonic()
        wanted = _size(recipe, part)
        if wanted != size:
            size = wanted
            seed = (recipe.run.seed, fabric.global_rank, clock.step)
            crops = crop_stream(pictures, recipe.crops, size, recipe.run.workers, seed)
            rounds = make_rounds(crops, recipe.run.batch, recipe.rounds, rng)
        set_rate(optimizer, recipe.optimizer, clock.step, part)
        batch = to_device(rounds.next_batch(lambda b: _predict(wrapped, to_device(b, fabric.device))), fabric.device)
        values, probs = _step(recipe, fabric, wrapped, optimizer, batch, clock)
        average.update_parameters(model)
        rounds.observe(probs)
        clock.step += 1
        clock.seconds += time.monotonic() - began
        values["seconds"] = time.monotonic() - began
        shown = {k: SMOOTH * shown.get(k, v) + (1 - SMOOTH) * v for k, v in values.items()}
        if display is not None:
            display.step(clock.step, clock.part(recipe), recipe.run.batch * fabric.world_size / shown["seconds"], shown)
        if recipe.data.dev and clock.step % recipe.data.dev_every == 0 and display is not None:
            display.pictures(clock.step, batch, probs)
            display.measured(clock.step, measure(average.module, recipe))
        if time.monotonic() - saved > 60 * recipe.run.save_minutes or clock.part(recipe) >= 1:
            saved = time.monotonic()
            if fabric.is_global_zero:
                _save(folder, recipe, model, average, optimizer, clock)
            fabric.barrier()


def _step(recipe, fabric, wrapped, optimizer, batch, clock):  # type: ignore[no-untyped-def]
    """One update; gives the values to show and the probabilities (B, S, S)."""
    wrapped.train()
    output = wrapped(*batch[:7])
    loss, parts = total_loss(output, batch.truth, batch.window, recipe.losses)
    optimizer.zero_grad(set_to_none=True)
    fabric.backward(loss)
    if recipe.optimizer.clip:
        norm = fabric.clip_gradients(wrapped, optimizer, max_norm=recipe.optimizer.clip, error_if_nonfinite=False)
    if torch.isfinite(loss) and (not recipe.optimizer.clip or torch.isfinite(norm)):
        optimizer.step()
        clock.bad = 0
    else:
        clock.bad += 1
        if clock.bad >= BAD_STEPS:
            raise Diverged(
                f"the loss has not been a number for {BAD_STEPS} steps (step {clock.step}): the last save is intact; "
                "lower optimizer.lr or use 32-true precision and start again"
            )
    probs = output.logits.detach()[:, 0].float().sigmoid()
    values = {"loss": float(loss.detach()), **{name: float(part) for name, part in parts.items()}}
    values["iou"] = _mean_iou(probs, batch.truth[:, 0])
    return {k: v if np.isfinite(v) else 0.0 for k, v in values.items()}, probs.nan_to_num(0).cpu().numpy()


def _mean_iou(probs: Tensor, truth: Tensor) -> float:
    mask, target, counts = probs > 0.5, truth == 1, truth <= 1
    both = (mask & target).sum((1, 2)).float()
    either = ((mask | target) & counts).sum((1, 2)).float()
    return float((both / either.clamp_min(1)).mean())


def _predict(wrapped: nn.Module, batch: Batch) -> Tensor:
    """Probabilities without gradient, in evaluation mode."""
    wrapped.eval()
    with torch.no_grad():
        probs: Tensor = wrapped(*batch[:7]).logits.float().sigmoid()
    return probs


def to_device(batch: Batch, device: torch.device) -> Batch:
    """The batch where the network is; images in the layout that convolutions like."""
    moved = Batch(*(tensor.to(device, non_blocking=True) for tensor in batch))
    return moved._replace(image=moved.image.contiguous(memory_format=torch.channels_last))


def _size(recipe: Recipe, part: float) -> int:
    """Crop size at this part of the run."""
    return [size for since, size in recipe.run.sizes if since <= part][-1]


def _fabric(recipe: Recipe) -> Fabric:
    """One process, or the part of a `torchrun` that this process is."""
    local, nodes = os.environ.get("LOCAL_WORLD_SIZE"), os.environ.get("GROUP_WORLD_SIZE")
    devices = local or recipe.run.devices
    cpu = recipe.run.accelerator == "cpu" or not torch.cuda.is_available()
    if devices == "auto":
        devices = "1" if cpu else "-1"
    cv2.setNumThreads(1)
    fabric = Fabric(
        accelerator="cpu" if cpu else recipe.run.accelerator,
        devices=int(devices),
        num_nodes=int(nodes or 1),
        precision=recipe.run.precision,  # type: ignore[arg-type]
        strategy="ddp" if local else "auto",
    )
    fabric.launch()
    return fabric


def _model(recipe: Recipe, start: Path | None) -> FCFI:
    if start is not None:
        model = load_model(start)
        if model.config != recipe.model:
            raise ConfigError(f"{start} holds {model.config}, the recipe asks for {recipe.model}: make them agree")
        return model
    model = build(recipe.model)
    if recipe.run.imagenet == "package":
        if recipe.model.backbone != "lite0":
            raise ConfigError(f"run.imagenet = 'package' is for lite0 only; {recipe.model.backbone} starts with 'none'")
        load_imagenet(model.body.backbone)  # type: ignore[attr-defined, arg-type]
    return model


def _save(folder: Path, recipe: Recipe, model, average, optimizer, clock: _Clock) -> None:  # type: ignore[no-untyped-def]
    """Everything to go on from, and the averaged weights as they stand."""
    state = {
        "recipe": recipe.as_dict(),
        "step": clock.step,
        "seconds": clock.seconds,
        "model": model.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
    }
    with replacing(folder / CHECKPOINT) as temporary:
        torch.save(state, temporary)
    save_model(average.module, folder / WEIGHTS, {"recipe": recipe.name, "steps": str(clock.step)})


def _resume(path: Path, recipe: Recipe, model, average, optimizer, clock: _Clock) -> None:  # type: ignore[no-untyped-def]
    """Go on from a save.  Data only is read: no code inside the file is run."""
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["recipe"]["model"] != recipe.as_dict()["model"]:
        raise ConfigError(f"{path} is of a run with another network: give another --out folder, or remove it")
    model.load_state_dict(state["model"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    clock.step, clock.seconds = state["step"], state["seconds"]


