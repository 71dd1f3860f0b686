"""Reading the metadata of an ONNX file (metadata_props) without any library.

An ONNX file is one protocol buffer message (ModelProto): a sequence of fields, each with a number,
a type and, for most, a length.  The reader skips from field to field, over the graph, so that it
needs only a few reads; on the way it notices whether a file is truncated or not ONNX.  Knows
nothing of graphs.
Source: onnx.proto (ModelProto, StringStringEntryProto); protobuf.dev/programming-guides/encoding.
"""

import hashlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from fcfi.errors import NetworkError

GRAPH: Final = 7
"""Number of the field `graph` in ModelProto."""
METADATA: Final = 14
"""Number of the field `metadata_props` in ModelProto."""
KEY, VALUE = 1, 2
"""Numbers of the fields of StringStringEntryProto."""
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
"""Wire types."""
PIECE: Final = 1 << 20
"""Bytes read at once."""
MAX_TEXT: Final = 1 << 20
"""Bytes of the longest entry that is read; the entries of fcfi have some hundreds."""


class MalformedError(Exception):
    """The bytes are not a complete protocol buffer message."""


def read_metadata(path: Path) -> dict[str, str]:
    """Return the metadata of an ONNX file by key.  Raises NetworkError for any other file."""
    texts: dict[str, str] = {}
    graphs = 0
    try:
        with path.open("rb") as stream:
            for number, wire, length in fields(stream, path.stat().st_size):
                graphs += number == GRAPH and wire == BYTES
                if number == METADATA and wire == BYTES:
                    key, value = _entry(_take(stream, min(length, MAX_TEXT)))
                    texts[key] = value
    except (MalformedError, UnicodeDecodeError) as error:
        raise NetworkError(
            f"{path} is not an ONNX file, or is damaged or truncated: give a network file (*.onnx)"
        ) from error
    except OSError as error:
        raise NetworkError(f"{path} cannot be read: {error.strerror or error}") from error
    if graphs != 1:
        raise NetworkError(
            f"{path} is not an ONNX file, since it holds no graph: give a network file (*.onnx)"
        )
    return texts


def graph_sha256(path: Path) -> str:
    """Return the sha256 of an ONNX file's graph, including the weights.

    Raises NetworkError for a file without a graph.
    """
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for number, wire, length in fields(stream, path.stat().st_size):
            if number == GRAPH and wire == BYTES:
                for start in range(0, length, PIECE):
                    digest.update(_take(stream, min(PIECE, length - start)))
                return digest.hexdigest()
    raise NetworkError(
        f"{path} is not an ONNX file, since it holds no graph: give a network file (*.onnx)"
    )


def _entry(data: bytes) -> tuple[str, str]:
    """Return the key and text of one entry."""
    stream, found = BytesIO(data), {KEY: "", VALUE: ""}
    for number, wire, length in fields(stream, len(data)):
        if number in found and wire == BYTES:
            found[number] = _take(stream, length).decode("utf-8")
    return found[KEY], found[VALUE]


def fields(stream: BinaryIO, size: int) -> Iterator[tuple[int, int, int]]:
    """Yield (number, type, length) of each field, with the stream at the field's content."""
    while stream.tell() < size:
        tag = _varint(stream)
        number, wire = tag >> 3, tag & 7
        if wire == VARINT:
            # Such a field has no length: it is skipped by reading its value.
            _varint(stream)
        length = {VARINT: 0, FIXED64: 8, FIXED32: 4}.get(wire, -1)
        if wire == BYTES:
            length = _varint(stream)
        end = stream.tell() + length
        if number == 0 or length < 0 or end > size:
            raise MalformedError
        yield number, wire, length
        stream.seek(end)


def _varint(stream: BinaryIO) -> int:
    """Return an integer stored as seven bits per byte, the lowest first."""
    value = 0
    for shift in range(0, 70, 7):
        byte = _take(stream, 1)[0]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
    raise MalformedError


def _take(stream: BinaryIO, length: int) -> bytes:
    data = stream.read(length)
    if len(data) != length:
        raise MalformedError
    return data
