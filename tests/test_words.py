"""The words of the project (docs/reference/glossary.md): banned ones, and those with a limit.

Identifiers are counted in the tokens of Python files, and phrases in the text of code and
documents, also across line ends.
"""

import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# The largest number of times that an identifier may stand in the Python files of a folder.
IDENTIFIERS = {
    "one": 0,
    "place": 2,
    "told": 0,
    "came": 0,
}
FOLDERS = ("fcfi", "tests", "benchmarks", "integrations")
# The largest number of times that a phrase may stand in the code and the documents.
PHRASES = {
    r"(\b|_)[Tt]old(\b|_)": 0,
    "[Ww]ish": 0,
    "[Ww]hoever": 0,
    "[Ww]hat came of": 0,
    r"\bg(one|oes|o|oing) on with\b|\bgone on\b": 0,
    r"\bis (no(?! longer)|none)\b": 10,
    r"\bgives\b": 5,
    r"\b[Mm]end(s|ed|ing)?\b": 0,
}
# Comments for 100 lines of code in fcfi/, at least.
COMMENTS = 2.5
COLUMNS = 100
# Lines of Python that may be wider.
WIDE = 0

# Words with which no docstring begins: a description starts with the noun that it describes.
OPENINGS = r"What|How|Where|When|Which|Whose|Those|Of"

GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"
"""The only file that may name the words to avoid."""
SCHEMA = ROOT / "web" / "src" / "api" / "schema.d.ts"
"""Generated from the server's schemas, whose words are counted in their own files."""


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def prose_files() -> list[Path]:
    """Return all text files: code, documents, recipes and the page."""
    kinds = {
        "fcfi": "*.py",
        "benchmarks": "*.py",
        "tests": "*.py",
        "integrations": "*.py",
        "recipes": "*.toml",
        "docs": "**/*.md",
        "examples": "**/*.md",
        ".": "*.md",
    }
    found = chain.from_iterable(
        (ROOT / folder).rglob(pattern) if folder != "." else ROOT.glob(pattern)
        for folder, pattern in kinds.items()
    )
    page = chain.from_iterable((ROOT / "web" / folder).rglob("*") for folder in ("src", "e2e"))
    written = (path for path in page if path.suffix in {".ts", ".svelte"})
    return sorted({*found, *written} - {GLOSSARY, SCHEMA, Path(__file__)})


@cache
def tokens_of(path: Path) -> tuple[tokenize.TokenInfo, ...]:
    return tuple(tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline))


@cache
def flowing_text(path: Path) -> str:
    """Return the text of a file with its lines joined, without comment markers."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return " ".join(re.sub(r"^\s*(#|//|\*|<!--)?\s*", "", line) for line in lines)


def places_of(phrase: str) -> Iterator[str]:
    for path in prose_files():
        for match in re.finditer(phrase, flowing_text(path)):
            around = flowing_text(path)[max(0, match.start() - 30) : match.end() + 30]
            yield f"{path.relative_to(ROOT)}: ...{around}..."


def width(line: str) -> int:
    """Return the columns of a line without a pragma at its end, as in ruff's E501."""
    return len(re.sub(r"\s*# (type: ignore|noqa)\b.*$", "", line))


def is_comment(token: tokenize.TokenInfo) -> bool:
    """Return whether a token is a real comment, neither a pragma nor a ruler."""
    if token.type != tokenize.COMMENT:
        return False
    return not re.match(r"#\s*(noqa|type:|pragma|fmt:|──|!|:)", token.string)


def lines_of_code(path: Path) -> int:
    """Return the number of lines with a token other than a comment or docstring."""
    empty = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    lines: set[int] = set()
    before = tokenize.NEWLINE
    for token in tokens_of(path):
        starts_statement = before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
        docstring = token.type == tokenize.STRING and starts_statement
        if token.type not in empty and not docstring:
            lines.update(range(token.start[0], token.end[0] + 1))
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            before = token.type
    return len(lines)


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("name", IDENTIFIERS)
def test_identifiers_bear_the_noun_of_what_they_hold(name: str, folder: str) -> None:
    counts = Counter(
        str(path.relative_to(ROOT))
        for path in python_files(folder)
        for token in tokens_of(path)
        if token.type == tokenize.NAME and token.string == name
    )
    assert counts.total() <= IDENTIFIERS[name], counts.most_common()


@pytest.mark.parametrize("phrase", PHRASES)
def test_phrases_are_plain_english(phrase: str) -> None:
    found = list(places_of(phrase))
    assert len(found) <= PHRASES[phrase], "\n".join(found)


def test_docstrings_begin_with_the_noun_or_verb_of_what_they_describe() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{token.start[0]}: {token.string[:60]}"
        for path in python_files("fcfi", "tests", "benchmarks", "examples", "tools")
        for token in tokens_of(path)
        if token.type == tokenize.STRING and re.match(rf'"""({OPENINGS})\b', token.string)
    ]
    assert not found, "\n".join(found)


def test_comments_say_why() -> None:
    comments = 0
    code = 0
    for path in python_files("fcfi"):
        comments += sum(is_comment(token) for token in tokens_of(path))
        code += lines_of_code(path)
    assert comments >= COMMENTS * code / 100, f"{comments} comments in {code} lines of code"


def test_no_line_is_wider_than_the_screen() -> None:
    wide = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in python_files("fcfi", "tests", "benchmarks", "examples", "tools")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if width(line) > COLUMNS
    ]
    assert len(wide) <= WIDE, wide
