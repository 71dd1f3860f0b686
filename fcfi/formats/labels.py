"""The labels that a file lists, and the numbers by which formats know them: one rule for all.

A number is a COCO category's id, the first word of a YOLO line, the value of a pixel in VOC's map
of classes.  A label keeps the number of the file that brought it; the class `Numbering` states
which number a label has in a format, both to write files and to read files that hold only numbers.
Knows no format.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from fcfi.errors import InputError
from fcfi.formats.annotation import MAX_SHOWN, AnnotatedObject, AnnotatedPicture, check_label

MOST: Final = (1 << 53) - 1
"""The greatest number of a label: JavaScript and JSON libraries round greater ones."""
SHOWN: Final = 20
"""Most labels whose numbers a sentence lists."""
LONG: Final = 50
"""Characters of a name in such a sentence."""


@dataclass(frozen=True, slots=True)
class ListedLabel:
    """A label as files list it.

    number: from the file that brought it, or None.
    first:  the first number of that file's format: 1 in COCO and VOC, 0 in YOLO.
    supercategory: of COCO; empty without one.
    refused: the number of another file that it could not have as well, counted alike, or None.
    """

    name: str
    number: int | None = None
    first: int = 1
    supercategory: str = ""
    refused: int | None = None

    def counted_from(self, first: int) -> int | None:
        """Return the number in a format with another first number, or None without a number."""
        return None if self.number is None else self.number - self.first + first


LabelList = Sequence[str | ListedLabel]
"""Labels in their order; a text is the name of a label without a number."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """The rule by which a format numbers labels.

    first: the number of the first of labels without numbers.
    least, most: the numbers that files can hold.
    gaps:  whether numbers of other formats may leave gaps.

    >>> labels = (ListedLabel("cat", 7), ListedLabel("dog", 18), ListedLabel("bird"))
    >>> Numbering(first=1).numbers(labels)
    {'cat': 7, 'dog': 18, 'bird': 1}
    >>> Numbering(first=0, gaps=False).numbers(labels)
    {'cat': 0, 'dog': 1, 'bird': 2}
    """

    first: int
    least: int = 0
    most: int = MOST
    gaps: bool = True

    def numbers(self, labels: LabelList) -> dict[str, int]:
        """Return the number of each label in files of this format.

        A label keeps its number, counted from this format's first number.  A label without a
        number, or whose number is not possible or belongs to a label before it, gets the smallest
        free number from the first, in the order of the list.
        Without `gaps`, labels keep their numbers if all numbers are from formats that count alike;
        otherwise labels are counted in the order of their numbers, and those without one are last.
        Raises InputError if a label is unusable or given twice.
        """
        check_labels(labels)
        listed = listed_labels(labels)
        wanted = {label.name: label.counted_from(self.first) for label in listed}
        numbered = {name: number for name, number in wanted.items() if number is not None}
        alike = all(label.first == self.first for label in listed if label.name in numbered)
        if not (self.gaps or alike):
            order = sorted(wanted, key=lambda name: (name not in numbered, numbered.get(name, 0)))
            counted = {name: number for number, name in enumerate(order, self.first)}
            return {name: counted[name] for name in wanted}
        owners: dict[int, str] = {}
        for name, number in numbered.items():
            if self.least <= number <= self.most:
                owners.setdefault(number, name)
        kept = {name: number for number, name in owners.items()}
        free = (number for number in count(self.first) if number not in owners)
        return {name: kept[name] if name in kept else next(free) for name in wanted}

    def names(self, labels: LabelList) -> dict[int, str]:
        """Return the name of each number, in the order of the numbers; see `numbers`."""
        return dict(sorted((number, name) for name, number in self.numbers(labels).items()))


def listed_labels(labels: LabelList) -> tuple[ListedLabel, ...]:
    """Return labels as values; a text becomes a label without a number."""
    return tuple(ListedLabel(label) if isinstance(label, str) else label for label in labels)


def joined(
    present: Sequence[ListedLabel], given: Mapping[str, ListedLabel], numbering: Numbering | None
) -> tuple[ListedLabel, ...]:
    """Return the labels of a project with the numbers and supercategories of a file's labels.

    A label keeps its own, and a number stays with the label that has it.
    given: the file's labels by their names in the project.  numbering: of the file's format; None
        if it has only names.
    """
    labels = tuple(
        replace(label, supercategory=label.supercategory or given[label.name].supercategory)
        if label.name in given
        else label
        for label in present
    )
    if numbering is None:
        return labels
    labels = _numbered(labels, given, numbering)
    numbers = numbering.numbers(labels)
    return tuple(
        _with_refused(label, given[label.name], numbers[label.name])
        if label.name in given
        else label
        for label in labels
    )


def _numbered(
    labels: Sequence[ListedLabel], given: Mapping[str, ListedLabel], numbering: Numbering
) -> tuple[ListedLabel, ...]:
    """Return labels, those without a number with that of the file if no other label has it."""
    first = numbering.first
    have = [label for label in labels if label.number is not None]
    # A number of another kind would change the order by which such a format counts all labels.
    if not numbering.gaps and any(label.first != first for label in have):
        return tuple(labels)
    taken = {label.counted_from(first) for label in have}
    found = []
    for label in labels:
        number = given[label.name].number if label.name in given else None
        if label.number is None and number is not None and number not in taken:
            taken.add(number)
            label = replace(label, number=number, first=first, refused=None)
        found.append(label)
    return tuple(found)


def _with_refused(label: ListedLabel, given: ListedLabel, now: int) -> ListedLabel:
    """Return a label with the number of a file that is not its number in an export, if any.

    now: the number in an export in the file's format.
    """
    other = [number for number in (given.number, given.refused) if number not in (None, now)]
    # The two numbers of a label are counted alike, or a sentence could not compare them.
    if not other or (label.number is not None and label.first != given.first):
        return label
    return replace(label, first=given.first, refused=other[-1])


def check_labels(labels: LabelList) -> tuple[str, ...]:
    """Return the names of labels.  Raises InputError if one is unusable or given twice."""
    names = tuple(label.name for label in listed_labels(labels))
    for name in names:
        check_label(name)
    doubled = sorted(name for name, times in Counter(names).items() if times > 1)
    if doubled:
        raise InputError(f"the label {doubled[0]!r} is given twice: give each label once")
    return names


def check_listed(
    picture: AnnotatedPicture, annotated: AnnotatedObject, names: Collection[str]
) -> None:
    """Raise InputError if an object's label is not among `names`."""
    if annotated.label not in names:
        known = ", ".join(names)[:MAX_SHOWN] or "none"
        raise InputError(
            f"expected a label among {known}, got {annotated.label[:MAX_SHOWN]!r} on "
            f"{picture.file_name}: add it to the labels or rename the object"
        )


