"""Detects the format of annotation files: every codec looks, and the most certain one reads.

Knows no format.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fcfi.errors import DatasetError, InputError, guard
from fcfi.formats.codec import Candidate, Certainty, Codec, Found
from fcfi.formats.folders import EXPORT_AGAIN, is_link, listed
from fcfi.formats.registry import codecs

LOOKED_AT: Final = 20
"""JSON files of a folder that are opened to detect the format."""


def detect(path: Path, pictures: Path | None = None) -> tuple[Codec, Path]:
    """Return the format of a file or folder, and the path for its reader.

    pictures: the folder of pictures, in which PNG files are not masks.
    Raises InputError if no format recognises it, DatasetError for a damaged file.
    """
    best: tuple[Codec, Found] | None = None
    for candidate in _candidates(path, pictures):
        for codec in codecs().values():
            with guard(DatasetError, f"{candidate.path.name} cannot be read", EXPORT_AGAIN):
                found = codec.detect(candidate)
            # Among equally certain codecs the first one is chosen, at its first candidate.
            if found is not None and (best is None or found.certainty > best[1].certainty):
                best = codec, found
        if best is not None and best[1].certainty == Certainty.CONTENT:
            break
    if best is None:
        raise InputError(
            f"the format of {path.name} is not recognised: give files in one of "
            f"{', '.join(codecs())}, or name the format"
        )
    return best[0], best[1].path


def _candidates(path: Path, pictures: Path | None) -> Iterator[Candidate]:
    """Yield what codecs look at: the path itself and, in a folder, its XML and JSON files."""
    yield Candidate(path, path, pictures)
    if not path.is_dir():
        return
    for file in sorted(file for file in path.glob("*.xml") if not is_link(file)):
        yield Candidate(file, path, pictures)
    files = _json_files(path)
    for file in files[:LOOKED_AT]:
        candidate = Candidate(file, path, pictures)
        try:
            _ = candidate.json
        except DatasetError:
            if len(files) == 1:
                raise
            continue  # another file may be undamaged
        yield candidate


def _json_files(folder: Path) -> list[Path]:
    """Return the JSON files in the folder and in `annotations`, else those further down."""
    near = (*folder.glob("*.json"), *(folder / "annotations").glob("*.json"))
    shown = sorted(file for file in near if not file.name.startswith(".") and not is_link(file))
    return shown or listed(folder, "*.json")
