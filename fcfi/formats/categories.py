"""The categories of a COCO file as labels: ids, supercategories, and sentences about the rest.

Tools write ids as numbers or texts, from 0 or from 1, with gaps, in any order, and some write an
id or a name twice.  Knows nothing of pictures or objects.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from fcfi.errors import InputError
from fcfi.formats.annotation import MAX_SHOWN, UNNAMED, check_label
from fcfi.formats.folders import one_label
from fcfi.formats.labels import MOST, ListedLabel, usable_number

LONGEST: Final = 200
"""Characters of a supercategory that is kept."""
SHOWN: Final = 3
"""Most ids of a name that a sentence lists."""

Entries = Sequence[Mapping[str, Any]]


def id_of(record: Mapping[str, Any], key: str = "id") -> str:
    """Return an id as text."""
    value = record.get(key)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def names_of(entries: Entries, file: Path) -> dict[str, str]:
    """Return the names of categories by id; a category without a name is an "object".

    Of categories with the same id, the last names its objects, as in pycocotools.
    """
    return {id_of(entry): one_label(entry.get("name") or UNNAMED, file) for entry in entries}


def labels_of(entries: Entries, used: Collection[str], file: Path) -> tuple[ListedLabel, ...]:
    """Return the labels of the categories with names, in the order of their ids.

    used: the ids of categories with objects.  Labels without a number are last.
    """
    names = names_of(entries, file)
    labels = []
    for name, same in _by_name(entries, file).items():
        numbers = [
            # Roboflow repeats the only name under id 0, which has no objects.
            (identity not in used, number)
            for identity in map(id_of, same)
            if names[identity] == name and (number := usable_number(identity)) is not None
        ]
        above = next(filter(None, map(_supercategory, same)), "")
        labels.append(ListedLabel(name, min(numbers)[1] if numbers else None, 1, above))
    return tuple(sorted(labels, key=lambda label: (label.number is None, label.number or 0)))


def not_kept(entries: Entries, file: Path) -> Iterator[str]:
    """Yield sentences about the parts of the categories that labels cannot keep."""
    names, by_name = names_of(entries, file), _by_name(entries, file)
    named = [(name, entry) for name, same in by_name.items() for entry in same]
    odd = [id_of(entry) for _, entry in named if usable_number(id_of(entry)) is None]
    if odd:
        yield (
            f"{_counted(odd)} without a whole number up to {MOST} as id, whose labels get other "
            f"numbers in an export: the first has {odd[0][:MAX_SHOWN]!r}"
        )
    hidden = [(name, id_of(entry)) for name, entry in named if names[id_of(entry)] != name]
    if hidden:
        name, identity = hidden[0]
        yield (
            f"{_counted(hidden)} with the id of another, to which its objects belong: the first, "
            f"{name[:MAX_SHOWN]!r}, has {identity[:MAX_SHOWN]} like {names[identity][:MAX_SHOWN]!r}"
        )
    repeated = [same for same in by_name.values() if len(set(map(id_of, same))) > 1]
    if repeated:
        ids = " and ".join(id_of(entry)[:MAX_SHOWN] for entry in repeated[0][:SHOWN])
        yield (
            f"{len(repeated)} {'name' if len(repeated) == 1 else 'names'} with several ids, of "
            f"which an export has one: the first, {str(repeated[0][0]['name'])[:MAX_SHOWN]!r}, "
            f"has {ids}"
        )
    lost = [
        name for name, entry in named if entry.get("supercategory") and not _supercategory(entry)
    ]
    if lost:
        yield (
            f"{_counted(lost)} with a supercategory that is not a text of at most {LONGEST} "
            f"characters on one line, which is not kept: the first is {lost[0][:MAX_SHOWN]!r}"
        )


def _by_name(entries: Entries, file: Path) -> dict[str, list[Mapping[str, Any]]]:
    """Return the categories of each name, in the order of their ids."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for entry in sorted(entries, key=lambda entry: usable_number(id_of(entry)) or 0):
        if entry.get("name"):
            found.setdefault(one_label(entry["name"], file), []).append(entry)
    return found


def _supercategory(entry: Mapping[str, Any]) -> str:
    """Return the supercategory of a category, or "" if it has none that can be kept."""
    value = entry.get("supercategory")
    if not isinstance(value, str) or len(value) > LONGEST:
        return ""
    try:
        check_label(value)
    except InputError:
        return ""
    return value


def _counted(listed: Sequence[object]) -> str:
    return f"{len(listed)} {'category' if len(listed) == 1 else 'categories'}"
