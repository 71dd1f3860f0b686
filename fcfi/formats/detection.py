"""Which format files of annotations are in: every codec looks, and the surest one reads.

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
"""JSON files of a folder that are opened to find out what they are."""


def detect(path: Path, pictures: Path | None = None) -> tuple[Codec, Path]:
    """Return the format of a file or folder, and what its reader takes.

    pictures: the folder of pictures, in which PNG files are not masks.
    Raises InputError if no format recognises it, DatasetError for a damaged file.
    """
    best: tuple[Codec, Found] | None = None
    for candidate in _candidates(path, pictures):
        for codec in codecs().values():
            with guard(DatasetError, f"{candidate.path.name} cannot be read", EXPORT_AGAIN):
                found = codec.detect(candidate)
            # Of equally sure codecs the first one reads, at the first candidate.
            if found is not None and (best is None or found.certainty > best[1].certainty):
                best = codec, found
        if best is not None and best[1].certainty == Certainty.CONTENT:
            break
    if best is None:
        raise InputError(
            f"{path.name} is in no format that is known: give files of one of "
            f"{', '.join(codecs())}, or say which it is"
        )
    return best[0], best[1].path


def _candidates(path: Path, pictures: Path | None) -> Iterator[Candidate]:
    """Yield what codecs look at: the path itself and, of a folder, its XML and JSON files."""
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
            continue  # another one may be whole
        yield candidate


def _json_files(folder: Path) -> list[Path]:
    """Return the files of the folder and of `annotations`, else those further down."""
    near = (*folder.glob("*.json"), *(folder / "annotations").glob("*.json"))
    shown = sorted(file for file in near if not file.name.startswith(".") and not is_link(file))
    return shown or listed(folder, "*.json")
