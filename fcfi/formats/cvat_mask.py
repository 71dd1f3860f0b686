"""CVAT's "Segmentation mask 1.1": the layout of VOC with a label map, in one zip.

CVAT takes the zip as it is (upload annotations).  Objects cannot overlap.  Layout inside: see
voc.py.
"""

import lzma
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from fcfi.errors import DatasetError
from fcfi.files import replacing
from fcfi.formats import voc
from fcfi.formats.annotation import AnnotatedPicture, Pictures, Sizes
from fcfi.formats.folders import Known, Target
from fcfi.formats.tally import Tally
from fcfi.images import MAX_PIXELS

FILE: Final = "segmentation_mask.zip"
MAX_MEMBER: Final = 2 * MAX_PIXELS
"""Bytes of one file in a zip; a map of the largest picture needs less."""
BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(RuntimeError, NotImplementedError, EOFError, ValueError),
)
"""What a file in a zip raises that is damaged, locked by a password, or packed in a way that is not known."""
READABLE: Final = 0o644
"""Rights of a file that is unpacked."""


def write(
    pictures: Pictures, folder: str | os.PathLike[str], labels: Sequence[str]
) -> tuple[Path, ...]:
    """Write the zip; gives its path.  Raises InputError."""
    target = Target(folder)
    path = target.place(FILE)
    with (
        replacing(path) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive,
    ):
        for name, data, source in voc.files(pictures, labels):
            target.claim(name, source)
            info = zipfile.ZipInfo(name)
            info.external_attr = READABLE << 16
            archive.writestr(info, data)
    return tuple(target.written)


def read(
    folder: str | os.PathLike[str],
    sizes: Sizes | None = None,
    labels: Sequence[str] | None = None,
    tally: Tally | None = None,
) -> Iterator[AnnotatedPicture]:
    """The pictures of such a zip, or of the first one in a folder.  Raises DatasetError.  Arguments: see voc.read."""
    base = Path(folder)
    found = [base] if base.is_file() else [base / FILE, *sorted(base.glob("*.zip"))]
    file = next((one for one in found if one.is_file()), None)
    if file is None:
        raise DatasetError(
            f"{base} has no zip: give the file that CVAT exported as 'Segmentation mask 1.1'"
        )
    try:
        with zipfile.ZipFile(file) as archive:
            listed = [
                name
                for name in archive.namelist()
                if name.startswith(voc.SETS) and name.endswith(".txt")
            ]
            text = "\n".join(
                (_member(archive, file, name) or b"").decode("utf-8", "replace") for name in listed
            )
            named = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
            yield from voc.pictures_of(
                file,
                lambda name: _member(archive, file, name),
                named,
                Known(sizes, tally),
                labels,
            )
    except (zipfile.BadZipFile, OSError) as error:
        raise DatasetError(
            f"{file} is no zip that can be read ({error}): give a whole file"
        ) from error


def _member(archive: zipfile.ZipFile, file: Path, name: str) -> bytes | None:
    """A file in the zip; None if it is not there.  DatasetError if it is broken or would be huge."""
    try:
        info = archive.getinfo(name)
        if info.file_size > MAX_MEMBER:
            raise DatasetError(
                f"{file}: {name} has {info.file_size} bytes, at most {MAX_MEMBER} are read"
            )
        return archive.read(info)
    except KeyError:
        return None
    except BROKEN as error:
        raise DatasetError(
            f"{file}: {name} cannot be read ({error}): give a whole zip without a password"
        ) from error
