"""Which format (fcfi.formats) files of annotations are in, by what is inside them.

Knows the signs of each format, and nothing of projects.
"""

from pathlib import Path
from typing import Any, Final

from fcfi.errors import DatasetError, InputError
from fcfi.formats import CODECS, cvat_mask, label_studio, png, voc, yolo
from fcfi.formats.folders import listed, read_bytes, read_json

JSON_LOOKED_AT: Final = 20
"""Files of a folder that are opened to find out what they are."""
ALONE: Final = {".png": "png", ".txt": "yolo"}
"""Formats of one file a picture whose readers take a folder."""

Found = tuple[str, Path]
"""Name of a format, and the file or folder that its reader takes."""


def detect(path: Path, pictures: Path | None = None) -> Found:
    """The format of a file or folder.  Raises InputError if it is none that is known.

    pictures: the folder of pictures, in which PNG files are no maps.
    """
    found = _of_folder(path, pictures) if path.is_dir() else _of_file(path)
    if found is None:
        raise InputError(
            f"{path.name} is in no format that is known: give files of one of {', '.join(CODECS)}, or say which it is"
        )
    return found


def _of_file(file: Path) -> Found | None:
    ending = file.suffix.lower()
    if ending == ".json":
        return _of_json(file)
    if ending == ".xml" and b"<annotations" in read_bytes(file)[:10_000]:
        return "cvat", file
    if file.name in yolo.SETTINGS:
        return "yolo", file.parent
    if ending in ALONE:
        return ALONE[ending], file
    return None


def _of_folder(folder: Path, pictures: Path | None) -> Found | None:
    classes = next(iter(sorted(folder.glob(f"**/{voc.CLASSES}"))), None)
    if classes is not None:
        return "voc", classes.parent
    if (folder / png.INDEX).is_file():
        return "png", folder
    xml = next(
        (found for file in sorted(folder.glob("*.xml")) if (found := _of_file(file)) is not None),
        None,
    )
    if xml is not None:
        return xml
    for file in _json_files(folder)[:JSON_LOOKED_AT]:
        found = _of_json(file)
        if found is not None:
            return _whole(found, folder)
    return _of_plain(folder, pictures)


def _of_plain(folder: Path, pictures: Path | None) -> Found | None:
    """Formats that have no file that says what they are."""
    named = any((folder / name).is_file() for name in (*yolo.SETTINGS, yolo.CLASSES))
    if named or (folder / yolo.LABELS).is_dir():
        return "yolo", folder
    if (folder / cvat_mask.FILE).is_file() or any(folder.glob("*.zip")):
        return "cvat-mask", folder
    if next(folder.rglob("*.png"), None) is not None and (
        pictures is None or not folder.samefile(pictures)
    ):
        return "png", folder
    if next(folder.rglob("*.txt"), None) is not None:
        return "yolo", folder
    return None


def _json_files(folder: Path) -> list[Path]:
    """Those in the folder first, then those in `annotations`, then those further down."""
    near = (*folder.glob("*.json"), *(folder / "annotations").glob("*.json"))
    shown = sorted(file for file in near if not file.name.startswith("."))
    return shown or listed(folder, "*.json")


def _whole(found: Found, folder: Path) -> Found:
    """The folder instead of one of its files, where the reader takes all files of a folder."""
    name = found[0]
    if name == "labelme":
        return name, folder
    if name == "coco":  # the reader finds the files of a folder, and of the sets in it
        return name, folder
    return found


def _of_json(file: Path) -> Found | None:
    try:
        content: Any = read_json(file)
    except DatasetError:
        if (
            file.suffix.lower() == ".json"
            and file.parent.is_dir()
            and len(list(file.parent.glob("*.json"))) > 1
        ):
            return None  # one of several; another one may be whole
        raise
    if isinstance(content, list):
        return ("label-studio", file) if label_studio.is_tasks(content) else None
    if not isinstance(content, dict):
        return None
    if {"images", "annotations"} <= content.keys():
        return "coco", file
    if "shapes" in content:
        return "labelme", file
    return ("png", file.parent) if "pictures" in content else None
