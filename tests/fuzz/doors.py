"""The doors, which are entry points for external files: undamaged inputs, and trying damaged ones.

An input is the files of a folder by name.  Any exception of a door except the project's errors is a
fault; so is an error that cannot be displayed.
"""

import io
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
from PIL import Image as Pillow

from fcfi.batch import run as run_batch
from fcfi.data import open_dataset
from fcfi.formats import shipped_names
from fcfi.images import read_image, read_size, read_small
from fcfi.mask_files import read_map, read_mask
from fcfi.project import Project
from fcfi.runtimes.choice import Choice
from fcfi.runtimes.network_file import read_info
from fcfi.runtimes.opening import open_network
from fcfi.session import Session
from tests.fuzz.mutations import damaged, damaged_json, text_of
from tests.networks import METADATA, write_onnx
from tests.project.builders import HEIGHT, WIDTH, click, opened, photo, predictor, write_photos

ROOT: Final = Path(__file__).parents[2]
Files = Mapping[str, bytes]
SHAPES: Final[Mapping[str, Mapping[str, Any]]] = {
    "polygonlabels": {"points": [[5, 5], [60, 9], [40, 70]]},
    "ellipselabels": {"x": 50, "y": 50, "radiusX": 20, "radiusY": 10, "rotation": 30},
    "rectanglelabels": {"x": 5, "y": 5, "width": 50, "height": 40, "rotation": 12},
    "brushlabels": {"format": "rle", "rle": [0, 0, 0, 8, 7, 3, 3, 7, 255, 0, 1]},
}
RESULTS: Final = [
    {
        "type": kind,
        "original_width": WIDTH,
        "original_height": HEIGHT,
        "value": {**value, kind: ["cat"]},
    }
    for kind, value in SHAPES.items()
]
LABEL_STUDIO: Final = [
    {"id": 1, "data": {"image": "a.png"}, "annotations": [{"id": 1, "result": RESULTS}]}
]
XML: Final = (
    '<?xml version="1.0" encoding="utf-8"?>\n<annotations>\n<version>1.1</version>\n'
    '<image id="0" name="a.png" width="64" height="48">\n'
    '<polygon label="cat" points="1,1;30,1;30,30" z_order="0"></polygon>\n'
    '<box label="dog" xtl="3" ytl="4" xbr="30" ybr="40" rotation="20"></box>\n'
    '<ellipse label="cat" cx="20" cy="20" rx="9" ry="4"></ellipse>\n'
    '<mask label="cat" rle="3, 4, 5, 4, 4" left="1" top="2" width="5" height="4"></mask>\n'
    "</image>\n</annotations>\n"
)
YOLO: Final = {
    "data.yaml": b"path: .\ntrain: images\nnames:\n  0: cat\n  1: dog\n",
    "labels/a.txt": b"0 0.1 0.1 0.6 0.1 0.6 0.7\n1 0.5 0.5 0.2 0.3\n1 0.2 0.2 0.9 0.3 0.4 0.9\n",
}


@dataclass(frozen=True)
class Door:
    """An entry point for external files.

    name:   its name.  share: number of inputs for it, out of 5,000.
    whole:  returns the undamaged input.
    damage: returns a damaged input.
    enter:  passes a folder with a damaged input to the project; `scratch` is for its output.
    """

    name: str
    share: int
    whole: Callable[[], Files]
    enter: Callable[[Path, Path], object]
    damage: Callable[[Files, Random], Files] | None = None

    def damaged(self, seed: str) -> Files:
        """Return the damaged input for a seed."""
        random = Random(f"{seed}/{self.name}")
        return (self.damage or some_damaged)(self.whole(), random)


def some_damaged(files: Files, random: Random) -> Files:
    """Return the files, one to three of them damaged."""
    names = sorted(files)
    chosen = random.sample(names, min(len(names), random.choice((1, 1, 2, 3))))
    return {**files, **{name: damaged(name, files[name], random) for name in chosen}}


# ── imports ───────────────────────────────────────────────────────────────────────────────────────


