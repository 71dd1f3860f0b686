"""The registry of formats: each is a file with a line in MODULES, an installed package, or a call.

Everything that depends on the set of formats is derived from here: the names that commands accept,
the formats that an import recognises, the folders that a scan for pictures skips.  The modules of
formats are imported when a format is first looked up.
"""

import logging
from collections.abc import Iterable
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

from fcfi.errors import ConfigError

if TYPE_CHECKING:
    from fcfi.formats.codec import Codec

MODULES: Final = (
    *("png", "coco", "yolo", "voc", "labelme", "label_studio", "cvat", "cvat_mask"),
)  # in the order of lists for users
"""Modules of this package whose constant `CODEC` is a format, named with - for _."""
ENTRY_POINTS: Final = "fcfi.formats"
"""Group of entry points in which other packages register a Codec."""

_log = logging.getLogger(__name__)
_registered: dict[str, "Codec"] = {}


def shipped_names() -> tuple[str, ...]:
    """Return the names of the formats of this package, without importing them."""
    return tuple(module.replace("_", "-") for module in MODULES)


def register(codec: "Codec") -> "Codec":
    """Add a format of your own and return it.  Raises ConfigError if its name is taken.

        register(Codec("toy", "Toy format", write, read))

    An installed package can name its codec in its `pyproject.toml` instead:

        [project.entry-points."fcfi.formats"]
        toy = "my_package.toy:CODEC"
    """
    # Installed packages are not compared: one of them may be registering this codec just now.
    if codec.name in {**_shipped(), **_registered}:
        raise ConfigError(
            f"expected a new name for a format, got {codec.name!r}, which is taken: rename it"
        )
    _registered[codec.name] = codec
    return codec


def registered() -> tuple["Codec", ...]:
    """Return the formats that were added by calls in this process, unknown to other processes."""
    return tuple(_registered.values())


def codecs() -> dict[str, "Codec"]:
    """Return all formats by name: those of this package, of installed packages, then registered."""
    return {**_shipped(), **_installed(), **_registered}


def find_codec(name: str) -> "Codec":
    """Return a format by its name.  Raises ConfigError for an unknown name."""
    known = codecs()
    if name not in known:
        raise ConfigError(f"expected a format, got {name!r}: choose one of {', '.join(known)}")
    return known[name]


def mask_folders(entries: Iterable[str]) -> frozenset[str]:
    """Return the entries of a folder that hold masks of some format instead of pictures."""
    names = tuple(entries)
    return frozenset[str]().union(*(codec.skipped(names) for codec in codecs().values()))


@cache
def _shipped() -> dict[str, "Codec"]:
    modules = [import_module(f"fcfi.formats.{module}") for module in MODULES]
    return {module.CODEC.name: module.CODEC for module in modules}


@cache
def _installed() -> dict[str, "Codec"]:
    found: dict[str, Codec] = {}
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            codec = entry.load()
            found[codec.name] = codec
        except Exception:  # a faulty package must not stop this one
            _log.warning(
                "the format %s of an installed package cannot be loaded: update or remove it",
                entry.name,
                exc_info=True,
            )
    # Other packages cannot replace the formats of this one.
    return {name: codec for name, codec in found.items() if name not in _shipped()}
