"""Damaging bytes, text and JSON with one random generator, so that it can be repeated."""

import json
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import suppress
from random import Random
from typing import Any, Final

NUMBERS: Final = (
    *("0", "-1", "1", "nan", "inf", "-inf", "1e308", "1e-320", "0.5", "255", "256", "65536"),
    *("2147483648", "-2147483649", "9223372036854775808", "1e999", "0x7f", "1_0", "٣"),
    *("9" * 30, "9" * 400, "9" * 5000),
)
"""Texts where a number is expected."""
TEXTS: Final = (
    *(
        "",
        "\0",
        "\u2028",
        "\x85",
        "\ufeff",
        "\\ud83d",
        "..",
        "../../x",
        "/",
        "\\",
        "C:\\x",
        "%2e%2e",
    ),
    *(
        "[" * 3000,
        "{" * 3000,
        "a." * 3000,
        "&a;",
        "<!DOCTYPE a>",
        "'",
        '"',
        "\n" * 2000,
        " " * 5000,
    ),
    *(
        "x" * 70_000,
        "\u0130",
        "\u0131",
        "\U0001f600",
        "e\u0301",
        "null",
        "true",
        "[]",
        "{}",
        "#",
        ":",
        "- ",
    ),
)
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, -1, 0, 1, 2, 255, 10**9, 2**63, -(2**63) - 1, 10**30, 10**4999),
    *(float("nan"), float("inf"), 1e308, 5e-324, "", "x", "\ud83d", "a\u2028b", "x" * 10_000, "1"),
    *(
        [],
        [[]],
        {},
        [None],
        [[1, 2]],
        [10**30],
        {"a": 1},
        [[[0, 0, 9, 9]]],
        "o" * 5000,
        [1e300] * 6,
    ),
)
"""Values that JSON may hold where something else is expected."""
INTEGERS: Final = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
LARGE: Final = 1_000_000
"""Bytes from which nothing is repeated: what is looked for is much work from little input."""
DEEP: Final = 30
"""Lists in lists down to which a value is chosen."""
PNG: Final = b"\x89PNG\r\n\x1a\n"


def damaged(name: str, data: bytes, random: Random) -> bytes:
    """Return a file with one to four faults of kinds that suit its suffix."""
    ending = name.rpartition(".")[2].lower()
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        ways = [_bytes]
        if ending in ("json", "jsonl", "xml", "yaml", "txt", "toml", "csv"):
            ways = [_text, _text, _bytes]
        if ending == "json":
            ways += [_json] * 4
        if ending == "png":
            ways += [_png] * 2
        if ending == "safetensors":
            ways = [_safetensors, _safetensors, _bytes]
        data = random.choice(ways)(data, random)
        if len(data) > LARGE:
            break
    return data


def damaged_json(document: Any, random: Random) -> Any:
    """Return a JSON document with changed, missing or additional values."""
    for _ in range(random.choice((1, 1, 2, 4))):
        path = random.choice(list(_paths(document)))
        document = _changed(document, path, random)
    return document