@cache
def template() -> Path:
    """Make a project with an object and labels, which is copied for every import."""
    folder = scratch_folder() / "template"
    write_photos(folder, "a.png", "b.jpg")
    with opened(folder, labels=("cat", "dog")) as project:
        project.act(1, 0, click(10, 10, label=1))
        project.act(1, 1, click(50, 30, label=2))
        project.act(2, 0, click(20, 20, label=1))
    return folder


_scratch: list[Path] = []


def begin(folder: Path) -> None:
    """Create undamaged inputs in a folder."""
    _scratch[:] = [folder]


def scratch_folder() -> Path:
    return _scratch[0]


@cache
def exported(name: str) -> Files:
    """Return the files of the template in a format, with variants of other tools."""
    target = scratch_folder() / f"export-{name}"
    with opened(template()) as project:
        project.export(name, target)
    files = read_files(target)
    if name == "label-studio":
        files["tasks.json"] = json.dumps(LABEL_STUDIO).encode()
    if name == "cvat":
        files["annotations.xml"] = XML.encode()
    if name == "yolo":
        files = {**YOLO}
    return files


def read_files(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def zipped(files: Files) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name), files[name])
    return stream.getvalue()


def zip_damaged(files: Files, random: Random) -> Files:
    """Return a damaged zip of undamaged files, or an undamaged zip of damaged ones."""
    if random.random() < 0.5:
        return {"a.zip": damaged("a.zip", zipped(files), random)}
    return {"a.zip": zipped(some_damaged(files, random))}


def import_into(path: Path, scratch: Path, name: str) -> None:
    folder = Path(shutil.copytree(template(), scratch / "photos"))
    with opened(folder) as project:
        report = project.import_files(path, name)
        "; ".join(report.problems).encode()
        # What was imported is used: shown, edited, exported.
        if report.objects:
            version = project.picture(1).picture.version
            project.act(1, version, click(12, 12))
            project.export("png", scratch / "out")


def imports(name: str) -> Door:
    return Door(
        f"import {name}",
        220,
        lambda: exported(name),
        lambda folder, scratch: import_into(folder, scratch, name),
    )


# ── pictures and masks ────────────────────────────────────────────────────────────────────────────


