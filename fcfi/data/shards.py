"""Shards: tar files of small photographs with instance maps (WebDataset layout).

For each key: `KEY.webp` or `.jpg` (picture), `KEY.png` (instance map: 0 background, 1.. objects; in
8-bit maps 255 is ignored, 16-bit maps have no such value), `KEY.altK.png` (further labellings) and
`KEY.json` (`dataset`, ...).  A broken entry is left out, counted and reported, and so is the rest
of a truncated shard.
"""

import json
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.data.broken import BrokenError
from fcfi.data.lazy import LazySequence
from fcfi.data.pictures import IGNORE_ID, Labelling, Picture
from fcfi.data.sample import Sample
from fcfi.errors import DatasetError
from fcfi.formats.tally import Tally, sentences
from fcfi.masks.truth import BACKGROUND, IGNORE, OBJECT

PICTURES = ("webp", "jpg", "jpeg")
"""Suffixes of pictures in a shard."""
MINIMUM_AREA = 100
"""Pixels of the smallest object to evaluate; maps contain specks that nobody would click."""
BROKEN: Final = "its picture or map is missing, broken or of another size"
BROKEN_JSON: Final = "its JSON is broken or not an object"
CUT_OFF: Final = "a shard that cannot be read to its end"


def find_shards(path: Path) -> list[Path]:
    """Return the shards in a folder (`train-*.tar`, else every `*.tar`), or the single file.

    Raises DatasetError without any.
    """
    if path.is_file():
        return [path]
    shards = sorted(path.glob("train-*.tar")) or sorted(path.glob("*.tar"))
    if not shards:
        raise DatasetError(
            f"expected a shard, got none at {path}: give a .tar file or a folder with "
            "train-*.tar files"
        )
    return shards


def read_pictures(path: Path, tally: Tally | None = None) -> list[Picture]:
    """Return all pictures in a shard or a folder of shards, decoded.

    A picture of 512 x 384 pixels takes about 0.8 MB of memory.
    tally: counts broken entries; without one, the first raises BrokenError.
    Raises DatasetError if no picture can be read.
    """
    noted = tally if tally is not None else Tally()
    pictures: list[Picture] = []
    for shard in find_shards(path):
        try:
            for item in _read_shard(shard):
                if isinstance(item, Picture):
                    pictures.append(item)
                elif tally is None:
                    raise item
                else:
                    tally.leave_out_picture(item.reason, item.name)
        except tarfile.TarError as error:
            broken = BrokenError(
                shard.name,
                CUT_OFF,
                f"expected a tar file, got {shard}, which cannot be read ({error}): "
                "get it again or take it out",
            )
            if tally is None:
                raise broken from error
            tally.leave_out_picture(broken.reason, shard.name, broken.detail)
    if not pictures:
        why = f" ({sentences(noted.left_out())})" if noted.left_out() else ""
        raise DatasetError(
            "expected pictures with instance maps (KEY.webp or .jpg, KEY.png, KEY.json), got "
            f"none in {path}{why}: make the shard again"
        )
    return pictures


def open_shards(
    path: Path, minimum_area: int = MINIMUM_AREA, tally: Tally | None = None
) -> Sequence[Sample]:
    """Return every object of at least `minimum_area` pixels of the first labellings as a sample.

    tally: as in `read_pictures`.
    """
    return ShardSamples(read_pictures(path, tally), minimum_area)


class ShardSamples(LazySequence[Sample]):
    """One sample per object, made on access."""

    def __init__(self, pictures: Sequence[Picture], minimum_area: int) -> None:
        self._objects = [
            (picture, instance)
            for picture in pictures
            for instance in picture.labellings[0].instances
            if instance.area >= minimum_area
        ]

    def __len__(self) -> int:
        return len(self._objects)

    def read(self, index: int) -> Sample:
        """Return one object with its truth."""
        picture, instance = self._objects[index]
        ids = picture.labellings[0].ids
        truth = np.where(ids == instance.id, OBJECT, BACKGROUND).astype(np.uint8)
        truth[ids == IGNORE_ID] = IGNORE
        return Sample(f"{picture.name}#{instance.id}", picture.image, truth)


def _read_shard(shard: Path) -> Iterator[Picture | BrokenError]:
    """Yield the pictures in a shard, and errors of broken ones.  Raises tarfile.TarError."""
    try:
        with tarfile.open(shard) as tar:
            key = ""
            parts: dict[str, bytes] = {}
            # The files of a key are consecutive: a new key completes the previous one.
            for member in tar:
                path = PurePosixPath(member.name)  # `tar -c .` puts `./` in front
                name, _, kind = path.name.partition(".")
                stem = str(path.parent / name)
                if stem != key and parts:
                    yield _picture(shard, key, parts)
                    parts = {}
                key = stem
                file = tar.extractfile(member)
                if file is not None:
                    parts[kind] = file.read()
            if parts:
                yield _picture(shard, key, parts)
    except (OSError, KeyError) as error:  # from the file; from a broken link inside it
        raise tarfile.ReadError(str(error)) from error


def _picture(shard: Path, key: str, parts: dict[str, bytes]) -> Picture | BrokenError:
    """Return the picture of one key, or its error."""
    encoded = next((parts[kind] for kind in PICTURES if kind in parts), b"")
    image = _decode(encoded, cv2.IMREAD_COLOR_RGB)
    maps = [parts["png"]] if "png" in parts else []
    further = [kind for kind in parts if kind.startswith("alt") and kind.endswith(".png")]
    maps += [parts[kind] for kind in sorted(further)]
    decoded = [_decode(encoded, cv2.IMREAD_UNCHANGED) for encoded in maps]
    if (
        image is None
        or not decoded
        or any(ids is None or ids.shape != image.shape[:2] for ids in decoded)
    ):
        return _broken(shard, key, BROKEN)
    try:
        source = str(json.loads(parts.get("json", b"{}")).get("dataset", shard.stem))
    except (ValueError, AttributeError, RecursionError):
        return _broken(shard, key, BROKEN_JSON)
    labellings = tuple(Labelling(_wide(ids)) for ids in decoded if ids is not None)
    return Picture(key, source, image, labellings)


def _broken(shard: Path, key: str, reason: str) -> BrokenError:
    return BrokenError(
        f"{shard.name}: {key}",
        reason,
        f"expected a picture, its map and its JSON, got others: {reason}; make the shard again",
    )


def _decode(encoded: bytes, mode: int) -> NDArray[np.uint8] | None:
    if not encoded:
        return None
    try:
        return cv2.imdecode(np.frombuffer(encoded, np.uint8), mode)  # type: ignore[return-value]
    except cv2.error:  # a header with more pixels than OpenCV allows
        return None


def _wide(ids: NDArray[np.generic]) -> NDArray[np.uint16]:
    """Return an instance map in 16 bits, with a separate value for ignored pixels."""
    wide = ids.astype(np.uint16)
    if ids.dtype == np.uint8:
        wide[ids == 255] = IGNORE_ID
    return wide