def text_of(document: Any) -> bytes:
    """Return a document as JSON, with numbers of any length and lone surrogates."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return json.dumps(document).encode()
    except RecursionError:
        return b"[" * 5000
    finally:
        sys.set_int_max_str_digits(limit)


def _paths(document: Any, depth: int = 0) -> Iterator[tuple[Any, ...]]:
    yield ()
    if isinstance(document, dict | list) and depth < DEEP:
        items = document.items() if isinstance(document, dict) else enumerate(document[:50])
        for key, value in items:
            yield from ((key, *path) for path in _paths(value, depth + 1))


def _changed(document: Any, path: tuple[Any, ...], random: Random) -> Any:
    if path:
        copy = dict(document) if isinstance(document, dict) else list(document)
        if len(path) == 1 and random.random() < 0.2:
            del copy[path[0]]
        else:
            copy[path[0]] = _changed(document[path[0]], path[1:], random)
        return copy
    if isinstance(document, list) and document and random.random() < 0.3:
        most = LARGE // (len(text_of(document)) + 1) + 1
        return document * min(most, random.choice((2, 50, 2000)))
    if isinstance(document, int | float) and random.random() < 0.5:
        factor, added = random.choice((-1, 0.5, 1000, 10**9)), random.choice((0, 1, -1, 0.5))
        with suppress(OverflowError):  # a number that was made huge before, and has no half
            return document * factor + added
        return -document
    if isinstance(document, str) and random.random() < 0.5:
        return _text(document.encode("utf-8", "surrogatepass"), random).decode("utf-8", "replace")
    value = random.choice(VALUES)
    for _ in range(random.choice((0, 0, 0, 1, 500))):
        value = [value]
    return value


def _json(data: bytes, random: Random) -> bytes:
    try:
        return text_of(damaged_json(json.loads(data), random))
    except (ValueError, RecursionError):  # damaged before
        return _text(data, random)


def _text(data: bytes, random: Random) -> bytes:
    """Replace, repeat or insert words and lines, or change the encoding."""
    text = data.decode("utf-8", "surrogateescape")
    lines = text.split("\n")
    at = random.randrange(len(lines))
    words = lines[at].split(" ")
    word = random.randrange(len(words))
    way = random.randrange(7)
    if way == 0:
        digits = [i for i, sign in enumerate(text) if sign.isdigit()]
        start = random.choice(digits) if digits else 0
        end = start
        while end < len(text) and (text[end].isdigit() or text[end] == "."):
            end += 1
        text = text[:start] + random.choice(NUMBERS) + text[end:]
    elif way == 1:
        words[word] = random.choice((*NUMBERS, *TEXTS))
    elif way == 2:
        words.insert(word, random.choice((*NUMBERS, *TEXTS)))
    elif way == 3:
        most = LARGE // (len(lines[at]) + 1) + 1
        lines[at] = "\n".join([lines[at]] * min(most, random.choice((0, 2, 3000))))
        words = [lines[at]]
    elif way == 4:
        position = random.randrange(len(text) + 1)
        text = text[:position] + random.choice(TEXTS) + text[position:]
    elif way == 5:
        encoding = random.choice(("utf-16", "utf-16-le", "utf-8-sig", "utf-32"))
        return text.encode(encoding, "replace")
    else:
        other = random.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
        words = [lines[at]]
    if way in (1, 2, 3, 6):
        lines[at] = " ".join(words)
        text = "\n".join(lines)
    return text.encode("utf-8", "surrogatepass" if "\ud83d" in text else "surrogateescape")


def _bytes(data: bytes, random: Random) -> bytes:
    """Flip, overwrite, cut, repeat or insert bytes."""
    found = bytearray(data)
    size = len(found)
    at = random.randrange(size + 1)
    # Most of what decides is at the beginning.
    at = at if random.random() < 0.5 else at % 300
    length = random.choice((1, 2, 4, 16, 200, size // 4 + 1))
    way = random.randrange(7)
    if way == 0:
        for _ in range(random.choice((1, 3, 20))):
            if size:
                found[random.randrange(size)] ^= 1 << random.randrange(8)
    elif way == 1:
        order = random.choice("<>")
        packed = struct.pack(f"{order}I", random.choice(INTEGERS))
        found[at : at + 4] = packed[: random.choice((1, 2, 4))]
    elif way == 2:
        del found[at:]
    elif way == 3:
        del found[at : at + length]
    elif way == 4:
        found[at:at] = found[at : at + length] * random.choice((1, 3))
    elif way == 5:
        found[at:at] = random.randbytes(length % 5000)
    else:
        found[at : at + length] = random.choice((b"\0", b"\xff", b"o", b"9")) * (length % 100_000)
    return bytes(found)


def _png(data: bytes, random: Random) -> bytes:
    """Damage one chunk of a PNG file and correct its checksum."""
    chunks = list(_chunks(data))
    if not chunks:
        return _bytes(data, random)
    number = random.randrange(len(chunks))
    kind, content = chunks[number]
    if kind == b"IHDR" and len(content) == 13 and random.random() < 0.7:
        width, height, *rest = struct.unpack(">IIBBBBB", content)
        sides = (0, 1, width, height, 4000, 30_000, 100_000, 2_000_000, 0x7FFFFFFF)
        bits = (rest[0], rest[0], 1, 2, 4, 8, 16, 3)
        colour = (rest[1], rest[1], 0, 2, 3, 4, 6, 5)
        head = (random.choice(sides), random.choice(sides), random.choice(bits))
        content = struct.pack(">IIBBBBB", *head, random.choice(colour), *rest[2:])
    elif kind == b"IDAT" and random.random() < 0.5:
        content = zlib.compress(b"\0" * random.choice((0, 100, 10**6, 3 * 10**7)))
    elif random.random() < 0.3:
        kind = random.choice(
            (b"IDAT", b"PLTE", b"tRNS", b"eXIf", b"iCCP", b"zTXt", b"acTL", b"gAMA")
        )
    else:
        content = _bytes(content, random)
    chunks[number : number + 1] = [(kind, content)] * random.choice((0, 1, 1, 1, 1, 2))
    return PNG + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = len(PNG) if data.startswith(PNG) else len(data)
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4])
        yield data[position + 4 : position + 8], data[position + 8 : position + 8 + length]
        position += 12 + length


def _chunk(kind: bytes, content: bytes) -> bytes:
    body = kind + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def _safetensors(data: bytes, random: Random) -> bytes:
    """Damage the description of the tensors and correct its length."""
    length = int.from_bytes(data[:8], "little")
    head = _json(data[8 : 8 + length], random)
    return len(head).to_bytes(8, "little") + head + data[8 + length :]