@cache
def pictures() -> Files:
    """Return a small picture in every supported format and pixel type."""
    image = Pillow.fromarray(photo(3))
    wide = photo(4)[..., 0].astype(np.uint16) * 200
    kinds: list[tuple[str, Any, dict[str, Any]]] = [
        ("rgb.png", image, {}),
        ("alpha.png", image.convert("RGBA"), {}),
        ("palette.png", image.quantize(16), {}),
        ("bits.png", image.convert("1"), {}),
        ("wide.png", Pillow.fromarray(wide), {}),
        (
            "rgb.jpg",
            image,
            {"exif": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"},
        ),
        ("cmyk.jpg", image.convert("CMYK"), {}),
        ("progressive.jpg", image, {"progressive": True}),
        ("rgb.webp", image, {}),
        ("rgb.bmp", image, {}),
        ("palette.gif", image.quantize(16), {}),
        ("rgb.tif", image, {"compression": "tiff_lzw"}),
        ("float.tif", Pillow.fromarray(wide.astype(np.float32)), {}),
        ("wide.tif", Pillow.fromarray(wide), {"compression": "tiff_deflate"}),
        ("rgb.ppm", image, {}),
    ]
    files = {}
    for name, picture, options in kinds:
        stream = io.BytesIO()
        endings = {"jpg": "JPEG", "tif": "TIFF"}
        ending = name.rpartition(".")[2]
        picture.save(stream, endings.get(ending, ending.upper()), **options)
        files[name] = stream.getvalue()
    return files


def pick_damaged(files: Files, random: Random) -> Files:
    """Return one of the files, damaged."""
    name = random.choice(sorted(files))
    return {name: damaged(name, files[name], random)}


def open_picture(folder: Path, _: Path) -> None:
    (path,) = folder.iterdir()
    for read in (read_size, read_image, lambda path: read_small(path, 64)):
        refused(read, path)


def open_mask(folder: Path, _: Path) -> None:
    (path,) = folder.iterdir()
    refused(read_map, path)
    read_mask(path, HEIGHT, WIDTH)


def refused(call: Callable[[Path], object], path: Path) -> None:
    """Call a function and ignore the project's errors, so that the next call is tried."""
    from fcfi.errors import FCFIError

    try:
        call(path)
    except FCFIError as error:
        str(error).encode()


@cache
def dataset() -> Files:
    files = {"images/a.png": pictures()["rgb.png"], "images/b.jpg": pictures()["progressive.jpg"]}
    for name in ("a#1.png", "a#2.png", "b.png"):
        stream = io.BytesIO()
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        mask[5:30, 8:40] = 255
        mask[5:8, 8:40] = 128
        Pillow.fromarray(mask).save(stream, "PNG")
        files[f"masks/{name}"] = stream.getvalue()
    return files


def read_dataset(folder: Path, _: Path) -> None:
    for sample in open_dataset(folder):
        assert sample.truth.shape == sample.image.shape[:2]


# ── networks and checkpoints ──────────────────────────────────────────────────────────────────────


@cache
def network() -> Files:
    file = write_onnx(scratch_folder() / "tiny.onnx", {**METADATA, "zoom_target": "64"})
    return {"net.onnx": file.read_bytes()}


def open_net(folder: Path, _: Path) -> None:
    path = folder / "net.onnx"
    refused(read_info, path)
    for runtime in ("onnxruntime", "openvino"):
        refused(lambda path, runtime=runtime: open_network(Choice(path, runtime, "float32")), path)  # type: ignore[misc]


@cache
def checkpoint() -> Files:
    import torch

    from fcfi.models.build import build
    from fcfi.models.checkpoint import save_model
    from fcfi.models.config import ModelConfig

    torch.manual_seed(0)
    path = scratch_folder() / "model.safetensors"
    save_model(build(ModelConfig("lite0", "encoded", mid=8)), path)
    return {path.name: path.read_bytes()}


def load_checkpoint(folder: Path, _: Path) -> None:
    from fcfi.models.checkpoint import load_model

    load_model(folder / "model.safetensors")


@cache
def released() -> Files:
    import torch

    from tests.models.test_released import checkpoint as released_checkpoint

    path = scratch_folder() / "released.pth"
    torch.save(released_checkpoint(), path)
    return {path.name: path.read_bytes()}


def load_released(folder: Path, scratch: Path) -> None:
    from fcfi.models.released import import_released

    import_released(folder / "released.pth", scratch / "a.safetensors")


# ── logs, batches, recipes ────────────────────────────────────────────────────────────────────────


@cache
def log() -> Files:
    session = Session(predictor(), photo())
    session.start_from(np.ones((HEIGHT, WIDTH), np.bool_))
    for x in (9, 30, 50):
        session.click(x, 20, positive=x != 30)
    return {"log.json": json.dumps(session.log()).encode()}


def log_damaged(files: Files, random: Random) -> Files:
    return {"log.json": text_of(damaged_json(json.loads(files["log.json"]), random))}


def replay(folder: Path, _: Path) -> None:
    try:
        log = json.loads((folder / "log.json").read_bytes())
    except (ValueError, RecursionError):
        return  # what reads the file is the caller's
    Session.replay(predictor(), photo(), log)


@cache
def batch() -> Files:
    rows: list[dict[str, Any]] = [
        {"image": "a.png", "clicks": [[9, 9], [30, 30, "-"]]},
        {"image": "a.png", "box": [4, 4, 40, 40], "within": [0, 0, 64, 48], "name": "b"},
        {"image": "a.png", "clicks": [[20, 20]], "mask": "m.png", "name": "c"},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    mask = dataset()["masks/b.png"]
    return {"lines.jsonl": lines.encode(), "a.png": pictures()["rgb.png"], "m.png": mask}


def batch_damaged(files: Files, random: Random) -> Files:
    if random.random() < 0.3:
        return some_damaged(files, random)
    lines = files["lines.jsonl"].splitlines()
    number = random.randrange(len(lines))
    lines[number] = text_of(damaged_json(json.loads(lines[number]), random))
    return {**files, "lines.jsonl": b"\n".join(lines)}


def do_batch(folder: Path, scratch: Path) -> None:
    summary = run_batch(folder / "lines.jsonl", predictor(), scratch / "out", workers=1)
    summary.first_error.encode()


@cache
def recipes() -> Files:
    return {path.name: path.read_bytes() for path in sorted((ROOT / "recipes").glob("*.toml"))}


def open_recipe(folder: Path, _: Path) -> None:
    from fcfi.training.config import read_recipe

    (path,) = folder.iterdir()
    read_recipe(path)


@cache
def overrides() -> Files:
    listed = (
        *("name='x'", "run.minutes=3.5", "run.seed=7", "model.mid=8", "optimizer.lr=1e-4"),
        *("optimizer.betas=[0.9, 0.99]", "crops.size=[320, 480]", "rounds.most=12"),
    )
    return {"override.txt": "\n".join(listed).encode()}


def override_damaged(files: Files, random: Random) -> Files:
    line = random.choice(files["override.txt"].splitlines())
    return {"override.txt": damaged("override.txt", line, random)}


def override(folder: Path, _: Path) -> None:
    from fcfi.training.config import read_recipe

    text = (folder / "override.txt").read_bytes().decode("utf-8", "surrogateescape")
    read_recipe(ROOT / "recipes" / "lite0.toml", [text])


# ── stores ────────────────────────────────────────────────────────────────────────────────────────


def store() -> Files:
    return {"project.sqlite": (template() / ".fcfi" / "project.sqlite").read_bytes()}


def store_damaged(files: Files, random: Random) -> Files:
    """Damage bytes of the database, or the value of a column."""
    if random.random() < 0.4:
        return {"project.sqlite": damaged("project.sqlite", files["project.sqlite"], random)}
    path = scratch_folder() / "store.sqlite"
    path.write_bytes(files["project.sqlite"])
    connection = sqlite3.connect(path)
    tables = [
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    table = random.choice(sorted(tables))
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    column = random.choice(columns)
    (present,) = connection.execute(f"SELECT {column} FROM {table}").fetchone() or (None,)
    value: Any = random.choice((None, 0, -1, 2**62, 1.5, "", "x", b"", b"x", "\u2028"))
    if isinstance(present, bytes) and random.random() < 0.7:
        value = damaged("a.bin", present, random)
    try:
        connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", (value,))
        connection.commit()
    except sqlite3.Error:
        pass  # the database itself refuses it
    connection.close()
    return {"project.sqlite": path.read_bytes()}


def open_store(folder: Path, scratch: Path) -> None:
    photos = write_photos(scratch / "photos", "a.png", "b.jpg")
    (photos / ".fcfi").mkdir()
    shutil.copy(folder / "project.sqlite", photos / ".fcfi")
    with Project.open(photos, predictor()) as project:
        for use in (
            lambda _: project.pictures(search="a"),
            lambda _: project.labels(),
            lambda _: project.settings(""),
            lambda _: project.picture(1),
            lambda _: project.logs(1),
            lambda _: project.act(1, project.picture(1).picture.version, click(15, 15)),
            lambda _: project.export("coco", scratch / "out"),
        ):
            refused(use, photos)


def doors() -> dict[str, Door]:
    """Return all doors by name."""
    zips = Door(
        "import zip", 200, lambda: exported("coco"),
        lambda folder, scratch: import_into(folder / "a.zip", scratch, "auto"), zip_damaged,
    )  # fmt: skip
    unknown = Door(
        "import auto", 240, lambda: exported("labelme"),
        lambda folder, scratch: import_into(folder, scratch, "auto"),
    )  # fmt: skip
    every = (
        *map(imports, shipped_names()),
        zips,
        unknown,
        Door("picture", 700, pictures, open_picture, pick_damaged),
        Door("mask", 400, pictures, open_mask, pick_damaged),
        Door("dataset", 150, dataset, read_dataset),
        Door("network", 200, network, open_net),
        Door("checkpoint", 120, checkpoint, load_checkpoint),
        Door("released checkpoint", 60, released, load_released),
        Door("log", 370, log, replay, log_damaged),
        Door("batch", 300, batch, do_batch, batch_damaged),
        Door("recipe", 250, recipes, open_recipe, pick_damaged),
        Door("override", 250, overrides, override, override_damaged),
        Door("store", 200, store, open_store, store_damaged),
    )
    return {door.name: door for door in every}
