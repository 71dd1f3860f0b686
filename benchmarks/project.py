"""Measuring how the time of every action grows with the project: 500 and 50,000 pictures.

    python -m benchmarks.project
    python -m benchmarks.project --pictures 50000 --objects 20 --repeat 5 --json report.json

The projects have only rows (names, sizes, documents and masks) without pixels and network, so that
only the code around them is measured.  A figure is the median of several repetitions in
milliseconds.
"""

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import numpy as np
import typer
from sqlalchemy import func, insert, make_url, select

from fcfi.masks.runs import RunMask
from fcfi.project import (
    CopyObjects,
    DeleteObjects,
    EditObject,
    EditObjects,
    Filter,
    MergeObjects,
    MoveObject,
    Project,
    Redo,
    SetDone,
    SetMask,
    Undo,
)
from fcfi.project.actions import ImportedObject, ImportObjects
from fcfi.project.database import Database
from fcfi.project.document import Document, DrawnObject, Mark
from fcfi.project.store import pack_document, sort_key
from fcfi.project.tables import change, label_total, mask, object_label, picture, revision

SMALL = 500
WIDTH, HEIGHT = 4000, 3000
MASKS = 200
"""Number of different masks in a project, shared by the objects."""
LABELS = 20
PEOPLE = 5
YEAR = 365 * 86_400.0
"""Seconds over which the changes of a large project lie."""
LARGE = 50_000
CHUNK = 1000
"""Pictures per transaction when a project is created."""
ONCE = frozenset({"merge objects", "delete objects"})
"""Actions of the first round only, because their objects are gone afterwards."""

Step = Callable[[], object]
"""A request or an action to measure."""


def make(folder: Path, pictures: int, objects: int) -> None:
    """Create a project with only rows, in a folder without pictures."""
    with Project.open(folder, None, labels=[f"label {number}" for number in range(LABELS)]):
        pass
    database = Database(make_url(f"sqlite:///{folder / '.fcfi' / 'project.sqlite'}"))
    rng = np.random.default_rng(0)
    masks = [_mask(rng) for _ in range(MASKS)]
    with database.writing() as connection:
        rows = [
            {
                "sha256": drawn.sha256,
                "left": drawn.left,
                "top": drawn.top,
                "width": drawn.width,
                "height": drawn.height,
                "runs": drawn.pack(),
            }
            for drawn in masks
        ]
        connection.execute(insert(mask), rows)
    for first in range(0, pictures, CHUNK):
        _add(database, range(first, min(first + CHUNK, pictures)), objects, masks)
    totals = select(object_label.c.label, func.sum(object_label.c.objects))
    with database.writing() as connection:
        connection.execute(
            insert(label_total).from_select(
                ["label", "objects"], totals.group_by(object_label.c.label)
            )
        )
    database.close()


def _mask(rng: np.random.Generator) -> RunMask:
    """Return a round mask with a diameter of some hundred pixels."""
    side = int(rng.integers(80, 300))
    rows, columns = np.ogrid[:side, :side]
    inside = (rows - side / 2) ** 2 + (columns - side / 2) ** 2 < side**2 / 4
    left, top = int(rng.integers(WIDTH - side)), int(rng.integers(HEIGHT - side))
    drawn = RunMask.of(inside, left, top)
    assert drawn is not None
    return drawn


def _add(database: Database, numbers: range, objects: int, masks: list[RunMask]) -> None:
    pictures: list[dict[str, Any]] = []
    revisions: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    counts: list[dict[str, Any]] = []
    now = time.time()
    for number in numbers:
        identity, name = number + 1, f"folder {number // 1000}/photo {number}.jpg"
        # Every tenth picture has no object, and the others have more or fewer than the mean.
        present = 0 if number % 10 == 0 else objects - 5 + number % 11 if objects > 10 else objects
        names = [masks[(number * 7 + index) % MASKS].sha256 for index in range(present)]
        drawn = tuple(
            DrawnObject(rank, 1 + rank % LABELS, start=sha256, mask=sha256)
            for rank, sha256 in enumerate(names, 1)
        )
        document = Document(drawn, present + 1, Mark("done") if number % 2 == 0 else None)
        pictures.append(
            {
                "id": identity,
                "name": name,
                "sort": sort_key(name),
                "folded": name.lower(),
                "width": WIDTH,
                "height": HEIGHT,
                "modified": 1,
                "bytes": 1,
                "state": "done" if document.done else "work",
                "objects": len(drawn),
                "version": 1,
                "position": 1,
                "length": 1,
            }
        )
        revisions.append(
            {
                "id": identity,
                "picture": identity,
                "number": 1,
                "version": 1,
                "document": pack_document(document),
            }
        )
        changes.append(
            {
                "picture": identity,
                "version": 1,
                "action": '{"type": "import_objects", "count": 20}',
                "author": f"person {number % PEOPLE}",
                "time": now - number * YEAR / LARGE,
                "revision": identity,
            }
        )
        for label, count in Counter(added.label for added in drawn).items():
            counts.append({"picture": identity, "label": label, "objects": count})
    with database.writing() as connection:
        connection.execute(insert(picture), pictures)
        connection.execute(insert(revision), revisions)
        connection.execute(insert(change), changes)
        connection.execute(insert(object_label), counts)


