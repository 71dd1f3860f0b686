"""Every format: everything written is read back, refused or reported."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.errors import ConfigError, FCFIError, InputError
from fcfi.formats import AnnotatedObject, AnnotatedPicture, Tally, codecs, export, find_codec
from fcfi.formats.report import HOLES, OVERLAP, PARTS
from tests.formats.builders import LABELS, apart, masks, one_each, overlapping, special
from tests.generated import examples

ALL = sorted(codecs())
EXACT = sorted(set(codecs()) - {"yolo"})
"""Formats that keep every mask to the pixel if objects do not overlap."""
NO_OVERLAP = ("cvat-mask", "png", "voc")
PLAIN = ("cat", "dog", "Straße 7")


def renamed(picture: AnnotatedPicture) -> AnnotatedPicture:
    """Return the pictures with labels that every format supports."""
    objects = tuple(
        AnnotatedObject(
            PLAIN[LABELS.index(annotated.label)], annotated.mask, annotated.id, annotated.order
        )
        for annotated in picture.objects
    )
    return AnnotatedPicture(picture.file_name, picture.width, picture.height, objects)


@pytest.mark.parametrize("name", EXACT)
def test_masks_that_lie_apart_come_back_to_the_pixel(name: str, tmp_path: Path) -> None:
    report = export(name, apart(), tmp_path, LABELS)
    assert report.changed == ()
    assert (report.pictures, len(report.objects)) == (3, 3)
    assert "all kept to the pixel" in report.text()


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("kind", sorted(special()))
def test_special_masks_come_back_to_the_pixel(name: str, kind: str, tmp_path: Path) -> None:
    mask = special()[kind]
    picture = AnnotatedPicture(
        "a.jpg", mask.shape[1], mask.shape[0], (AnnotatedObject.of_pixels("cat", mask),)
    )
    assert export(name, [picture], tmp_path, LABELS).changed == ()


@pytest.mark.parametrize("name", ALL)
@examples(20)
@given(data=st.data())
def test_any_mask_comes_back(
    name: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    mask = data.draw(masks)
    picture = AnnotatedPicture(
        "a.jpg", mask.shape[1], mask.shape[0], (AnnotatedObject.of_pixels("cat", mask),)
    )
    report = export(name, [picture], tmp_path_factory.mktemp("any"), LABELS)
    (result,) = report.objects
    if name == "yolo":
        assert result.iou > 0
        assert result.iou == 1 or set(result.lost) & {HOLES, PARTS}
    else:
        assert result.iou == 1


@pytest.mark.parametrize("name", ALL)
def test_reading_gives_names_sizes_labels_and_order(name: str, tmp_path: Path) -> None:
    pictures = apart()
    codec = find_codec(name)
    written = codec.write(pictures, tmp_path, LABELS)
    assert written
    assert all(path.is_file() and path.is_relative_to(tmp_path) for path in written)
    sizes = {picture.file_name: (picture.width, picture.height) for picture in pictures}
    stored = list(codec.read(tmp_path, sizes, LABELS))
    for there, here in zip(stored, pictures, strict=True):
        assert (there.file_name, there.width, there.height) == (
            here.file_name,
            here.width,
            here.height,
        )
        assert [annotated.label for annotated in there.objects] == [
            annotated.label for annotated in here.objects
        ]


@pytest.mark.parametrize("name", ["coco", "cvat", "label-studio", "labelme", "png"])
def test_these_formats_say_names_and_sizes_themselves(name: str, tmp_path: Path) -> None:
    pictures = {picture.file_name: picture for picture in apart()}
    find_codec(name).write(pictures.values(), tmp_path, LABELS)
    stored = {picture.file_name: picture for picture in find_codec(name).read(tmp_path)}
    if name == "labelme":  # it looks for the picture beside its file
        assert set(stored) == set(pictures)
    for file_name, picture in stored.items():
        assert picture.width == pictures[file_name].width
        assert len(picture.objects) == len(pictures[file_name].objects)
    assert len(stored) == (2 if name == "label-studio" else 3)


@pytest.mark.parametrize("name", ALL)
def test_of_two_objects_on_a_pixel_the_upper_one_keeps_it(name: str, tmp_path: Path) -> None:
    picture = overlapping()
    report = export(name, [picture], tmp_path, ["cat"])
    above, below = report.objects
    assert above.iou == 1
    if name in NO_OVERLAP:
        top, under = (picture.pixels(annotated) for annotated in picture.objects)
        assert below.lost == (OVERLAP,)
        assert below.iou == pytest.approx((under & ~top).sum() / under.sum())
        assert "under another object" in report.text()
    else:
        assert below.iou == 1


@pytest.mark.parametrize("name", NO_OVERLAP)
def test_an_object_that_is_hidden_counts_as_lost(name: str, tmp_path: Path) -> None:
    mask = special()["disk"]
    hidden = AnnotatedPicture(
        "a.jpg",
        30,
        20,
        (AnnotatedObject.of_pixels("cat", mask), AnnotatedObject.of_pixels("dog", mask)),
    )
    below, above = export(name, [hidden], tmp_path, PLAIN).objects
    assert (below.iou, above.iou) == (0, 1)


def test_yolo_names_what_it_cannot_hold(tmp_path: Path) -> None:
    report = export("yolo", one_each(), tmp_path, LABELS)
    lost = dict(zip(special(), (result.lost for result in report.objects), strict=True))
    assert lost["ring"] == (HOLES,)
    assert lost["two corners"] == (PARTS,)
    assert lost["island"] == (HOLES, PARTS)
    by_kind = dict(zip(special(), (result.iou for result in report.objects), strict=True))
    assert all(
        by_kind[kind] == 1
        for kind in ("one pixel", "line", "full", "disk", "diagonal", "ring", "border")
    )
    assert by_kind["parts"] > 0.9


@pytest.mark.parametrize("name", ALL)
def test_a_label_that_is_not_listed_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="expected a label among"):
        export(name, apart(), tmp_path, ["cat"])


@pytest.mark.parametrize("name", ALL)
def test_other_pictures_are_left_out_and_none_at_all_is_reported(name: str, tmp_path: Path) -> None:
    codec = find_codec(name)
    codec.write(apart(), tmp_path, LABELS)
    assert [
        picture.file_name for picture in codec.read(tmp_path, {"b.tiff": (50, 40)}, LABELS)
    ] == ["b.tiff"]
    with pytest.raises(FCFIError, match="none of the"):
        list(codec.read(tmp_path, {"other.jpg": (50, 40)}, LABELS))


@pytest.mark.parametrize("name", sorted(set(ALL) - {"yolo"}))
def test_a_picture_of_another_size_is_refused(name: str, tmp_path: Path) -> None:
    codec = find_codec(name)
    codec.write(apart(), tmp_path, LABELS)
    with pytest.raises(FCFIError, match="of 51 x 40 pixels, got 50 x 40"):
        list(codec.read(tmp_path, {"b.tiff": (51, 40)}, LABELS))


@pytest.mark.parametrize("name", ALL)
def test_what_is_missing_or_damaged_is_one_sentence(name: str, tmp_path: Path) -> None:
    codec = find_codec(name)
    with pytest.raises(FCFIError) as refusal:
        list(codec.read(tmp_path / "nowhere", {"b.tiff": (50, 40)}, LABELS))
    assert "\n" not in str(refusal.value)
    written = codec.write(apart(), tmp_path, LABELS)
    sizes = {picture.file_name: (picture.width, picture.height) for picture in apart()}
    for path in written:
        whole = path.read_bytes()
        for data in (
            b"",
            b"\xff\x00junk",
            whole[: len(whole) // 2],
            b"[]",
            b"{}",
            b'{"images": 3}',
        ):
            path.write_bytes(data)
            try:
                list(codec.read(tmp_path, sizes, LABELS))
            except FCFIError as error:
                assert "\n" not in str(error)
        path.write_bytes(whole)
    assert len(list(codec.read(tmp_path, sizes, LABELS))) == 3


@pytest.mark.parametrize("name", ["cvat-mask", "labelme", "png", "voc", "yolo"])
def test_two_pictures_for_one_file_are_refused(name: str, tmp_path: Path) -> None:
    pictures = [AnnotatedPicture("a.jpg", 3, 2), AnnotatedPicture("A.png", 3, 2)]
    with pytest.raises(InputError, match="both be written"):
        export(name, pictures, tmp_path, ["cat"])


def test_a_picture_that_comes_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="occurs twice"):
        export("coco", [AnnotatedPicture("a.jpg", 3, 2)] * 2, tmp_path, ["cat"])


@pytest.mark.parametrize("name", ALL)
def test_a_link_out_of_the_folder_is_not_followed(name: str, tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "out"
    outside.mkdir()
    folder.mkdir()
    for entry in ("annotations", "labels", "masks", "SegmentationClass", "sub"):
        (folder / entry).symlink_to(outside)
    for entry in ("tasks.json", "annotations.xml", "segmentation_mask.zip"):
        (folder / entry).symlink_to(outside / "file")
    with pytest.raises(InputError, match="leads out of"):
        export(name, apart(), folder, LABELS)
    assert list(outside.iterdir()) == []


def test_a_format_that_is_not_there_is_reported() -> None:
    with pytest.raises(ConfigError, match="choose one of png, coco, yolo"):
        find_codec("bmp")


@pytest.mark.parametrize(
    "name", ["../a.jpg", "/a.jpg", "a/../../b.jpg", "c:a.jpg", "a\\b.jpg", "", "a\nb.jpg", ".."]
)
def test_names_that_leave_the_folder_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="expected a name inside the folder"):
        AnnotatedPicture(name, 3, 2)


def test_masks_that_are_none_are_refused() -> None:
    with pytest.raises(InputError, match="an empty one"):
        AnnotatedObject.of_pixels("cat", np.zeros((2, 3), bool))
    with pytest.raises(InputError, match="expected bool .H, W. as the mask"):
        AnnotatedObject.of_pixels("cat", np.ones((2, 3), np.uint8))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="masks inside a.jpg of 4 x 2 pixels"):
        AnnotatedPicture("a.jpg", 4, 2, (AnnotatedObject.of_pixels("cat", np.ones((2, 5), bool)),))
    with pytest.raises(InputError, match="expected a label on one line"):
        AnnotatedObject.of_pixels(" ", np.ones((2, 3), bool))


def test_an_object_is_compared_with_what_became_of_it_not_with_its_neighbour(
    tmp_path: Path,
) -> None:
    """The lower of two alike is mostly hidden: the stored upper is more like it than its rest."""
    mask = special()["disk"]
    wider = np.roll(mask, 2, axis=1)
    picture = AnnotatedPicture(
        "a.jpg",
        30,
        20,
        (AnnotatedObject.of_pixels("cat", mask), AnnotatedObject.of_pixels("cat", wider)),
    )
    below, above = export("png", [picture], tmp_path, ["cat"]).objects
    assert above.iou == 1
    assert below.iou == pytest.approx((mask & ~wider).sum() / mask.sum())


@pytest.mark.parametrize("name", ALL)
def test_one_picture_that_cannot_be_read_is_reported_and_the_rest_is_read(
    name: str, tmp_path: Path
) -> None:
    codec, pictures = find_codec(name), [renamed(picture) for picture in apart()]
    codec.write(pictures, tmp_path, PLAIN)
    sizes = {picture.file_name: (picture.width, picture.height) for picture in pictures}
    if name == "yolo":  # says no sizes
        (tmp_path / "labels" / "b.txt").write_text("0 a b c\n")
    else:
        sizes["b.tiff"] = (49, 40)
    tally = Tally()
    found = {picture.file_name: picture for picture in codec.read(tmp_path, sizes, PLAIN, tally)}
    assert "sub/ä photo 1.jpg" in found
    assert len(tally.sentences()) == 1
    if name == "yolo":  # the shape is left out, not its picture
        assert found["b.tiff"].objects == ()
        assert tally.sentences()[0].startswith("1 shape left out: expected numbers")
        with pytest.raises(FCFIError, match="b.tiff, shape 1: expected numbers"):
            list(codec.read(tmp_path, sizes, PLAIN))
        return
    assert "b.tiff" not in found
    with pytest.raises(FCFIError, match=re.escape(tally.sentences()[0])):
        list(codec.read(tmp_path, sizes, PLAIN))
