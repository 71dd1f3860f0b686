"""Opening a data set from its folder, whatever its layout.

Finds out which layout it is, or is told; says what it found, or what it expected and where the
owners publish it. Nothing is downloaded.  The layouts themselves are in folder.py, sbd.py, coco.py
and shards.py.
"""

from pathlib import Path
from typing import Final

from fcfi.data.coco import annotation_files, choose_file, find_coco
from fcfi.data.folder import LAYOUTS as PAIRS
from fcfi.data.folder import find_pairs
from fcfi.data.objects import Items, Objects
from fcfi.data.sbd import DEFAULT_SPLIT, find_sbd, sbd_root
from fcfi.data.sources import SOURCES
from fcfi.errors import ConfigError, DatasetError

AUTO: Final = "auto"
LAYOUTS: Final = tuple(SOURCES)
"""The names `open_dataset` takes, besides `auto`."""
BENCHMARKS: Final = ("GrabCut", "Berkeley", "DAVIS", "SBD")
"""Data sets of the published tables; a folder whose name holds one of these is taken to be it."""
MARKS: Final = (
    "images/ and masks/ (folder, berkeley)",
    "data_GT/ and boundary_GT/ (grabcut)",
    "img/ and gt/ (davis)",
    "img/, inst/ and val.txt (sbd)",
    "annotations/*.json (coco, lvis)",
    "*.tar (shards)",
)
"""What a layout is known by, in the words of an error."""


def open_dataset(path: str | Path, layout: str = AUTO, split: str | None = None) -> Objects:
    """The objects of a data set, read when they are wanted.

    path:   its folder (or, for COCO and LVIS, the annotation file; for shards also one .tar file).
    layout: one of LAYOUTS, or `auto` to find out.
    split:  `train` or `val` (SBD, by default val; a part of the annotation file's name for COCO and
        LVIS).

    Raises DatasetError if it is missing, empty or malformed; ConfigError for an unknown layout, or
    a split where there are none.
    """
    place = Path(path)
    _check_layout(layout)
    if not place.exists():
        raise DatasetError(_missing(place, layout, "does not exist"))
    found = detect(place) if layout == AUTO else layout
    if found is None:
        raise DatasetError(_unknown(place))
    if split is not None and found not in ("sbd", "coco", "lvis"):
        raise ConfigError(
            f"split {split!r} was given for {place} (layout {found}): only sbd, coco and lvis have splits"
        )
    return _open(place, found, split, named=layout != AUTO)


def detect(path: Path) -> str | None:
    """The layout of a folder or file from the names in it, or None."""
    if path.is_file():
        return {".json": "coco", ".tar": "shards"}.get(path.suffix.lower())
    if sbd_root(path):
        return "sbd"
    pairs = next((name for name, layout in PAIRS.items() if layout.there(path)), None)
    if pairs:
        return pairs
    if any(path.glob("*.tar")):
        return "shards"
    files = annotation_files(path)
    return ("lvis" if all("lvis" in file.name for file in files) else "coco") if files else None


def _open(path: Path, layout: str, split: str | None, named: bool) -> Objects:
    if layout == "shards":
        return _open_shards(path)
    if layout in PAIRS:
        if not PAIRS[layout].there(path):
            raise DatasetError(_missing(path, layout, "is not laid out so"))
        return _objects(path, layout, find_pairs(path, PAIRS[layout]), named, "")
    if layout == "sbd":
        root = sbd_root(path)
        if root is None:
            raise DatasetError(_missing(path, layout, "is not laid out so"))
        return _objects(
            path,
            layout,
            find_sbd(root, split),
            named=True,
            detail=f", split {split or DEFAULT_SPLIT}",
        )
    if not annotation_files(path):
        raise DatasetError(_missing(path, layout, "holds no annotation file"))
    file = choose_file(path, layout, split)
    layout, items = find_coco(file)
    return _objects(path, layout, items, named=True, detail=f", {file.name}")


def _open_shards(path: Path) -> Objects:
    from fcfi.data.shards import open_shards

    samples = open_shards(path)
    return Objects(
        _name(path, "shards", named=False),
        "shards",
        samples,
        f"{path}: {len(samples)} objects (shards)",
    )


def _objects(path: Path, layout: str, items: Items, named: bool, detail: str) -> Objects:
    name = _name(path, layout, named)
    pictures = len({item.picture for item in items.items})
    found = f"{path}: {name}, {len(items)} objects on {pictures} pictures (layout {layout}{detail})"
    return Objects(name, layout, items, found)


def _name(path: Path, layout: str, named: bool) -> str:
    """The published name where the folder's name or a layout that was asked for says so, else the folder's name."""
    folder = path.resolve().name
    benchmark = next((name for name in BENCHMARKS if name.lower() in folder.lower()), None)
    certain = layout in ("grabcut", "sbd", "coco", "lvis") or (
        named and layout in ("berkeley", "davis")
    )
    return SOURCES[layout].name if certain else benchmark or folder


def _check_layout(layout: str) -> None:
    if layout not in (AUTO, *LAYOUTS):
        raise ConfigError(
            f"layout {layout!r} is unknown: accepted are {', '.join((AUTO, *LAYOUTS))}"
        )


def _missing(path: Path, layout: str, problem: str) -> str:
    likely = next(
        (name for name in LAYOUTS if layout == AUTO and name in path.name.lower()), layout
    )
    if likely == AUTO:
        return f"{path} {problem}: give the folder of a data set ({', '.join(LAYOUTS)})"
    source = SOURCES[likely]
    return f"{path} {problem}: {source.name} needs {source.expects}; {source.where}"


def _unknown(path: Path) -> str:
    """What to say about a folder in no known layout; the data sets one level down are named."""
    inside = (
        sorted(folder.name for folder in path.iterdir() if folder.is_dir() and detect(folder))
        if path.is_dir()
        else []
    )
    if inside:
        return f"{path} holds the data sets {', '.join(inside)}: give one of these folders"
    return f"{path} is in no known layout; accepted are: {'; '.join(MARKS)}"