def measured(project: Project, repeat: int) -> dict[str, float]:
    """Return the median milliseconds of every action and of the page's requests."""
    drawn_on = Filter(least=8)
    half = project.pictures(limit=0, which=drawn_on).total // 2
    middle = project.pictures(limit=1, offset=half, which=drawn_on).items[0].id
    other = project.pictures(limit=1, which=drawn_on).items[0].id
    work = lists(project, middle) | actions(project, middle, other) | labels(project)
    times: dict[str, list[float]] = {name: [] for name in work}
    for number in range(repeat):
        for name, step in work.items():
            if number and name in ONCE:
                continue
            began = time.perf_counter()
            step()
            times[name].append(1000 * (time.perf_counter() - began))
    return {name: median(values) for name, values in times.items()}


def lists(project: Project, middle: int) -> dict[str, Step]:
    """Return the requests that read: lists, searches, counts and a picture."""
    return {
        "first screen": lambda: (
            project.labels(),
            project.pictures(),
            project.following(),
            project.index_of(middle),
        ),
        "list, searched": lambda: project.pictures(search="photo 77"),
        "list, done ones": lambda: project.pictures(state="done"),
        "list, one label": lambda: project.pictures(which=Filter(label=3)),
        "list, no object": lambda: project.pictures(which=Filter(most=0)),
        "list, by objects": lambda: project.pictures(which=Filter(order="most_objects")),
        "list, all at once": lambda: project.pictures(
            "done", "photo 7", which=Filter(label=3, least=1, order="last_marked")
        ),
        "index, by objects": lambda: project.index_of(middle, which=Filter(order="most_objects")),
        "next, by objects": lambda: project.following(
            middle, which=Filter(label=3, order="most_objects")
        ),
        "objects of each label": project.label_counts,
        "list, of a person": lambda: project.pictures(which=Filter(assigned="Ann")),
        "pictures of each person": project.work_of_people,
        "assign all pictures": lambda: project.assign(["Ann", "Ben", "Cem"]),
        "work of a year": lambda: project.work_of_days(365),
        "next picture": lambda: project.following(middle),
        "index of a picture": lambda: project.index_of(middle),
        "open a picture": lambda: project.picture(middle),
    }


def actions(project: Project, middle: int, other: int) -> dict[str, Step]:
    """Return the actions on a picture; objects are copied from the other one."""
    drawn = _mask(np.random.default_rng(1))

    def act(action: Any) -> Step:
        return lambda: project.act(middle, project.row(middle).version, action)

    return {
        "set mask": act(SetMask(1, drawn)),
        "edit object": act(EditObject(1, label=2)),
        "edit objects": act(EditObjects((1, 2), label=3)),
        "move object": act(MoveObject(2, 0)),
        "merge objects": act(MergeObjects(3, (4,))),
        "delete objects": act(DeleteObjects((5,))),
        "copy objects": act(CopyObjects(other, (6, 7))),
        "import objects": act(ImportObjects((ImportedObject(1, drawn),))),
        "set done": act(SetDone(True)),
        "undo": act(Undo()),
        "redo": act(Redo()),
    }


def labels(project: Project) -> dict[str, Step]:
    """Return the changes of labels."""

    def remove_used() -> None:
        try:
            project.remove_label(project.labels()[0].id)
        except Exception as error:
            assert "is used by" in str(error), error

    return {
        "refuse to remove a used label": remove_used,
        "add a label": lambda: project.add_label(f"new {time.perf_counter_ns()}"),
    }


def main(
    pictures: int = 50_000,
    objects: int = 20,
    repeat: int = 5,
    report: Annotated[Path | None, typer.Option("--json")] = None,
) -> None:
    """Print a table of both projects; --json also writes the figures to a file."""
    results = []
    for count in (SMALL, pictures):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary) / "photos"
            folder.mkdir()
            began = time.perf_counter()
            make(folder, count, objects)
            typer.echo(f"made {count} pictures in {time.perf_counter() - began:.1f} s")
            # Opening looks through the folder, in which there is no picture: the rows stay.
            with Project.open(folder, None) as project:
                results.append(measured(project, repeat))
    small, large = results
    typer.echo(f"\n{'':32}{SMALL:>10}{pictures:>10}{'ratio':>8}")
    for name, value in large.items():
        typer.echo(f"{name:32}{small[name]:10.1f}{value:10.1f}{value / small[name]:8.1f}")
    if report is not None:
        figures = {
            name: {str(SMALL): round(small[name], 2), str(pictures): round(value, 2)}
            for name, value in large.items()
        }
        report.write_text(json.dumps({"objects": objects, "ms": figures}, indent=2) + "\n")


if __name__ == "__main__":
    typer.run(main)
