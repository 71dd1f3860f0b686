"""The display of a run: a progress bar, TensorBoard with images, and a log in JSON lines."""

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch.utils.tensorboard import SummaryWriter

from fcfi.models.fcfi import FCFI
from fcfi.training.rounds import Batch

LOG = "log.jsonl"
SMOOTH = 0.98
"""Weight of the previous value in the displayed running means."""
LINE_SECONDS = 30.0
"""Seconds between lines of the log file."""


class Display:
    """Progress bar, TensorBoard and log of a run; only the first process of a run has one."""

    def __init__(
        self, folder: Path, name: str, measure: Callable[[FCFI], dict[str, float]] | None = None
    ) -> None:
        """measure: measures a network on the development pictures; None if there are none."""
        self._measure = measure
        self._bar = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>4.0f} %"),
            TextColumn("{task.fields[news]}"),
            TimeElapsedColumn(),
            TextColumn("remaining"),
            TimeRemainingColumn(elapsed_when_finished=False),
        )
        self._task = self._bar.add_task(name, total=1.0, news="")
        self._board = SummaryWriter(str(folder / "tensorboard"))
        self._log = (folder / LOG).open("a", encoding="utf-8")
        self._means: dict[str, float] = {}
        self._last_line = 0.0
        self._last_step = time.monotonic()
        self._bar.start()

    def step(self, step: int, part: float, crops: int, values: dict[str, float]) -> None:
        """Display a step.

        part: finished part of the run.  crops: number of crops in the step.
        values: values to plot as running means.
        """
        now = time.monotonic()
        values = {**values, "seconds": now - self._last_step}
        self._last_step = now
        for name, value in values.items():
            self._means[name] = SMOOTH * self._means.get(name, value) + (1 - SMOOTH) * value
        rate = crops / self._means["seconds"]
        loss = self._means.get("loss", math.nan)
        iou = self._means.get("iou", math.nan)
        news = f"step {step}  loss {loss:.4f}  IoU {iou:.3f}  {rate:.1f} crops/s"
        self._bar.update(self._task, completed=part, news=news)
        if now - self._last_line > LINE_SECONDS:
            self._last_line = now
            for name, value in self._means.items():
                self._board.add_scalar(f"train/{name}", value, step)
            self.note({"step": step, "part": part, "crops_per_second": rate, **self._means})

    def show(self, step: int, batch: Batch, probs: NDArray[np.float32], model: FCFI) -> None:
        """Record the step's first crops, and the model's measures on the development pictures."""
        self.pictures(step, batch, probs)
        if self._measure is not None:
            self.measured(step, self._measure(model))

    def measured(self, step: int, values: dict[str, float]) -> None:
        """Record values measured on the development pictures."""
        for name, value in values.items():
            self._board.add_scalar(f"dev/{name}", value, step)
        self.note({"step": step, **{f"dev_{name}": value for name, value in values.items()}})

    def pictures(self, step: int, batch: Batch, probs: NDArray[np.float32]) -> None:
        """Record the first four crops: image with clicks, feedback, prediction, truth."""
        rows = []
        for image, disks, feedback, answer, truth in zip(
            batch.image[:4], batch.disks, batch.feedback, probs, batch.truth, strict=False
        ):
            # Positive clicks in green, negative ones in red.
            marked = image.cpu().numpy().copy()
            marked[:, disks[0].cpu().numpy() > 0] = np.array([[0.0], [1.0], [0.0]])
            marked[:, disks[1].cpu().numpy() > 0] = np.array([[1.0], [0.0], [0.0]])
            maps = [feedback[0].cpu().numpy(), answer, truth[0].cpu().numpy().clip(0, 1)]
            grey = (np.repeat(values[None], 3, 0) for values in maps)
            rows.append(np.concatenate([marked, *grey], 2))
        self._board.add_image(
            "train/clicks, feedback, answer, truth", np.concatenate(rows, 1), step
        )

    def note(self, values: dict[str, Any]) -> None:
        """Write a line to the log."""
        rounded = {
            name: round(value, 5) if isinstance(value, float) else value
            for name, value in values.items()
        }
        self._log.write(json.dumps({"time": round(time.time(), 1), **rounded}) + "\n")
        self._log.flush()

    def close(self) -> None:
        """Close the progress bar and the files."""
        self._bar.stop()
        self._board.close()
        self._log.close()
