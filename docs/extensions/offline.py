"""Refusing a built site that loads anything from another host."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio)\b[^>]*?\ssrc=["'](?:https?:)?//[^"']+"""
    r"""|<link\b(?=[^>]*?rel=["'](?:stylesheet|preload|icon|preconnect|dns-prefetch))"""
    r"""[^>]*?href=["'](?:https?:)?//[^"']+""",
    re.IGNORECASE,
)
IMPORTED = re.compile(r"""(?:@import\s+|url\()\s*["']?(?:https?:)?//[^"')]+""", re.IGNORECASE)


def requests_of(text: str, suffix: str) -> list[str]:
    """Return the addresses that a page or style sheet loads from other hosts, except links."""
    pattern = IMPORTED if suffix == ".css" else LOADED
    return pattern.findall(text)


def check(app: "Sphinx", exception: Exception | None) -> None:
    """Raise ExtensionError, which fails the build, if a file of the site loads from other hosts."""
    if exception is not None or app.builder.format != "html":
        return
    found = [
        f"{path.relative_to(app.outdir)}: {request}"
        for path in sorted(Path(app.outdir).rglob("*"))
        if path.suffix in {".html", ".css"}
        for request in requests_of(path.read_text(encoding="utf-8"), path.suffix)
    ]
    if found:
        from sphinx.errors import ExtensionError

        raise ExtensionError("the site asks other hosts for files:\n" + "\n".join(found))


def setup(app: "Sphinx") -> dict[str, bool]:
    """Check after the build."""
    app.connect("build-finished", check)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
