"""Converting the package's docstrings to reStructuredText for Sphinx's autodoc.

They are written as plain text: paragraphs, `code` between backticks, lines `name: what it is` for
arguments and fields, sentences that begin with Raises, Convention or Source, indented examples.
"""

import inspect
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from textwrap import dedent
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SENTENCES = re.compile(r"(Raises|Convention:|Source:|Returns)\b")
"""Words that start a new paragraph, also in the middle of one."""
FIELD = re.compile(r"(\w+(?:, \w+)*):\s+(.*)")
ARRAY = re.compile(
    r"~?(?:numpy\.)?ndarray\[~?tuple\[~?(?:typing\.)?Any, \.\.\.\], "
    r"~?(?:numpy\.)?dtype\[~?(?:numpy\.)?(\w+)\]\]"
)
BULLET = re.compile(r"(- |\d+\. )")


@dataclass
class Docstring:
    """The parts of a docstring: Markdown-like blocks, and a description of each name."""

    blocks: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


def parse(text: str, names: Iterable[str] = ()) -> Docstring:
    """Return the parts of a docstring; `names` are the names of arguments and fields."""
    known = set(names)
    parts = Docstring()
    # The function that takes the next line of text.
    current: Callable[[str], None] | None = None

    def begin_field(label: str, first: str) -> Callable[[str], None]:
        parts.fields[label] = first

        def add(line: str) -> None:
            parts.fields[label] += f" {line}"

        return add

    def begin_block(first: str) -> Callable[[str], None]:
        parts.blocks.append(first)
        number = len(parts.blocks) - 1

        def add(line: str) -> None:
            parts.blocks[number] += f" {line}"

        return add

    lines = iter(inspect.cleandoc(text).splitlines())
    paragraph_ended = True
    for line in lines:
        stripped = line.strip()
        if not stripped:
            current, paragraph_ended = None, True
            continue
        indented = line.startswith("    ")
        if paragraph_ended and (indented or stripped.startswith(">>>")):
            # An example: everything to the next empty line, unchanged.
            example = [line]
            for following in lines:
                if not following.strip():
                    break
                example.append(following)
            parts.blocks.append("\n".join(["", *dedent("\n".join(example)).splitlines()]))
            continue
        paragraph_ended = False
        match = FIELD.match(stripped)
        if match and not indented and set(match[1].split(", ")) <= known:
            current = begin_field(match[1], match[2])
        elif current is None or SENTENCES.match(stripped) or BULLET.match(stripped):
            current = begin_block(stripped)
        else:
            current(stripped)
    return parts


def to_rst(parts: Docstring) -> list[str]:
    """Return the lines of a docstring as reStructuredText."""
    lines: list[str] = []
    bullets = False
    for block in parts.blocks:
        if block.startswith("\n"):
            body = block.strip("\n").splitlines()
            if body[0].startswith(">>>"):
                lines += ["", *body, ""]
            else:
                lines += ["", "::", "", *(f"    {line}" for line in body), ""]
            continue
        is_bullet = bool(BULLET.match(block))
        if not (bullets and is_bullet):
            lines.append("")
        bullets = is_bullet
        mark = BULLET.match(block)
        lines.append(mark[1] + inline(block[mark.end() :]) if mark else inline(block))
    if parts.fields:
        lines.append("")
        for label, text in parts.fields.items():
            names = ", ".join(f"``{name}``" for name in label.split(", "))
            lines.append(f"- {names}: {inline(text)}")
    return [*lines, ""]


def inline(text: str) -> str:
    """Return text with its `code` as literals and all other characters escaped."""
    pieces = re.split(r"`([^`]+)`", text)
    plain = [re.sub(r"([\\*|_`])", r"\\\1", piece) for piece in pieces[::2]]
    code = [f"``{piece}``" for piece in pieces[1::2]]
    together = [plain[0]]
    for literal, after in zip(code, plain[1:], strict=True):
        # A literal must not touch a letter; the escaped space leaves no gap.
        before = "\\ " if together[-1][-1:].isalnum() else ""
        gap = "\\ " if after[:1].isalnum() else ""
        together.append(f"{before}{literal}{gap}{after}")
    return "".join(together)


def names_of(thing: Any) -> set[str]:
    """Return the names that the docstring of a function or class can describe."""
    names = set(getattr(thing, "__annotations__", {}))
    # Some built-in objects have no signature.
    with suppress(TypeError, ValueError):
        names |= set(inspect.signature(thing).parameters)
    return names


def convert(
    app: "Sphinx", what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Rewrite the lines of one docstring in place, before Sphinx parses them."""
    lines[:] = to_rst(parse("\n".join(lines), names_of(thing)))


def shorten_arrays(
    app: "Sphinx", what: str, name: str, thing: Any, options: Any, signature: str, result: str
) -> tuple[str, str] | None:
    """Return a signature whose arrays read NDArray[uint8], as the source writes them."""
    if not signature:
        return None
    return ARRAY.sub(r"NDArray[\1]", signature), ARRAY.sub(r"NDArray[\1]", result or "")


def setup(app: "Sphinx") -> dict[str, bool]:
    """Connect to autodoc."""
    app.connect("autodoc-process-docstring", convert)
    app.connect("autodoc-process-signature", shorten_arrays)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
