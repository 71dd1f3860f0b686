"""Formats of annotations: one codec a file, found by name; `export` writes and reports losses.

    from fcfi.formats import AnnotatedObject, AnnotatedPicture, export, find_codec

Names are imported on first use, so that listing the formats takes no time.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from fcfi.formats.registry import codecs, find_codec, register, shipped_names

if TYPE_CHECKING:
    from fcfi.formats.annotation import AnnotatedObject, AnnotatedPicture, Sizes
    from fcfi.formats.codec import Candidate, Certainty, Codec, Found
    from fcfi.formats.detection import detect
    from fcfi.formats.report import ObjectReport, Report
    from fcfi.formats.tally import Tally
    from fcfi.formats.writing import export

__all__ = [
    "AnnotatedObject",
    "AnnotatedPicture",
    "Candidate",
    "Certainty",
    "Codec",
    "Found",
    "ObjectReport",
    "Report",
    "Sizes",
    "Tally",
    "codecs",
    "detect",
    "export",
    "find_codec",
    "register",
    "shipped_names",
]

_HOMES = {
    **dict.fromkeys(("AnnotatedObject", "AnnotatedPicture", "Sizes"), "annotation"),
    **dict.fromkeys(("Candidate", "Certainty", "Codec", "Found"), "codec"),
    **dict.fromkeys(("ObjectReport", "Report"), "report"),
    "Tally": "tally",
    "detect": "detection",
    "export": "writing",
}
"""The module that defines each public name that is imported on first use."""


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"fcfi.formats.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'fcfi.formats' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
