"""Finds the picture that a name in a file means, since other systems spell names differently.

Knows no format, and reads no file.
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

UPLOADED: Final = re.compile(r"^[0-9a-f]{8}-")
"""The prefix of an uploaded picture's name in Label Studio."""
MASK_ENDING: Final = re.compile(r"[-_](mask|masks|seg|gt|label)$", re.IGNORECASE)
"""Usual suffixes of a mask's name after its picture's name."""
SEVERAL: Final = "several of your pictures have this name"
NOT_THERE: Final = "not among your pictures"


class PictureNames:
    """The names of pictures, found by the spellings of other systems if these are unambiguous.

    >>> names = PictureNames(["photos/Cup.jpg", "photos/plate.jpg"])
    >>> names.find("C:\\\\work\\\\photos\\\\cup.jpg"), names.find("saucer.jpg")
    ('photos/Cup.jpg', None)
    >>> names.find_stem("plate_mask")
    'photos/plate.jpg'
    """

    def __init__(self, names: Iterable[str]) -> None:
        listed = [(composed(name), name) for name in names]
        bases = [(PurePosixPath(form), name) for form, name in listed]
        self._by_form = {
            form: group[0] for form, group in _groups(listed).items() if len(group) == 1
        }
        self._by_base = _groups((path.name, name) for path, name in bases)
        self._by_folded = _groups((form.casefold(), name) for form, name in listed)
        self._by_folded_base = _groups((path.name.casefold(), name) for path, name in bases)
        self._by_stem = _groups((stem(form), name) for form, name in listed)
        self._by_base_stem = _groups((path.stem, name) for path, name in bases)

    def find(self, given: str) -> str | None:
        """Return the picture that a name means, or None.

        Tried in turn: the name itself, without leading folders, its last part, without Label
        Studio's prefix of uploads, in another case.
        """
        # The name itself first, since a file's name may contain %20.
        for spelling in dict.fromkeys((given, unquote(given))):
            form = composed(tidy(spelling))
            parts = [part for part in PurePosixPath(form).parts if part not in ("/", "..")]
            tails = ["/".join(parts[first:]) for first in range(len(parts))]
            base = tails[-1] if tails else form
            unmarked = UPLOADED.sub("", base)
            for tail in (*tails, unmarked):
                if tail in self._by_form:
                    return self._by_form[tail]
            # From the most to the least certain; a name that fits two pictures is not guessed.
            found = _first_unique(
                (self._by_base, base),
                (self._by_base, unmarked),
                (self._by_folded, form.casefold()),
                (self._by_folded_base, base.casefold()),
                (self._by_folded_base, unmarked.casefold()),
            )
            if found is not None:
                return found
        return None

    def find_stem(self, given: str) -> str | None:
        """Return the picture whose name without its ending is `given`, or ends in its last part."""
        form = composed(given)
        base = PurePosixPath(form).name
        return _first_unique(
            (self._by_stem, form),
            (self._by_base_stem, base),
            (self._by_base_stem, UPLOADED.sub("", base)),
            (self._by_base_stem, MASK_ENDING.sub("", base)),
        )

    def why_not(self, given: str) -> str:
        """Return why `find` or `find_stem` finds nothing: there are several, or none."""
        path = PurePosixPath(composed(tidy(given)))
        several = len(self._by_base.get(path.name, ())) > 1
        same_stem = len(self._by_base_stem.get(path.name, ())) > 1
        return SEVERAL if several or same_stem else NOT_THERE


def tidy(name: str) -> str:
    """Return a name with / between folders, without empty parts and dots."""
    name = name.replace("\\", "/")
    rooted = "/" if name.startswith("/") else ""
    return rooted + "/".join(part for part in name.split("/") if part not in ("", "."))


def composed(name: str) -> str:
    """Return a name with composed letters, since some systems store an umlaut as two characters."""
    return unicodedata.normalize("NFC", name)


def stem(name: str) -> str:
    """Return `sub/photo` of `sub/photo.jpg`."""
    return str(PurePosixPath(name).with_suffix(""))


def _groups(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the second elements of pairs, grouped by the first."""
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _first_unique(*tries: tuple[dict[str, list[str]], str]) -> str | None:
    """Return the picture of the first key that belongs to exactly one picture."""
    for index, key in tries:
        names = index.get(key, ())
        if len(names) == 1:
            return names[0]
    return None
