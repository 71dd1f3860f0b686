"""CVAT's "Segmentation mask 1.1": the layout of VOC with a label map, in a zip.

CVAT accepts the zip in "upload annotations".  Objects cannot overlap.  Layout inside: see voc.py.
"""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fcfi.errors import DatasetError, guard
from fcfi.files import replacing
from fcfi.formats import archives, voc
from fcfi.formats.annotation import AnnotatedPicture, Pictures, Sizes
from fcfi.formats.codec import Candidate, Certainty, Codec, Found
from fcfi.formats.folders import is_link
from fcfi.formats.known import KnownPictures
from fcfi.formats.labels import LabelList
from fcfi.formats.report import OVERLAP
from fcfi.formats.tally import Tally
from fcfi.formats.target import Target
from fcfi.images import MAX_PIXELS

FILE: Final = "segmentation_mask.zip"
MAX_MEMBER: Final = 2 * MAX_PIXELS
"""Largest file in a zip, in bytes; a map of the largest picture needs less."""
READABLE: Final = 0o644
"""Unix permissions of the files in a written zip."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: LabelList
) -> tuple[Path, ...]:
    """Write the zip and return its path.  Raises InputError."""
    target = Target(folder)
    path = target.path(FILE)
    with (
        replacing(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive,
    ):
        for name, data, source in voc.files(pictures, labels):
            target.claim(name, source)
            # A ZipInfo has a fixed date (1980), so equal work makes an equal file.  Its permissions
            # must be set, or nobody may read the unpacked files.
            info = zipfile.ZipInfo(name)
            info.external_attr = READABLE << 16
            archive.writestr(info, data)
    return tuple(target.written)


def read(
    path: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: LabelList | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """Yield the pictures of a zip, of the first zip in a folder, or of an unpacked zip.

    Arguments: see voc.read.  Raises DatasetError.
    """
    base = Path(path)
    if (base / voc.CLASSES).is_dir():
        yield from voc.read(base, sizes, labels, tally)
        return
    zips = [base] if base.is_file() else [base / FILE, *sorted(base.glob("*.zip"))]
    usable = (candidate for candidate in zips if candidate.is_file() and not is_link(candidate))
    file = next(usable, None)
    if file is None:
        raise DatasetError(
            f"{base} has no zip: give the file that CVAT exported as 'Segmentation mask 1.1'"
        )
    try:
        with zipfile.ZipFile(file) as archive:
            source = voc.Source(file, lambda name: _member(archive, file, name))
            stems = _listed(archive, file)
            yield from voc.pictures_of(source, stems, KnownPictures(sizes, tally), labels)
    except (zipfile.BadZipFile, OSError) as error:
        raise DatasetError(
            f"{file} cannot be read as a zip ({error}): give a whole file"
        ) from error


def detect(candidate: Candidate) -> Found | None:
    """Return a folder with a zip that holds the layout."""
    if not candidate.is_folder:
        return None
    for file in sorted(candidate.path.glob("*.zip")):
        names = () if is_link(file) else archives.names(file)
        if any(name.startswith(f"{voc.CLASSES}/") for name in names):
            return Found(file, Certainty.CONTENT)
    return None


def _listed(archive: zipfile.ZipFile, file: Path) -> list[str]:
    """Return the names of pictures, without endings, that the zip lists."""
    lists = [
        name for name in archive.namelist() if name.startswith(voc.SETS) and name.endswith(".txt")
    ]
    text = "\n".join(
        (_member(archive, file, name) or b"").decode("utf-8", "replace") for name in lists
    )
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _member(archive: zipfile.ZipFile, file: Path, name: str) -> bytes | None:
    """Return a file in the zip, or None.  Raises DatasetError if it is damaged or too large."""
    advice = "give a whole zip without a password"
    with guard(DatasetError, f"{file}: {name} cannot be read", advice):
        try:
            info = archive.getinfo(name)
        except KeyError:
            return None
        # `read` stops at the stated size, so this limits the memory even if the size is wrong.
        if info.file_size > MAX_MEMBER:
            raise DatasetError(
                f"expected files of at most {MAX_MEMBER} bytes in {file}, got {name} of "
                f"{info.file_size}: give the zip as CVAT wrote it"
            )
        return archive.read(info)


CODEC: Final = Codec(
    "cvat-mask",
    "CVAT segmentation mask 1.1",
    write,
    read,
    detect,
    cannot_hold=(OVERLAP,),
    numbering=voc.NUMBERING,
)
