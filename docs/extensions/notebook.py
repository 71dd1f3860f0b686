"""Write the tutorial "Use in Python" as a notebook, cell for cell.

    python docs/extensions/notebook.py

A test holds that the notebook is the page, and runs it.
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
    """Return the notebook of a page: a cell for each block of Python and for the text between."""
    made: list[nbformat.NotebookNode] = []
    # Splitting by a pattern with one group yields text and code in turn.
    for number, part in enumerate(CODE.split(page)):
        source = part.strip()
        if not source:
            continue
        if number % 2:
            cell = nbformat.v4.new_code_cell(source)
        else:
            cell = nbformat.v4.new_markdown_cell(moved(source))
        # The same page makes the same file: ids by number instead of by chance.
        cell["id"] = f"cell-{len(made)}"
        made.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": kernel})


def moved(text: str) -> str:
    """Return text whose links, made for the folder of the page, lead from that of the notebook."""
    text = text.replace("](../../examples/", "](")
    return re.sub(r"\]\(\.\./(?!\.)", "](../docs/", text)


def main() -> None:
    """Write the notebook."""
    nbformat.write(cells(PAGE.read_text(encoding="utf-8")), NOTEBOOK)
    print(f"{NOTEBOOK.relative_to(ROOT)}: written")


if __name__ == "__main__":
    main()
