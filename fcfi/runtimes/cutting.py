"""Cutting an ONNX file in two without any library: one part for the image, one for the click.

The parts are complete ONNX files in memory, which any runtime loads.  A part has the nodes that its
outputs depend on, with their constants; the file holds the names and shapes of the values between
the parts (`value_info`).
Source: onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from fcfi.errors import NetworkError
from fcfi.runtimes.metadata import BYTES, GRAPH, METADATA, MalformedError, fields

NODE, GRAPH_NAME, CONSTANT, INPUT, OUTPUT, VALUE = 1, 2, 5, 11, 12, 13
"""Field numbers of GraphProto; initializers are called constants here, and value_info values."""
NODE_INPUT, NODE_OUTPUT = 1, 2
"""Field numbers of NodeProto for the names of its inputs and outputs."""
CONSTANT_NAME, VALUE_NAME = 8, 1
"""Field numbers of the names in TensorProto and ValueInfoProto."""


@dataclass(frozen=True)
class _Node:
    """An operation: its bytes, and the names of its inputs and outputs."""

    content: bytes
    inputs: frozenset[str]
    outputs: frozenset[str]


@dataclass(frozen=True)
class _Graph:
    """The parts of a graph by name, in file order; every node comes after those it depends on."""

    nodes: tuple[_Node, ...]
    constants: dict[str, bytes]
    inputs: dict[str, bytes]
    outputs: dict[str, bytes]
    values: dict[str, bytes]


def cut(path: Path, first: Sequence[str], between: Sequence[str]) -> tuple[bytes, bytes]:
    """Return two files: from the inputs `first` to the values `between`, and from there on.

    The second file takes the values `between` and the other inputs, and returns the outputs.

    Raises NetworkError if the file cannot be cut there.
    """
    try:
        pieces = tuple(_pieces(path.read_bytes()))
        graph = _read(next(content for number, _, content in pieces if number == GRAPH))
    except (MalformedError, ValueError, OSError) as error:
        raise NetworkError(
            f"{path} is damaged or cannot be read: copy or export it again"
        ) from error
    # Both parts keep the rest of the file (versions, operator sets) but not its metadata, which
    # holds the sha256 of the whole graph.
    frame = b"".join(raw for number, raw, _ in pieces if number not in (GRAPH, METADATA))
    if not graph.values.keys() >= set(between):
        raise NetworkError(
            f"{path} says that it can be cut at {', '.join(between)}, and its graph has no such "
            "values: export it again"
        )
    middle = {name: graph.values[name] for name in between}
    before = {name: content for name, content in graph.inputs.items() if name in first}
    after = {name: content for name, content in graph.inputs.items() if name not in first}
    parts = _part(graph, before, middle), _part(graph, middle | after, graph.outputs)
    if None in parts:
        raise NetworkError(
            f"{path} cannot be cut at {', '.join(between)}: "
            "export it again with this version of fcfi"
        )
    encode, click = (frame + _field(GRAPH, part or b"") for part in parts)
    return encode, click


def _part(graph: _Graph, inputs: dict[str, bytes], outputs: dict[str, bytes]) -> bytes | None:
    """Return the graph between these values, or None if it needs other inputs as well."""
    needed, nodes = set(outputs), []
    # Backwards: each node comes after those it depends on, so that one pass finds all of them.
    for node in reversed(graph.nodes):
        if node.outputs & (needed - inputs.keys()):
            nodes.append(node)
            needed |= node.inputs
    made = {name for node in nodes for name in node.outputs}
    constants = [content for name, content in graph.constants.items() if name in needed]
    # An empty name is an optional input that is not used.
    if needed - made - inputs.keys() - graph.constants.keys() - {""}:
        return None
    return (
        _fields(NODE, (node.content for node in reversed(nodes)))
        + _field(GRAPH_NAME, b"part")
        + _fields(CONSTANT, constants)
        + _fields(INPUT, inputs.values())
        + _fields(OUTPUT, outputs.values())
    )


def _read(data: bytes) -> _Graph:
    nodes: list[_Node] = []
    named: dict[int, dict[str, bytes]] = {CONSTANT: {}, INPUT: {}, OUTPUT: {}, VALUE: {}}
    for number, _, content in _pieces(data):
        if number == NODE:
            nodes.append(_Node(content, _texts(content, NODE_INPUT), _texts(content, NODE_OUTPUT)))
        elif number in named:
            (name,) = _texts(content, CONSTANT_NAME if number == CONSTANT else VALUE_NAME)
            named[number][name] = content
    return _Graph(tuple(nodes), named[CONSTANT], named[INPUT], named[OUTPUT], named[VALUE])


def _texts(data: bytes, field: int) -> frozenset[str]:
    """Return the texts in all fields with one number."""
    return frozenset(content.decode() for number, _, content in _pieces(data) if number == field)


def _pieces(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield the number, all bytes and the content of each field of a message."""
    stream, start = BytesIO(data), 0
    for number, _, length in fields(stream, len(data)):
        content = stream.tell()
        yield number, data[start : content + length], data[content : content + length]
        start = content + length


def _fields(number: int, contents: Iterable[bytes]) -> bytes:
    return b"".join(_field(number, content) for content in contents)


def _field(number: int, content: bytes) -> bytes:
    """Return the bytes of a length-delimited field."""
    return _varint(number << 3 | BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """Return an integer as seven bits per byte, the lowest first."""
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*data, value))
