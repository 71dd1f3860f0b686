"""The numbers of labels in each format, and the labels of a project after an import."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.errors import InputError
from fcfi.formats import codecs
from fcfi.formats.labels import (
    MOST,
    ListedLabel,
    Numbering,
    joined,
    renumbered,
    usable_number,
)
from tests.generated import examples

COCO = Numbering(first=1)
YOLO = Numbering(first=0, gaps=False)
VOC = Numbering(first=1, least=1, most=254)
GAPS = (ListedLabel("a", 7), ListedLabel("b", 18), ListedLabel("new"), ListedLabel("c", 44))

numbers = st.one_of(st.none(), st.integers(0, 12), st.just(400), st.just(MOST))
labels = st.lists(st.tuples(numbers, st.sampled_from((0, 1))), max_size=8).map(
    lambda drawn: tuple(
        ListedLabel(f"label {index}", number, first) for index, (number, first) in enumerate(drawn)
    )
)


def of(first: int, **numbers: int) -> tuple[ListedLabel, ...]:
    return tuple(ListedLabel(name, number, first) for name, number in numbers.items())


@pytest.mark.parametrize("name", ["coco", "yolo", "voc", "cvat-mask"])
def test_formats_with_numbers_are_these(name: str) -> None:
    expected = {"coco": COCO, "yolo": YOLO, "voc": VOC, "cvat-mask": VOC}
    assert codecs()[name].numbering == expected[name]
    assert {name for name, codec in codecs().items() if codec.numbering} == {*expected}


@pytest.mark.parametrize(
    ("listed", "coco", "yolo", "voc"),
    [
        # Without numbers: by the order of the list.
        (("a", "b"), {"a": 1, "b": 2}, {"a": 0, "b": 1}, {"a": 1, "b": 2}),
        # COCO from 1, and from 0.
        (of(1, a=1, b=2), {"a": 1, "b": 2}, {"a": 0, "b": 1}, {"a": 1, "b": 2}),
        (of(1, a=0, b=1), {"a": 0, "b": 1}, {"a": 0, "b": 1}, {"a": 2, "b": 1}),
        # Gaps, in the order of the numbers; a new label fills a gap, and is the last of YOLO.
        (
            GAPS,
            {"a": 7, "b": 18, "new": 1, "c": 44},
            {"a": 0, "b": 1, "new": 3, "c": 2},
            {"a": 7, "b": 18, "new": 1, "c": 44},
        ),
        # YOLO keeps its own gaps.
        (of(0, a=0, b=5), {"a": 1, "b": 6}, {"a": 0, "b": 5}, {"a": 1, "b": 6}),
        ((*of(0, a=0), ListedLabel("b", 3)), {"a": 1, "b": 3}, {"a": 0, "b": 1}, {"a": 1, "b": 3}),
        # More than a byte holds, and a number given twice.
        (of(1, a=300, b=254), {"a": 300, "b": 254}, {"a": 1, "b": 0}, {"a": 1, "b": 254}),
        (of(1, a=3, b=3), {"a": 3, "b": 1}, {"a": 0, "b": 1}, {"a": 3, "b": 1}),
    ],
)
def test_numbers_by_value(
    listed: tuple[ListedLabel, ...],
    coco: dict[str, int],
    yolo: dict[str, int],
    voc: dict[str, int],
) -> None:
    assert (COCO.numbers(listed), YOLO.numbers(listed), VOC.numbers(listed)) == (coco, yolo, voc)
    assert [*COCO.names(listed)] == sorted(coco.values())


@examples(200)
@given(listed=labels, numbering=st.sampled_from((COCO, YOLO, VOC)))
def test_every_label_has_its_own_possible_number(
    listed: tuple[ListedLabel, ...], numbering: Numbering
) -> None:
    found = numbering.numbers(listed)
    assert [*found] == [label.name for label in listed]
    assert len({*found.values()}) == len(listed)
    assert all(numbering.least <= number <= numbering.most for number in found.values())
    assert {name: number for number, name in numbering.names(listed).items()} == found


@examples(200)
@given(listed=labels, numbering=st.sampled_from((COCO, YOLO, VOC)))
def test_an_export_into_an_empty_project_and_again_has_the_same_numbers(
    listed: tuple[ListedLabel, ...], numbering: Numbering
) -> None:
    once = numbering.numbers(listed)
    file = {name: ListedLabel(name, number, numbering.first) for name, number in once.items()}
    project = joined([ListedLabel(name) for name in file], file, numbering)
    assert numbering.numbers(project) == once
    assert renumbered(file.values(), once, numbering.first) == ()
    assert all(label.refused is None for label in project)


@examples(200)
@given(listed=labels, others=labels)
def test_numbers_of_a_project_stay_whatever_is_imported(
    listed: tuple[ListedLabel, ...], others: tuple[ListedLabel, ...]
) -> None:
    file = {label.name: ListedLabel(label.name, label.number) for label in others}
    present = (*listed, *(label for name, label in file.items() if int(name[6:]) >= len(listed)))
    after = joined(present, file, COCO)
    kept = [(label.name, label.number, label.first) for label in listed if label.number is not None]
    assert [
        (label.name, label.number, label.first)
        for label, before in zip(after, listed, strict=False)
        if before.number is not None
    ] == kept


def test_the_first_number_of_a_label_and_the_first_label_of_a_number_stay() -> None:
    present = (ListedLabel("cat", 7), ListedLabel("dog"), ListedLabel("bird"))
    file = {"cat": 9, "dog": 7, "bird": 3}
    given = {name: ListedLabel(name, number) for name, number in file.items()}
    assert joined(present, given, COCO) == (
        ListedLabel("cat", 7, refused=9),
        ListedLabel("dog", None, refused=7),
        ListedLabel("bird", 3),
    )


def test_numbers_of_yolo_do_not_change_the_order_of_those_of_coco() -> None:
    present = (ListedLabel("cat", 7), ListedLabel("dog", 18), ListedLabel("bird"))
    file = {"cat": 0, "dog": 1, "bird": 2}
    given = {name: ListedLabel(name, number, 0) for name, number in file.items()}
    after = joined(present, given, YOLO)
    assert after == present
    assert YOLO.numbers(after) == file
    far = {"bird": ListedLabel("bird", 5, 0)}
    assert joined(present, far, YOLO)[2] == ListedLabel("bird", None, 0, refused=5)


def test_supercategories_are_added_and_kept() -> None:
    present = (ListedLabel("cat"), ListedLabel("dog", supercategory="animal"))
    given = {
        "cat": ListedLabel("cat", supercategory="pet"),
        "dog": ListedLabel("dog", supercategory="pet"),
    }
    for numbering in (COCO, None):
        after = joined(present, given, numbering)
        assert [label.supercategory for label in after] == ["pet", "animal"]


def test_a_sentence_says_which_numbers_changed() -> None:
    said = renumbered(GAPS, YOLO.numbers(GAPS), 0)
    assert said == (
        "3 labels have another number in an export than in the imported file: "
        "'a' 0 instead of 7, 'b' 1 instead of 18, 'c' 2 instead of 44",
    )
    twice = (ListedLabel("cat", 7, refused=9),)
    assert renumbered(twice, {"cat": 7}, 1) == (
        "1 label has another number in an export than in the imported file: 'cat' 7 instead of 9",
    )
    assert renumbered(twice, {"cat": 0}, 0)[0].endswith("'cat' 0 instead of 7 and 9")
    many = of(1, **{f"label {number}": number + 50 for number in range(30)})
    assert renumbered(many, COCO.numbers([label.name for label in many]), 1)[0].endswith(
        "'label 19' 20 instead of 69, and 10 more"
    )


def test_nothing_is_said_of_numbers_that_follow_from_each_other() -> None:
    for labels in (of(1, a=1, b=2), of(1, a=0, b=1), of(0, a=0, b=1)):
        for numbering in (COCO, YOLO):
            assert renumbered(labels, numbering.numbers(labels), numbering.first) == ()
    assert renumbered(of(1, a=4), {}, 1) == ()


@pytest.mark.parametrize(
    ("value", "number"),
    [(0, 0), ("7", 7), (MOST, MOST), ("007", 7)]
    + [(odd, None) for odd in (-1, True, "x", "", None, 1.5, MOST + 1, "9" * 5000, "1_0", [1])],
)
def test_numbers_are_whole_and_small_enough(value: object, number: int | None) -> None:
    assert usable_number(value) == number


def test_labels_are_checked() -> None:
    for labels in (("a", "a"), (ListedLabel("a", 1), ListedLabel("a", 2))):
        with pytest.raises(InputError, match="'a' is given twice"):
            COCO.numbers(labels)
    with pytest.raises(InputError, match="expected a label on one line"):
        YOLO.numbers(["two\nlines"])
