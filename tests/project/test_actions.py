"""The effect of each action on a document, with a world in memory."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from fcfi.boxes import Box
from fcfi.errors import InputError
from fcfi.grey_window import GreyWindow
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask
from fcfi.project.actions import (
    AddClicks,
    AddPrompts,
    Clean,
    CopyObjects,
    DeleteObjects,
    DuplicateObjects,
    Edit,
    EditObject,
    EditObjects,
    ImportedObject,
    ImportObjects,
    MarkPicture,
    MergeObjects,
    MoveObject,
    RemoveClick,
    ResetObject,
    SetAttributes,
    SetDone,
    SetMask,
)
from fcfi.project.actions.registry import apply
from fcfi.project.attributes import Attribute
from fcfi.project.document import Document, DrawnObject, Mark
from fcfi.prompts.clicks import Click, Scribble
from fcfi.prompts.rounds import NO_ROUNDS, Rounds
from tests.project.builders import HEIGHT, WIDTH, click, runs, square

SCHEMA = (
    Attribute("broken", "bool"),
    Attribute("colour", "choice", ("red", "blue")),
    Attribute("note", "text"),
    Attribute("weight", "number"),
)


class Memory:
    """A world in which positive clicks add a square of 8 pixels and negative ones remove it."""

    height, width = HEIGHT, WIDTH
    labels = (1, 2)
    network = "weights"
    author = "Ann"

    def schema(self, label: int) -> tuple[Attribute, ...]:
        return SCHEMA if label == 1 else ()

    def __init__(self) -> None:
        self.kept: dict[str, RunMask] = {}
        self.asked: list[tuple[str | None, Rounds]] = []
        self.others: dict[int, Document] = {}

    def now(self) -> float:
        return 7.0

    def effective(self, window: GreyWindow | None) -> GreyWindow | None:
        return window

    def predict(self, start: str | None, rounds: Rounds) -> RunMask | None:
        self.asked.append((start, rounds))
        mask = np.zeros((HEIGHT, WIDTH), bool)
        if start is not None:
            mask = self.mask(start).pixels(HEIGHT, WIDTH)
        for clicks in rounds:
            for point in clicks.clicks:
                mask[point.y : point.y + 8, point.x : point.x + 8] = point.positive
        return RunMask.of(mask)

    def objects(self, picture: int) -> tuple[DrawnObject, ...]:
        return self.others[picture].objects

    def mask(self, sha256: str) -> RunMask:
        return self.kept[sha256]

    def keep(self, mask: RunMask | None) -> str | None:
        if mask is None:
            return None
        mask.pixels(HEIGHT, WIDTH)
        self.kept[mask.sha256] = mask
        return mask.sha256


@pytest.fixture
def world() -> Memory:
    return Memory()


def after(world: Memory, *actions: Edit) -> Document:
    document = Document()
    for action in actions:
        document = apply(document, action, world)
    return document


def pixels_of(world: Memory, drawn: DrawnObject) -> Mask:
    if drawn.mask is None:
        return np.zeros((HEIGHT, WIDTH), bool)
    return world.mask(drawn.mask).pixels(HEIGHT, WIDTH)


def ids(document: Document) -> list[int]:
    return [drawn.id for drawn in document.objects]


def test_a_click_makes_a_new_object_on_top_and_further_ones_belong_to_it(world: Memory) -> None:
    document = after(world, click(0, 0, label=1), click(16, 0), click(8, 0, object=1))
    assert ids(document) == [1, 2]
    assert [drawn.label for drawn in document.objects] == [1, None]
    first = document.objects[0]
    assert [part.times for part in first.rounds] == [(7.0,), (7.0,)]
    assert np.array_equal(pixels_of(world, first), square(0, 0) | square(8, 0))
    assert first.network == "weights"


def test_clicks_given_together_are_one_round(world: Memory) -> None:
    document = after(
        world, AddClicks(None, (Click(0, 0), Click(8, 0), Click(0, 0, positive=False)))
    )
    assert len(world.asked) == 1
    assert len(document.objects[0].rounds) == 1
    assert np.array_equal(pixels_of(world, document.objects[0]), square(8, 0))


def test_boxes_and_scribbles_are_prompts_of_one_round_and_go_by_their_index(world: Memory) -> None:
    box, line = Box(2, 2, 20, 20), Scribble(((3, 3), (9, 9)))
    document = after(world, AddPrompts(None, (box, Click(8, 8), line), label=2))
    (made,) = document.objects
    assert (made.rounds.prompts, made.label, len(made.rounds)) == ((box, Click(8, 8), line), 2, 1)
    document = apply(document, AddPrompts(1, (Click(1, 1),)), world)
    document = apply(document, RemoveClick(1, 1), world)
    assert document.objects[0].rounds.prompts == (box, line, Click(1, 1))
    with pytest.raises(InputError, match="inside the picture"):
        after(world, AddPrompts(None, (Box(0, 0, WIDTH + 1, 5),)))


def test_the_part_for_the_first_look_stays_with_the_object_as_long_as_it_holds_its_first_clicks(
    world: Memory,
) -> None:
    part = Box(0, 0, 16, 16)
    document = after(world, click(4, 4, within=part), click(40, 40, object=1))
    assert document.objects[0].rounds.within == part
    assert Document.from_json(document.to_json()) == document
    with pytest.raises(InputError, match="first prompt only"):
        apply(document, click(5, 5, object=1, within=part), world)
    rest = apply(document, RemoveClick(1, 0), world).objects[0].rounds
    assert (rest.prompts, rest.within) == ((Click(40, 40),), None)


def test_a_window_that_changes_before_a_mask_is_there_changes_the_rounds(world: Memory) -> None:
    first, second = GreyWindow(1, 2), GreyWindow(3, 4)
    empty = AddClicks(None, (Click(0, 0, positive=False),), window=first)
    document = after(world, empty, click(8, 8, object=1, window=second))
    (made,) = document.objects
    assert (made.start, len(made.rounds), made.rounds.window) == (None, 2, second)
    assert Document.from_json(document.to_json()) == document


def test_a_tidied_object_has_no_small_parts_and_holes_whatever_is_clicked(world: Memory) -> None:
    hole = AddClicks(None, (Click(0, 0), Click(8, 0), Click(30, 30), Click(30, 34, positive=False)))
    plain = pixels_of(world, after(world, hole).objects[0])
    tidy = AddClicks(None, hole.clicks, tidy=40)
    document = after(world, tidy)
    assert plain[30:34, 30:38].all()
    assert np.array_equal(pixels_of(world, document.objects[0]), square(0, 0) | square(8, 0))
    document = apply(document, click(16, 0, object=1), world)
    assert not pixels_of(world, document.objects[0])[30:, :].any()
    off = apply(document, EditObject(1, tidy=0), world)
    assert np.array_equal(pixels_of(world, off.objects[0]), plain | square(16, 0))
    with pytest.raises(InputError, match="tidy"):
        apply(document, EditObject(1, tidy=-1), world)


def test_what_a_person_drew_is_not_tidied(world: Memory) -> None:
    document = after(world, SetMask(None, runs(1, 1, 2)), EditObject(1, tidy=100))
    assert np.array_equal(pixels_of(world, document.objects[0]), square(1, 1, 2))


def test_objects_are_duplicated_on_top_and_begin_from_the_masks_of_their_originals(
    world: Memory,
) -> None:
    document = after(world, click(0, 0, label=1), click(16, 0), DuplicateObjects((2, 1)))
    assert ids(document) == [1, 2, 3, 4]
    first, _, copy, _ = document.objects
    assert (copy.label, copy.start, copy.mask, copy.rounds) == (
        1,
        first.mask,
        first.mask,
        NO_ROUNDS,
    )
    with pytest.raises(InputError, match="object 9 is not on this picture"):
        apply(document, DuplicateObjects((9,)), world)


def test_chosen_objects_are_copied_from_another_picture(world: Memory) -> None:
    world.others[5] = after(world, click(0, 0), click(16, 0, label=2), click(32, 0))
    document = after(world, CopyObjects(5, (2, 3)))
    assert [drawn.label for drawn in document.objects] == [2, None]


def test_numbers_of_objects_are_never_given_again(world: Memory) -> None:
    document = after(world, click(0, 0), click(8, 0), DeleteObjects((2,)), click(16, 0))
    assert ids(document) == [1, 3]


def test_a_click_that_is_taken_away_leaves_no_trace(world: Memory) -> None:
    document = after(
        world, click(0, 0), click(8, 0, object=1), click(16, 0, object=1), RemoveClick(1, 1)
    )
    straight = after(world, click(0, 0), click(16, 0, object=1))
    assert document.objects == straight.objects


def test_a_click_is_taken_out_of_its_round(world: Memory) -> None:
    both = AddClicks(None, (Click(0, 0), Click(8, 0)))
    document = after(world, both, RemoveClick(1, 0))
    assert document.objects == after(world, click(8, 0)).objects


def test_an_object_that_loses_its_last_click_goes_unless_it_began_with_a_mask(
    world: Memory,
) -> None:
    assert after(world, click(0, 0), RemoveClick(1, 0)).objects == ()
    document = after(world, SetMask(None, runs(0, 0)), click(8, 0, object=1), RemoveClick(1, 0))
    assert np.array_equal(pixels_of(world, document.objects[0]), square(0, 0))
    assert document.objects[0].rounds == NO_ROUNDS
    assert document.objects[0].network is None


def test_the_brush_begins_anew_and_clicks_go_on_from_there(world: Memory) -> None:
    document = after(world, click(0, 0), SetMask(1, runs(20, 20)), click(8, 0, object=1))
    (drawn,) = document.objects
    assert drawn.clicks == (Click(8, 0),)
    assert world.asked[-1][0] == drawn.start
    assert np.array_equal(pixels_of(world, drawn), square(20, 20) | square(8, 0))


def test_an_object_may_be_erased_altogether(world: Memory) -> None:
    (drawn,) = after(world, click(0, 0), SetMask(1, None)).objects
    assert (drawn.mask, drawn.start, drawn.rounds) == (None, None, NO_ROUNDS)


def test_reset_forgets_clicks_and_mask_and_keeps_the_label(world: Memory) -> None:
    (drawn,) = after(
        world, SetMask(None, runs(0, 0), label=2), click(8, 0, object=1), ResetObject(1)
    ).objects
    assert drawn == DrawnObject(1, label=2)


def test_cleaning_makes_a_new_start(world: Memory) -> None:
    mask = square(10, 10, 20)
    mask[15:17, 15:17] = False
    mask[40, 60] = True
    given = RunMask.of(mask)
    document = after(world, SetMask(None, given), Clean(1, fill_holes=4, drop_specks=2))
    (drawn,) = document.objects
    assert np.array_equal(pixels_of(world, drawn), square(10, 10, 20))
    assert drawn.start == drawn.mask
    assert apply(document, Clean(1, fill_holes=4, drop_specks=2), world) is document


def test_finished_neighbours_are_kept_out_hidden_or_not(world: Memory) -> None:
    neighbour = (
        click(0, 0),
        EditObject(1, finished=True, visible=False),
        click(4, 0, keep_out=True),
    )
    document = after(world, *neighbour)
    assert np.array_equal(pixels_of(world, document.objects[1]), square(4, 0) & ~square(0, 0))
    again = apply(document, EditObject(2, keep_out=False), world)
    assert np.array_equal(pixels_of(world, again.objects[1]), square(4, 0))
    opened = after(world, click(0, 0), click(4, 0, keep_out=True))
    assert np.array_equal(pixels_of(world, opened.objects[1]), square(4, 0))


def test_keeping_out_holds_for_the_brush_and_does_not_change_the_start(world: Memory) -> None:
    document = after(
        world,
        click(0, 0),
        EditObject(1, finished=True),
        SetMask(None, runs(4, 0)),
        EditObject(2, keep_out=True),
    )
    drawn = document.objects[1]
    assert np.array_equal(pixels_of(world, drawn), square(4, 0) & ~square(0, 0))
    assert drawn.start == runs(4, 0).sha256


def test_properties_change_alone_or_together_and_none_is_a_value(world: Memory) -> None:
    document = after(
        world,
        click(0, 0, label=1),
        click(8, 0),
        EditObject(1, colour="#ff0000", finished=True),
        EditObject(1, label=None, colour=None),
        EditObjects((1, 2), visible=False, label=2),
    )
    assert [
        (drawn.label, drawn.visible, drawn.finished, drawn.colour) for drawn in document.objects
    ] == [
        (2, False, True, None),
        (2, False, False, None),
    ]


def test_order_is_from_bottom_to_top(world: Memory) -> None:
    three = (click(0, 0), click(8, 0), click(16, 0))
    assert ids(after(world, *three, MoveObject(3, 0))) == [3, 1, 2]
    assert ids(after(world, *three, MoveObject(1, 99))) == [2, 3, 1]


def test_an_import_adds_on_top_what_is_not_there_yet(world: Memory) -> None:
    given = ImportObjects((ImportedObject(1, runs(0, 0)), ImportedObject(None, runs(8, 8))))
    document = after(world, click(30, 30), given)
    assert [(drawn.label, drawn.start == drawn.mask) for drawn in document.objects[1:]] == [
        (1, True),
        (None, True),
    ]
    assert apply(document, given, world) == document


def test_done_is_a_step_like_others(world: Memory) -> None:
    assert after(world, SetDone(True)).done
    assert not after(world, SetDone(True), SetDone(False)).done


def test_attributes_are_set_changed_and_taken_away(world: Memory) -> None:
    document = after(world, click(10, 10, label=1))
    for values, now in (
        ({"weight": 2.5, "broken": True}, (("broken", True), ("weight", 2.5))),
        ({"colour": "red", "broken": None}, (("colour", "red"), ("weight", 2.5))),
        ({"note": "as is", "weight": None}, (("colour", "red"), ("note", "as is"))),
    ):
        document = apply(document, SetAttributes(1, values), world)  # type: ignore[arg-type]
        assert document.objects[0].attributes == now
    copied = apply(document, DuplicateObjects((1,)), world).objects[-1]
    assert copied.attributes == document.objects[0].attributes


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"size": 1}, "no attribute 'size'"),
        ({"weight": "heavy"}, "expected 'weight' as a number, got 'heavy'"),
        ({"weight": True}, "as a number"),
        ({"weight": float("nan")}, "as a number"),
        ({"broken": 1}, "expected 'broken' as true or false, got 1"),
        ({"colour": "green"}, "one of red, blue, got 'green'"),
        ({"note": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_a_sentence(
    world: Memory, values: dict[str, Any], words: str
) -> None:
    document = after(world, click(10, 10, label=1))
    with pytest.raises(InputError, match=words):
        apply(document, SetAttributes(1, values), world)


def test_an_object_without_a_label_has_no_attributes(world: Memory) -> None:
    with pytest.raises(InputError, match="give it a label first"):
        after(world, click(10, 10), SetAttributes(1, {"weight": 1}))


def test_a_mark_is_signed_and_a_checked_picture_is_done(world: Memory) -> None:
    document = after(world, click(10, 10), MarkPicture("checked"))
    assert document.mark == Mark("checked", "Ann", world.now())
    assert document.done
    assert apply(document, MarkPicture("checked"), world) is document
    assert apply(document, SetDone(True), world) is document
    assert not apply(document, MarkPicture("doubtful"), world).done
    assert apply(document, MarkPicture(None), world).mark is None


def test_a_change_of_what_was_checked_is_done_and_not_checked(world: Memory) -> None:
    document = after(world, click(10, 10), click(30, 30), MarkPicture("checked"))
    for action, mark in (
        (EditObject(1, visible=False), "checked"),
        (EditObject(1, label=2), "done"),
        (DeleteObjects((1,)), "done"),
        (click(12, 12, 1), "done"),
        (MarkPicture("doubtful"), "doubtful"),
    ):
        now = apply(document, action, world).mark
        assert now is not None
        assert now.state == mark, action


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (click(64, 0), "0 to 63"),
        (click(-1, 0, object=1), "0 to 63"),
        (click(0, 0, object=9), "object 9 is not on this picture"),
        (click(0, 0, label=3), "not have a label 3"),
        (AddClicks(None, ()), "1 to 100"),
        (AddClicks(None, (Click(0, 0),) * 101), "1 to 100"),
        (RemoveClick(1, 1), "no click 1"),
        (RemoveClick(1, -1), "no click -1"),
        (RemoveClick(2, 0), "object 2 is not on this picture"),
        (SetMask(None, RunMask.from_lengths(60, 0, 8, 8, (0, 64))), "inside the picture"),
        (SetMask(5, None), "object 5 is not on this picture"),
        (Clean(1, -1), "areas in pixels"),
        (EditObject(1, label=9), "not have a label 9"),
        (EditObject(1, colour="red"), "#rrggbb"),
        (EditObjects((1, 2)), "object 2 is not on this picture"),
        (MoveObject(1, -1), "an index from 0, got -1"),
        (DeleteObjects((1, 4)), "object 4 is not on this picture"),
        (ImportObjects((ImportedObject(7, runs(0, 0)),)), "not have a label 7"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(
    world: Memory, action: Edit, words: str
) -> None:
    document = after(world, click(0, 0))
    with pytest.raises(InputError, match=words):
        apply(document, action, world)


def test_clicks_and_objects_are_bounded(world: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    many: Iterable[Edit] = [click(0, 0), *[AddClicks(1, (Click(0, 0),) * 100) for _ in range(9)]]
    document = after(world, *many)
    with pytest.raises(InputError, match="at most 1000 prompts of an object, got 1001"):
        apply(document, AddClicks(1, (Click(0, 0),) * 100), world)
    monkeypatch.setattr("fcfi.project.actions.registry.MAX_OBJECTS", 1)
    with pytest.raises(InputError, match="at most 1"):
        apply(document, click(0, 0), world)


# ── masks of another network ──────────────────────────────────────────────────────────────────────


def test_a_click_on_what_another_network_made_goes_on_from_its_mask(world: Memory) -> None:
    old = after(world, click(0, 0), click(8, 0, object=1))
    world.network, before = "newer weights", len(world.asked)
    drawn = apply(old, click(16, 0, object=1), world).objects[0]
    assert world.asked[before:] == [(old.objects[0].mask, drawn.rounds)]
    assert (drawn.start, drawn.clicks, drawn.network) == (
        old.objects[0].mask,
        (Click(16, 0),),
        "newer weights",
    )
    assert np.array_equal(pixels_of(world, drawn), square(0, 0) | square(8, 0) | square(16, 0))


def test_what_another_network_made_stays_when_its_neighbours_are_cut_out(world: Memory) -> None:
    old = after(
        world, click(0, 0), click(8, 0), EditObject(1, finished=True), click(0, 0, object=2)
    )
    world.network, before = "newer weights", len(world.asked)
    drawn = apply(old, EditObject(2, keep_out=True), world).objects[1]
    assert len(world.asked) == before
    assert (drawn.start, drawn.network) == (old.objects[1].mask, None)
    assert np.array_equal(pixels_of(world, drawn), square(8, 0))


def test_an_empty_mask_of_another_network_is_made_anew(world: Memory) -> None:
    old = after(world, click(0, 0, positive=False))
    world.network = "newer weights"
    drawn = apply(old, click(8, 0, object=1), world).objects[0]
    assert (drawn.start, len(drawn.clicks), drawn.network) == (None, 2, "newer weights")


# ── merging and copying ───────────────────────────────────────────────────────────────────────────


def test_objects_are_merged_into_one_that_stays_what_it_is(world: Memory) -> None:
    document = after(
        world, click(0, 0), click(16, 0, label=2), click(32, 0), MergeObjects(2, (1, 3))
    )
    assert ids(document) == [2]
    drawn = document.objects[0]
    assert (drawn.label, drawn.start, drawn.rounds) == (2, drawn.mask, NO_ROUNDS)
    assert np.array_equal(pixels_of(world, drawn), square(0, 0) | square(16, 0) | square(32, 0))


def test_an_object_is_merged_with_others_only(world: Memory) -> None:
    document = after(world, click(0, 0), click(16, 0))
    for wrong in (MergeObjects(1, (1,)), MergeObjects(1, (9,)), MergeObjects(9, (1,))):
        with pytest.raises(InputError):
            apply(document, wrong, world)


def test_objects_of_another_picture_come_with_their_masks_to_be_corrected(world: Memory) -> None:
    other = after(
        world,
        click(0, 0, label=1),
        EditObject(1, finished=True, colour="#00ff00"),
        click(16, 0, keep_out=True),
        click(32, 0, positive=False),
    )
    world.others[5] = other
    document = after(world, click(40, 30), CopyObjects(5))
    assert ids(document) == [1, 2, 3], "an object without a pixel is left out"
    first, second = document.objects[1:]
    assert (first.label, first.colour, first.finished, first.start) == (
        1,
        "#00ff00",
        False,
        first.mask,
    )
    assert (first.rounds, second.keep_out) == (NO_ROUNDS, True)
    assert [drawn.mask for drawn in (first, second)] == [drawn.mask for drawn in other.objects[:2]]
    assert apply(document, CopyObjects(5), world) == document, "what is there already is left out"
