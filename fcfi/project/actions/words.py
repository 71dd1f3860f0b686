"""Parts of the sentences that describe changes, as in `2 clicks on object 3`."""

from collections.abc import Mapping
from typing import Any

from fcfi.errors import plural


def objects_in(record: Mapping[str, Any]) -> str:
    """Return `object 3` or `2 objects` for the ids under `objects`."""
    numbers = record["objects"]
    return f"object {numbers[0]}" if len(numbers) == 1 else plural(len(numbers), "object")


def object_in(record: Mapping[str, Any]) -> str:
    """Return `object 3`, or `the new object 3` if the action made it."""
    return f"{'the new ' if record.get('new') else ''}object {record['object']}"


def edited(objects: str, record: Mapping[str, Any]) -> str:
    """Return the sentence for changed properties of objects, as in `object 3 finished`."""
    if "finished" in record:
        return f"{objects} {'finished' if record['finished'] else 'opened again'}"
    if "visible" in record:
        return f"{objects} {'shown' if record['visible'] else 'hidden'}"
    if "keep_out" in record:
        return f"{objects} {'kept out of' if record['keep_out'] else 'let over'} its neighbours"
    if "tidy" in record:
        return f"specks and holes of {objects} {'taken out' if record['tidy'] else 'left in'}"
    return f"another {'colour' if 'colour' in record else 'label'} for {objects}"
