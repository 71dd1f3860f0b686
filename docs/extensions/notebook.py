"""Writing the tutorial "Use in Python" as a notebook, cell by cell.

    python docs/extensions/notebook.py

A test checks that the notebook matches the page, and runs it.
"""

import re
from pathlib import Path
from typing import Final

import nbformat

ROOT: Final = Path(__file__).parent.parent.parent
PAGE: Final = ROOT / "docs" / "tutorials" / "use-in-python.md"
NOTEBOOK: Final = ROOT / "examples" / "use-in-python.ipynb"
CODE: Final = re.compile(r"```python\n(.*?)\n```\n", re.DOTALL)


def cells(page: str) -> nbformat.NotebookNode:
    """Return the notebook of a page, with a cell for each Python block and the text between."""
    made: list[nbformat.NotebookNode] = []
    # Splitting by a pattern with one group yields text and code alternately.
    for number, part in enumerate(CODE.split(page)):
        source = part.strip()
        if not source:
            continue
        if number % 2:
            cell = nbformat.v4.new_code_cell(source)
        else:
            cell = nbformat.v4.new_markdown_cell(moved(source))
        # Numbered ids instead of random ones, so that the same page gets the same file.
        cell["id"] = f"cell-{len(made)}"
        made.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})


def moved(text: str) -> str:
    """Return text with its links changed from the page's folder to the notebook's."""
    text = text.replace("](../../examples/", "](")
    return re.sub(r"\]\(\.\./(?!\.)", "](../docs/", text)


def main() -> None:
    """Write the notebook."""
    nbformat.write(cells(PAGE.read_text(encoding="utf-8")), NOTEBOOK)
    print(f"{NOTEBOOK.relative_to(ROOT)}: written")


if __name__ == "__main__":
    main()
