"""The documentation: its build, the notebook, and the code on its pages."""

import doctest
import re
from importlib import import_module
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

import fcfi
from docs.extensions import docstrings, notebook, offline

ROOT = Path(__file__).parent.parent

PLAIN = """Return the mask of an object.

clicks: all of them, in order;
    the last click is the new one.
previous, zoom: as `predict` takes them (*never* None).
Raises InputError for a click outside.

    mask = answer(clicks)

- one | two
- three
"""


def test_a_docstring_falls_into_text_fields_and_examples() -> None:
    parts = docstrings.parse(PLAIN, {"clicks", "previous", "zoom"})
    assert parts.fields == {
        "clicks": "all of them, in order; the last click is the new one.",
        "previous, zoom": "as `predict` takes them (*never* None).",
    }
    assert parts.blocks == [
        "Return the mask of an object.",
        "Raises InputError for a click outside.",
        "\nmask = answer(clicks)",
        "- one | two",
        "- three",
    ]


def test_a_line_that_names_no_argument_is_text() -> None:
    parts = docstrings.parse("Convention: x right, y down.\nclicks: all.", {"clicks"})
    assert parts.blocks == ["Convention: x right, y down."]
    assert parts.fields == {"clicks": "all."}


def test_docstrings_become_restructured_text_that_means_the_same() -> None:
    lines = docstrings.to_rst(docstrings.parse(PLAIN, {"clicks", "previous", "zoom"}))
    text = "\n".join(lines)
    assert "::\n\n    mask = answer(clicks)\n" in text
    assert "\n- one \\| two\n- three\n" in text
    assert "- ``previous``, ``zoom``: as ``predict`` takes them (\\*never\\* None)." in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a `b` c", "a ``b`` c"),
        ("`b`s and x`b`", "``b``\\ s and x\\ ``b``"),
        ("NAME_ and 2 * 3", "NAME\\_ and 2 \\* 3"),
    ],
)
def test_only_text_between_backticks_is_code(text: str, expected: str) -> None:
    assert docstrings.inline(text) == expected


@pytest.mark.parametrize(
    ("text", "suffix", "found"),
    [
        ('<script src="https://cdn.example/x.js"></script>', ".html", 1),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', ".html", 1),
        ('<link href="https://fonts.example" rel="preconnect">', ".html", 1),
        ('<img alt="a" src="http://badges.example/a.svg">', ".html", 1),
        ('<a href="https://cocodataset.org">COCO</a> <img src="../a.png">', ".html", 0),
        ("@import url(https://fonts.example/a.css);", ".css", 1),
        ("a { background: url(data:image/png;base64,aaaa) }", ".css", 0),
    ],
)
def test_what_a_page_loads_from_other_hosts_is_found(text: str, suffix: str, found: int) -> None:
    assert len(offline.requests_of(text, suffix)) == found


def test_the_notebook_is_the_tutorial() -> None:
    stored = nbformat.read(notebook.NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    made = notebook.cells(notebook.PAGE.read_text(encoding="utf-8"))
    assert stored == made, "run python docs/extensions/notebook.py"


def test_links_of_the_notebook_lead_to_files() -> None:
    text = notebook.NOTEBOOK.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)\)", text):
        assert (notebook.NOTEBOOK.parent / target).exists(), target


@pytest.mark.slow
def test_the_notebook_runs() -> None:
    """Its cells run in the folder of the notebook, in a process of their own."""
    book = nbformat.read(notebook.NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(
        book, timeout=300, resources={"metadata": {"path": notebook.NOTEBOOK.parent}}
    ).execute()
    printed = "".join(
        output.get("text", "")
        for cell in book.cells
        if cell.cell_type == "code"
        for output in cell.outputs
    )
    assert "(400, 600) bool" in printed
    assert "is outside the picture of 600 x 400 pixels" in printed


def modules_with_examples() -> list[str]:
    """Return the names of the modules with examples in docstrings."""
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((ROOT / "fcfi").rglob("*.py"))
        if ">>> " in path.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("name", sorted(set(fcfi.__all__) - {"__version__"}))
def test_every_public_name_has_an_example(name: str) -> None:
    assert ">>> " in getattr(fcfi, name).__doc__


@pytest.mark.slow
@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_in_docstrings_are_right(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    results = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.slow
def test_the_python_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert blocks
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert names["mask"].sum() > 1000  # type: ignore[attr-defined]


def test_pages_install_what_their_commands_need() -> None:
    installed = {}
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        for line in re.findall(r"pip install .*", page.read_text("utf-8")):
            # The package is in no index under its name, which may become somebody else's.
            assert not re.search(r"install (-\S+ )*['\"]?fcfi\b", line), (page, line)
            if "[train" in line:
                installed[page.name] = line
    # Without -e the weights that `fcfi train --from NAME` begins from are not installed.
    assert "train-and-evaluate.md" in installed
    assert all(line.startswith("pip install -e ") for line in installed.values()), installed
