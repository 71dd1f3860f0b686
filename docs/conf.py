"""Settings of the documentation site (`make docs`): Sphinx, the theme Furo, pages in Markdown."""

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS.parent), str(DOCS / "extensions")]

import fcfi  # noqa: E402, found by the line above

project = "fcfi"
author = "The fcfi contributors"
copyright = author  # noqa: A001, Sphinx reads this name
version = release = fcfi.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "docstrings",
    "generated",
    "offline",
]
exclude_patterns = ["extensions"]
needs_sphinx = "8.0"

# Markdown: headings can be linked to, and pages link to each other as they do in the repository.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
# Files outside docs/ (recipes, tests) are mentioned, but not copied into the site.
suppress_warnings = ["myst.header"]

# API: signatures show types, and members are in the order of the source.
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
python_maximum_signature_line_length = 88
add_module_names = False
default_role = "code"

# The site loads nothing from other hosts: Furo uses the fonts of the reader's system, and all
# scripts and styles are stored with the pages.
html_theme = "furo"
html_title = f"fcfi {version}"
html_static_path: list[str] = ["static"]
html_css_files = ["fcfi.css"]
html_favicon = "../fcfi/server/static/icon.svg"
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "sidebar_hide_name": False,
    "navigation_with_keys": True,
}
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
