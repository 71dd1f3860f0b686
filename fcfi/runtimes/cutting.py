"""An ONNX file cut in two, without any library: what needs the picture alone, and what needs the click.

The parts are ONNX files of their own, in memory, which any runtime loads.  A part is made of the
nodes that its outputs follow from, with their constants; where the cut goes the file holds names
and shapes (`value_info`).
Source: onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from fcfi.errors import NetworkError
from fcfi.runtimes.metadata import BYTES, GRAPH, METADATA, MalformedError, fields

NODE, GRAPH_NAME, CONSTANT, INPUT, OUTPUT, VALUE = 1, 2, 5, 11, 12, 13
"""Numbers of the fields of GraphProto.  Constants are what it calls initializers, values are tensors' shapes."""
TAKES, GIVES = 1, 2
"""Numbers of the fields of NodeProto that name what it takes in and gives."""
CONSTANT_NAME, VALUE_NAME = 8, 1
"""Numbers of the fields of TensorProto and of ValueInfoProto."""


@dataclass(frozen=True)
class _Node:
    """An operation: its bytes, and the names of what it takes in and gives."""

    content: bytes
    takes: frozenset[str]
    gives: frozenset[str]


@dataclass(frozen=True)
class _Graph:
    """A graph by name, in the file's order; every node stands behind those that it takes from."""

    nodes: tuple[_Node, ...]
    constants: dict[str, bytes]
    inputs: dict[str, bytes]
    outputs: dict[str, bytes]
    values: dict[str, bytes]


def cut(path: Path, first: Sequence[str], between: Sequence[str]) -> tuple[bytes, bytes]:
    """Two files: from the inputs `first` to the values `between`, and from those and the other inputs to the outputs.

    Raises NetworkError if the file cannot be cut there.
    """
    try:
        pieces = tuple(_pieces(path.read_bytes()))
        graph = _read(next(content for number, _, content in pieces if number == GRAPH))
    except (MalformedError, ValueError, OSError) as error:
        raise NetworkError(
            f"{path} is damaged or cannot be read: copy or export it again"
        ) from error
    frame = b"".join(raw for number, raw, _ in pieces if number not in (GRAPH, METADATA))
    if not graph.values.keys() >= set(between):
        raise NetworkError(
            f"{path} says that it can be cut at {', '.join(between)}, and its graph has no such values: export it again"
        )
    middle = {name: graph.values[name] for name in between}
    before = {name: content for name, content in graph.inputs.items() if name in first}
    after = {name: content for name, content in graph.inputs.items() if name not in first}
    parts = _part(graph, before, middle), _part(graph, middle | after, graph.outputs)
    if None in parts:
        raise NetworkError(
            f"{path} cannot be cut at {', '.join(between)}: export it again with this version of fcfi"
        )
    encode, click = (frame + _field(GRAPH, part or b"") for part in parts)
    return encode, click


def _part(graph: _Graph, inputs: dict[str, bytes], outputs: dict[str, bytes]) -> bytes | None:
    """The graph between these values, or None if more than these inputs is needed."""
    needed, nodes = set(outputs), []
    for node in reversed(graph.nodes):
        if node.gives & (needed - inputs.keys()):
            nodes.append(node)
            needed |= node.takes
    made = {name for node in nodes for name in node.gives}
    constants = [content for name, content in graph.constants.items() if name in needed]
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
            nodes.append(_Node(content, _texts(content, TAKES), _texts(content, GIVES)))
        elif number in named:
            (name,) = _texts(content, CONSTANT_NAME if number == CONSTANT else VALUE_NAME)
            named[number][name] = content
    return _Graph(tuple(nodes), named[CONSTANT], named[INPUT], named[OUTPUT], named[VALUE])


def _texts(data: bytes, wanted: int) -> frozenset[str]:
    """The texts in the fields of one number."""
    return frozenset(content.decode() for number, _, content in _pieces(data) if number == wanted)


def _pieces(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Number, all bytes and content of each field of a message."""
    stream, start = BytesIO(data), 0
    for number, _, length in fields(stream, len(data)):
        content = stream.tell()
        yield number, data[start : content + length], data[content : content + length]
        start = content + length


def _fields(number: int, contents: Iterable[bytes]) -> bytes:
    return b"".join(_field(number, content) for content in contents)


def _field(number: int, content: bytes) -> bytes:
    """A field with a length."""
    return _varint(number << 3 | BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    """A whole number of seven bits a byte, the lowest first."""
    data = bytearray()
    while value > 0x7F:
        data.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*data, value))
