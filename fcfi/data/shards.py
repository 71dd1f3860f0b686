"""Shards: tar files of small photographs with instance maps (WebDataset layout).

For each key: `KEY.webp` or `.jpg` (picture), `KEY.png` (instance map: 0 background, 1.. objects; in
    8-bit maps 255 is
ignore, 16-bit maps have none), `KEY.altK.png` (further readings) and `KEY.json` (`dataset`, ...).
A broken entry is skipped with a warning that names it; an empty or unreadable shard raises
DatasetError.
"""

import json
import logging
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import overload

import cv2
import numpy as np
from numpy.typing import NDArray

from fcfi.data.pictures import IGNORE_ID, Picture, Reading
from fcfi.data.sample import Sample
from fcfi.errors import DatasetError
from fcfi.labels import BACKGROUND, IGNORE, OBJECT

PICTURES = ("webp", "jpg", "jpeg")
MINIMUM_AREA = 100
"""Pixels of the smallest object that is evaluated; maps hold specks that nobody would click."""
_log = logging.getLogger(__name__)


def find_shards(path: Path) -> list[Path]:
    """The shards of a folder (`train-*.tar`, else every `*.tar`), or the one file."""
    if path.is_file():
        return [path]
    shards = sorted(path.glob("train-*.tar")) or sorted(path.glob("*.tar"))
    if not shards:
        raise DatasetError(
            f"no shard found at {path}: give a .tar file or a folder with train-*.tar files"
        )
    return shards


def read_pictures(path: Path) -> list[Picture]:
    """All pictures of a shard or of a folder of shards, decoded (about 0.8 MB for each of 512 x 384)."""
    pictures = [picture for shard in find_shards(path) for picture in _read_shard(shard)]
    if not pictures:
        raise DatasetError(
            f"{path} holds no picture with an instance map (KEY.webp or .jpg, KEY.png, KEY.json)"
        )
    return pictures


def open_shards(path: Path, minimum_area: int = MINIMUM_AREA) -> Sequence[Sample]:
    """Every object of at least `minimum_area` pixels of the first readings, one sample each, for evaluation."""
    return ShardObjects(read_pictures(path), minimum_area)


class ShardObjects(Sequence[Sample]):
    """One sample an object, made when asked for."""

    def __init__(self, pictures: Sequence[Picture], minimum_area: int) -> None:
        self._objects = [
            (picture, instance)
            for picture in pictures
            for instance in picture.readings[0].instances
            if instance.area >= minimum_area
        ]

    def __len__(self) -> int:
        return len(self._objects)

    @overload
    def __getitem__(self, index: int) -> Sample: ...
    @overload
    def __getitem__(self, index: slice) -> list[Sample]: ...
    def __getitem__(self, index: int | slice) -> Sample | list[Sample]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        picture, instance = self._objects[index]
        ids = picture.readings[0].ids
        truth = np.where(ids == instance.id, OBJECT, BACKGROUND).astype(np.uint8)
        truth[ids == IGNORE_ID] = IGNORE
        return Sample(f"{picture.name}#{instance.id}", picture.image, truth)


def _read_shard(shard: Path) -> Iterator[Picture]:
    try:
        with tarfile.open(shard) as tar:
            key = ""
            parts: dict[str, bytes] = {}
            for member in tar:
                path = PurePosixPath(member.name)  # `./` in front is what `tar -c .` writes
                name, _, kind = path.name.partition(".")
                stem = str(path.parent / name)
                if stem != key and parts:
                    yield from _picture(shard, key, parts)
                    parts = {}
                key = stem
                file = tar.extractfile(member)
                if file is not None:
                    parts[kind] = file.read()
            if parts:
                yield from _picture(shard, key, parts)
    except (tarfile.TarError, OSError) as error:
        raise DatasetError(
            f"the shard {shard} cannot be read ({error}): get it again or take it out"
        ) from error


def _picture(shard: Path, key: str, parts: dict[str, bytes]) -> Iterator[Picture]:
    """The picture of one key, or nothing if it is broken."""
    encoded = next((parts[kind] for kind in PICTURES if kind in parts), b"")
    image = _decode(encoded, cv2.IMREAD_COLOR_RGB)
    maps = [parts["png"]] if "png" in parts else []
    maps += [
        parts[kind] for kind in sorted(parts) if kind.startswith("alt") and kind.endswith(".png")
    ]
    readings = [_decode(encoded, cv2.IMREAD_UNCHANGED) for encoded in maps]
    if (
        image is None
        or not readings
        or any(ids is None or ids.shape != image.shape[:2] for ids in readings)
    ):
        _log.warning(
            "%s: %s is left out: its picture or map is missing, broken or of another size",
            shard.name,
            key,
        )
        return
    try:
        source = str(json.loads(parts.get("json", b"{}")).get("dataset", shard.stem))
    except (ValueError, AttributeError):
        _log.warning("%s: %s is left out: its JSON is broken or no object", shard.name, key)
        return
    yield Picture(
        key, source, image, tuple(Reading(_ids(ids)) for ids in readings if ids is not None)
    )


def _decode(encoded: bytes, mode: int) -> NDArray[np.uint8] | None:
    if not encoded:
        return None
    try:
        return cv2.imdecode(np.frombuffer(encoded, np.uint8), mode)  # type: ignore[return-value]
    except cv2.error:  # a header that promises more pixels than OpenCV allows
        return None


def _ids(ids: NDArray[np.generic]) -> NDArray[np.uint16]:
    wide = ids.astype(np.uint16)
    if ids.dtype == np.uint8:
        wide[ids == 255] = IGNORE_ID
    return wide