def label_number(
    picture: AnnotatedPicture, annotated: AnnotatedObject, numbers: Mapping[str, int]
) -> int:
    """Return the number of an object's label.  Raises InputError if the label has none."""
    check_listed(picture, annotated, numbers)
    return numbers[annotated.label]


def usable_number(value: object) -> int | None:
    """Return a number from 0 to MOST, given as number or as text; None for anything else."""
    text = str(value)
    # Longer texts are not converted, which takes a time that grows with the square of the length.
    if isinstance(value, bool) or not text.isdecimal() or len(text) > len(str(MOST)):
        return None
    return int(text) if int(text) <= MOST else None


def renumbered(
    labels: Iterable[ListedLabel], numbers: Mapping[str, int], first: int
) -> tuple[str, ...]:
    """Return a sentence if labels have other numbers in an export than in their file, else ().

    numbers: in an export.  first: the first number of its format; a number that only moved by the
        difference of the first numbers counts as the same.
    """
    moved, changed = [], False
    for label in labels:
        now = numbers.get(label.name)
        stated = [number for number in (label.number, label.refused) if number is not None]
        before = [number for number in stated if number != now]
        if now is None or not before:
            continue
        changed = changed or any(number - label.first + first != now for number in before)
        moved.append(f"{label.name[:LONG]!r} {now} instead of {' and '.join(map(str, before))}")
    if not changed:
        return ()
    subject = "1 label has" if len(moved) == 1 else f"{len(moved)} labels have"
    more = f", and {len(moved) - SHOWN} more" if len(moved) > SHOWN else ""
    return (
        f"{subject} another number in an export than in the imported file: "
        f"{', '.join(moved[:SHOWN])}{more}",
    )
