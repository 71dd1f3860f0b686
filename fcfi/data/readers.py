"""Opening a dataset from its folder, whatever its layout.

Detects the layout or uses the given one, and reports what it found, or what it expected and where
the owners publish it.  Nothing is downloaded.  folder.py, sbd.py, coco.py and shards.py read the
layouts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from fcfi.data.coco import choose_files, find_coco
from fcfi.data.dataset import Dataset, LazySamples
from fcfi.data.folder import PAIRS, find_pairs
from fcfi.data.layouts import LAYOUTS, marks
from fcfi.data.sbd import DEFAULT_SPLIT, find_sbd, sbd_root
from fcfi.errors import ConfigError, DatasetError, plural
from fcfi.formats.coco import annotation_files
from fcfi.formats.tally import LeftOut, Tally, sentences

AUTO: Final = "auto"
"""Used instead of a layout's name to detect it."""
BENCHMARKS: Final = ("GrabCut", "Berkeley", "DAVIS", "SBD")
"""Datasets in published tables; a folder whose name contains one of these is taken for it."""


def open_dataset(
    path: str | Path, layout: str = AUTO, split: str | None = None, strict: bool = False
) -> Dataset:
    """Return the objects of a dataset, each read on access.

    path:   its folder (for COCO and LVIS also the annotation file; for shards also one .tar file).
    layout: a name of LAYOUTS, or `auto` to detect it.
    split:  `train` or `val` (SBD, by default val; a part of the annotation file's name for COCO and
        LVIS).
    strict: refuse a dataset with an item that cannot be used, instead of counting it in
        `Dataset.left_out`.

    Raises DatasetError if it is missing, empty or malformed; ConfigError for an unknown layout or
    an unsupported split.

        dataset = open_dataset("examples")
        sample = dataset[0]
    """
    root = Path(path)
    if layout not in (AUTO, *LAYOUTS):
        raise ConfigError(
            f"expected the layout to be one of {', '.join((AUTO, *LAYOUTS))}, got {layout!r}"
        )
    if not root.exists():
        raise DatasetError(_missing(root, layout, "does not exist"))
    detected = detect(root) if layout == AUTO else layout
    if detected is None:
        raise DatasetError(_unknown(root))
    if split is not None and not LAYOUTS[detected].splits:
        having = ", ".join(name for name, known in LAYOUTS.items() if known.splits)
        raise ConfigError(
            f"expected a split only for {having}, got {split!r} for {root} (layout {detected}): "
            "leave it out"
        )
    tally = Tally()
    dataset = _open(root, detected, split, layout != AUTO, tally)
    if strict:
        refuse_left_out(dataset.left_out, str(root))
    return dataset


def refuse_left_out(left_out: Sequence[LeftOut], where: str) -> None:
    """Raise DatasetError if items are left out, for users who want to fix them first."""
    if left_out:
        raise DatasetError(
            f"expected only items that can be used in {where}, got others: {sentences(left_out)}; "
            "correct them, or measure and learn without them by leaving out --strict"
        )


def detect(path: Path) -> str | None:
    """Return the layout of a folder or file, detected by the names in it, or None."""
    if path.is_file():
        return {".json": "coco", ".tar": "shards"}.get(path.suffix.lower())
    if sbd_root(path):
        return "sbd"
    for name, pairs in PAIRS.items():
        if pairs.is_in(path):
            return name
    if any(path.glob("*.tar")):
        return "shards"
    files = annotation_files(path)
    if not files:
        return None
    # LVIS annotates COCO's pictures: where both are in one folder, COCO is the usual choice.
    return "lvis" if all("lvis" in file.name for file in files) else "coco"


def _open(path: Path, layout: str, split: str | None, named: bool, tally: Tally) -> Dataset:
    if layout == "shards":
        return _open_shards(path, tally)
    if layout in PAIRS:
        if not PAIRS[layout].is_in(path):
            raise DatasetError(_missing(path, layout, "has another layout"))
        return _dataset(path, layout, find_pairs(path, PAIRS[layout], tally), named, "", tally)
    if layout == "sbd":
        root = sbd_root(path)
        if root is None:
            raise DatasetError(_missing(path, layout, "has another layout"))
        detail = f", split {split or DEFAULT_SPLIT}"
        return _dataset(path, layout, find_sbd(root, split, tally), named, detail, tally)
    if not annotation_files(path):
        raise DatasetError(_missing(path, layout, "contains no annotation file"))
    files = choose_files(path, layout, split)
    coco = find_coco(files, tally)
    names = ", ".join(file.name if len(files) == 1 else f"{file.parent.name}/" for file in files)
    crowds = f", without {coco.crowds} crowds" if coco.crowds else ""
    # The file itself shows whether it is COCO or LVIS, whatever layout was given.
    return _dataset(path, coco.layout, coco.samples, named, f", {names}{crowds}", tally)


def _open_shards(path: Path, tally: Tally) -> Dataset:
    from fcfi.data.shards import open_shards

    samples = open_shards(path, tally=tally)
    found = f"{path}: {len(samples)} objects (shards)"
    name = _name(path, "shards", named=False)
    return Dataset(name, "shards", samples, found, tally.left_out())


def _dataset(
    path: Path, layout: str, samples: LazySamples, named: bool, detail: str, tally: Tally
) -> Dataset:
    name = _name(path, layout, named)
    pictures = len({item.path for item in samples.items})
    counts = f"{plural(len(samples), 'object')} on {plural(pictures, 'picture')}"
    found = f"{path}: {name}, {counts} (layout {layout}{detail})"
    return Dataset(name, layout, samples, found, tally.left_out())


def _name(path: Path, layout: str, named: bool) -> str:
    """Return the published name that the layout or folder name indicates, or else the latter.

    named: whether the layout was given and not detected.
    """
    # Many folders are laid out like `berkeley` and `davis`: detecting these layouts proves little.
    if layout in ("grabcut", "sbd", "coco", "lvis") or (named and layout in ("berkeley", "davis")):
        return LAYOUTS[layout].title
    folder = path.resolve().name
    return next((name for name in BENCHMARKS if name.lower() in folder.lower()), folder)


def _missing(path: Path, layout: str, problem: str) -> str:
    likely = layout
    if layout == AUTO:
        likely = next((name for name in LAYOUTS if name in path.name.lower()), AUTO)
    if likely == AUTO:
        return f"{path} {problem}: give the folder of a dataset ({', '.join(LAYOUTS)})"
    expected = LAYOUTS[likely]
    return f"{path} {problem}: {expected.title} needs {expected.expects}; {expected.where}"


def _unknown(path: Path) -> str:
    """Return the error for a folder in no known layout; it lists datasets one level down."""
    inside: list[str] = []
    if path.is_dir():
        inside = sorted(folder.name for folder in path.iterdir() if _is_dataset(folder))
    if inside:
        return (
            f"expected a dataset, got {path} with the datasets {', '.join(inside)} inside: "
            "give one of these folders"
        )
    return f"expected a dataset in a known layout, got {path}: known are {marks()}"


def _is_dataset(folder: Path) -> bool:
    return folder.is_dir() and detect(folder) is not None
