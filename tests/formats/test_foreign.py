"""Files from other tools and people: read as intended, or refused with one sentence."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from fcfi.errors import DatasetError, InputError
from fcfi.formats import (
    AnnotatedObject,
    AnnotatedPicture,
    coco,
    cvat,
    label_studio,
    labelme,
    png,
    voc,
    yolo,
)
from fcfi.formats.indexed import encode_map, voc_colour
from fcfi.images import encode_png, write_png
from tests.formats.builders import pixels

SIZES = {"a.jpg": (30, 20)}


def only(pictures: Any) -> AnnotatedPicture:
    """Return the only picture that was read."""
    (picture,) = pictures
    assert isinstance(picture, AnnotatedPicture)
    return picture


def rectangle(left: int, top: int, right: int, bottom: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    mask = np.zeros((20, 30), bool)
    mask[top:bottom, left:right] = True
    return mask


# ── COCO ──────────────────────────────────────────────────────────────────────────────────────────


def coco_file(folder: Path, *annotations: dict[str, Any], **more: Any) -> Path:
    content = {
        "images": [{"id": 5, "file_name": "train/a.jpg", "width": 30, "height": 20}],
        "annotations": [
            {"image_id": 5, "category_id": 2, **annotation} for annotation in annotations
        ],
        "categories": [{"id": 2, "name": "cat"}],
    }
    file = folder / "instances_train.json"
    file.write_text(json.dumps({**content, **more}))
    return file


def test_coco_of_others(tmp_path: Path) -> None:
    coco_file(
        tmp_path,
        {"id": 7, "segmentation": [[3, 4, 9, 4, 9, 10, 3, 10]]},
        {"segmentation": {"size": [20, 30], "counts": [0, 20, 580]}},
        {"segmentation": [[1, 1, 2, 2, 3, 3]], "iscrowd": 1},
        {"segmentation": []},
        {"segmentation": [[1.1, 1.1, 1.2, 1.1, 1.2, 1.2]]},
    )
    first, second = only(coco.read(tmp_path, SIZES)).objects
    assert (first.label, first.id) == ("cat", 7)
    assert np.array_equal(pixels(first), rectangle(3, 4, 9, 10))
    assert np.array_equal(pixels(second), rectangle(0, 0, 1, 20))


@pytest.mark.parametrize(
    ("annotation", "message"),
    [
        ({"segmentation": [[1, 2, 3]]}, "at least 3 corners"),
        ({"segmentation": [[1, 2, 3, 4, 5, float("nan")]]}, "corners within"),
        ({"segmentation": [[1, 1, 9e6, 1, 5, 5]]}, "pixels long"),
        ({"segmentation": [[1, 1, 1e9, 1, 5, 5]]}, "corners within"),
        ({"segmentation": {"size": [2, 3], "counts": [6]}}, "run lengths are for"),
        ({"segmentation": {"size": [20, 30], "counts": "~~~"}}, "run lengths"),
        ({"segmentation": "x"}, "as a segmentation, got str"),
        ({"segmentation": [[1, 1, 5, 1, 5, 5]], "category_id": 3}, "category 3 is not among"),
    ],
)
def test_coco_that_is_broken_is_reported(
    annotation: dict[str, Any], message: str, tmp_path: Path
) -> None:
    file = coco_file(tmp_path, annotation)
    with pytest.raises(DatasetError, match=message) as refusal:
        list(coco.read(file))
    assert str(file) in str(refusal.value)


def test_coco_keeps_ids_where_all_are_there(tmp_path: Path) -> None:
    objects = (
        AnnotatedObject.of_pixels("cat", rectangle(0, 0, 3, 3), 40),
        AnnotatedObject.of_pixels("cat", rectangle(5, 5, 9, 9), 30),
    )
    coco.write([AnnotatedPicture("a.jpg", 30, 20, objects)], tmp_path, ["cat"])
    assert [annotated.id for annotated in only(coco.read(tmp_path)).objects] == [40, 30]


# ── YOLO ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "names",
    [
        "names: ['cat', \"big dog\"]",
        "names:\n- cat\n- big dog\nnc: 2",
        "nc: 2\nnames:\n  0: cat  # first\n  1: 'big dog'\n",
        "names: [cat, big dog]",
        "# names: [x]\nnames:\n  - cat\n  - big dog\n",
        "names:\n  1: big dog\n  0: cat\ntrain: images\n",
    ],
)
def test_yolos_names_in_every_form(names: str, tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text(names)
    (tmp_path / "labels" / "train").mkdir(parents=True)
    (tmp_path / "labels" / "train" / "a.txt").write_text("1 0.5 0.5 0.2 0.3\n\n0 0 0 0.5 0 0.5 1\n")
    box, triangle = only(yolo.read(tmp_path, SIZES)).objects
    assert (box.label, triangle.label) == ("big dog", "cat")
    assert np.array_equal(pixels(box), rectangle(12, 7, 18, 13))


def test_yolo_takes_sizes_from_pictures_and_names_from_classes(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    Pillow.new("RGB", (20, 30)).save(tmp_path / "images" / "a.jpg", exif=exif)
    (tmp_path / "images" / "broken.png").write_bytes(b"x")
    (tmp_path / "labels" / "a.txt").write_text("0 0 0 0.5 0 0.5 1\n")
    (tmp_path / "classes.txt").write_text("cat\n")
    picture = only(yolo.read(tmp_path))
    assert (picture.file_name, picture.width, picture.height) == ("a.jpg", 30, 20)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x 1 1", "expected numbers"),
        ("1 0 0 1 0 1 1", "has no name"),
        ("0 0 0 1", "at least 3 corners"),
        ("0 0 0 1 0 1 nan", "parts of the picture"),
        ("0 0 0 100 0 100 100", "parts of the picture"),
    ],
)
def test_yolo_that_is_broken_is_reported_with_its_line(
    line: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(f"0 0 0 1 0 1 1\n{line}\n")
    with pytest.raises(DatasetError, match=message) as refusal:
        list(yolo.read(tmp_path, SIZES, ["cat"]))
    assert "a.jpg, shape 2" in str(refusal.value)


def test_yolo_without_names_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("0 0 0 1 0 1 1\n")
    with pytest.raises(DatasetError, match="expected names of the labels"):
        list(yolo.read(tmp_path, SIZES))


# ── VOC and PNG maps ──────────────────────────────────────────────────────────────────────────────


def voc_folder(folder: Path) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Make a picture with two persons (class 15) and void between them."""
    numbers = np.zeros((20, 30), np.uint8)
    numbers[2:8, 2:8], numbers[10:15, 10:20], numbers[8:10] = 1, 2, 255
    classes = np.where((numbers == 1) | (numbers == 2), 15, numbers).astype(np.uint8)
    for name, values in (("SegmentationClass", classes), ("SegmentationObject", numbers)):
        (folder / name).mkdir(parents=True)
        (folder / name / "a.png").write_bytes(encode_map(values))
    return numbers


def test_voc_as_published(tmp_path: Path) -> None:
    numbers = voc_folder(tmp_path)
    picture = only(voc.read(tmp_path))
    assert picture.file_name == "a.jpg"
    assert [annotated.label for annotated in picture.objects] == ["person", "person"]
    assert np.array_equal(pixels(picture.objects[1]), numbers == 2)


def test_voc_without_objects_has_one_a_class(tmp_path: Path) -> None:
    numbers = voc_folder(tmp_path)
    (tmp_path / "SegmentationObject" / "a.png").unlink()
    (annotated,) = only(voc.read(tmp_path, SIZES)).objects
    assert np.array_equal(pixels(annotated), (numbers == 1) | (numbers == 2))


def test_voc_in_rgb_goes_by_the_label_map(tmp_path: Path) -> None:
    numbers = voc_folder(tmp_path)
    colours = np.array([voc_colour(number) for number in range(256)], np.uint8)
    colours[15] = (1, 2, 3)
    for name in ("SegmentationClass", "SegmentationObject"):
        shown = colours[np.asarray(Pillow.open(tmp_path / name / "a.png"))]
        write_png(tmp_path / name / "a.png", shown)
    (tmp_path / "labelmap.txt").write_text(
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:1,2,3::\n"
    )
    first, second = only(voc.read(tmp_path, SIZES)).objects
    assert {first.label, second.label} == {"cat"}
    assert (pixels(first) | pixels(second)).sum() == ((numbers == 1) | (numbers == 2)).sum()
    (tmp_path / "labelmap.txt").write_text("background:0,0,0::\ncat:1,2,4::\n")
    with pytest.raises(DatasetError, match="expected the colours that"):
        list(voc.read(tmp_path, SIZES))


@pytest.mark.parametrize("label", ["a:b", "#a", "background"])
def test_voc_refuses_labels_that_break_its_label_map(label: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="label map"):
        voc.write([], tmp_path, [label])


@pytest.mark.parametrize("labels", [None, ("cat", "dog")])
def test_maps_of_others(labels: tuple[str, ...] | None, tmp_path: Path) -> None:
    numbers = np.zeros((20, 30), np.uint8)
    numbers[1:5, 1:5], numbers[8:12, 8:12] = 1, 2
    (tmp_path / "a.png").write_bytes(encode_png(numbers))
    (tmp_path / "other.png").write_bytes(b"not looked at")
    objects = only(png.read(tmp_path, SIZES, labels)).objects
    assert [annotated.label for annotated in objects] == (
        ["cat", "dog"] if labels else ["object", "object"]
    )
    assert np.array_equal(pixels(objects[1]), numbers == 2)


def test_a_black_and_white_map_is_one_object(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encode_png(rectangle(2, 2, 9, 9)))
    (annotated,) = only(png.read(tmp_path, SIZES)).objects
    assert np.array_equal(pixels(annotated), rectangle(2, 2, 9, 9))
    with pytest.raises(DatasetError, match="got 255 in"):
        list(png.read(tmp_path, SIZES, ["cat"]))


def test_a_photograph_is_no_map(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (20, 30, 3)).astype(np.uint8)
    write_png(tmp_path / "a.png", noise)
    with pytest.raises(DatasetError, match="got 600, most of them in soft edges"):
        list(png.read(tmp_path, SIZES))


@pytest.mark.parametrize("codec", [png, voc])
def test_more_objects_than_a_map_holds_are_refused(codec: Any, tmp_path: Path) -> None:
    annotated = AnnotatedObject.of_pixels("cat", np.ones((1, 1), bool))
    with pytest.raises(InputError, match="export as coco"):
        codec.write([AnnotatedPicture("a.jpg", 1, 1, (annotated,) * 256)], tmp_path, ["cat"])


# ── labelme ───────────────────────────────────────────────────────────────────────────────────────


def labelme_file(folder: Path, *shapes: dict[str, Any], path: str = "a.jpg") -> None:
    whole = [{"label": "cat", "group_id": None, "flags": {}, **shape} for shape in shapes]
    content = {
        "version": "5.5.0",
        "shapes": whole,
        "imagePath": path,
        "imageHeight": 20,
        "imageWidth": 30,
    }
    (folder / "a.json").write_text(json.dumps(content))


@pytest.mark.parametrize(
    "path", ["a.jpg", "..\\pictures\\a.jpg", "../a.jpg", "C:\\photos\\a.jpg", "other name.jpg"]
)
def test_labelmes_shapes(path: str, tmp_path: Path) -> None:
    labelme_file(
        tmp_path,
        {"points": [[2, 2], [8, 2], [8, 8], [2, 8]], "shape_type": "polygon", "group_id": 3},
        {"points": [[20, 12], [12, 10]], "shape_type": "rectangle", "group_id": 3},
        {"points": [[10, 10], [10, 13]], "shape_type": "circle"},
        {"points": [[1, 1], [2, 2]], "shape_type": "line"},
        path=path,
    )
    joined, circle = only(labelme.read(tmp_path, SIZES)).objects
    assert joined.id == 3
    assert np.array_equal(pixels(joined), rectangle(2, 2, 9, 9) | rectangle(12, 10, 21, 13))
    assert 25 < pixels(circle).sum() < 45


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ({"points": [[1, 1], [2, 2]], "shape_type": "polygon"}, "at least 3"),
        ({"points": [[1], [2]], "shape_type": "polygon"}, "pairs x, y"),
        ({"points": [["a", 1], [2, 2]], "shape_type": "polygon"}, "pairs x, y"),
        ({"points": [[25, 1], [30, 2]], "shape_type": "mask", "mask": "%%"}, "base64"),
        (
            {"points": [[25, 1]], "shape_type": "mask", "mask": base64.b64encode(b"x").decode()},
            "not a picture that can be read",
        ),
        (
            {
                "points": [[25, 1], [34, 10]],
                "shape_type": "mask",
                "mask": base64.b64encode(encode_png(np.ones((10, 10), bool))).decode(),
            },
            "does not fit",
        ),
    ],
)
def test_labelmes_broken_shapes_are_reported(
    shape: dict[str, Any], message: str, tmp_path: Path
) -> None:
    labelme_file(tmp_path, shape)
    with pytest.raises(DatasetError, match=message):
        list(labelme.read(tmp_path, SIZES))


# ── Label Studio ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "address",
    [
        "/data/local-files/?d=a.jpg",
        "/data/upload/3/0a1b2c3d-a.jpg",
        "http://host/x/a.jpg?token=1",
        "a.jpg",
        "s3://b/a.jpg",
    ],
)
def test_label_studios_addresses(address: str, tmp_path: Path) -> None:
    cat = AnnotatedObject.of_pixels("cat", rectangle(1, 2, 5, 9))
    stroke = label_studio.result(AnnotatedPicture("a.jpg", 30, 20, (cat,)), cat, "x")
    other = {"type": "choices", "value": {"choices": ["x"]}}
    task = {
        "data": {"image": address},
        "annotations": [{"result": []}, {"result": [other, stroke]}],
    }
    (tmp_path / "tasks.json").write_text(json.dumps([task]))
    (annotated,) = only(label_studio.read(tmp_path, SIZES)).objects
    assert np.array_equal(pixels(annotated), rectangle(1, 2, 5, 9))


@pytest.mark.parametrize("data", [[], [0] * 20, [300], ["a"], [255] * 40])
def test_broken_strokes_are_reported(data: list[Any]) -> None:
    with pytest.raises(DatasetError, match="damaged or truncated"):
        label_studio.decode(data, 20, 30)


# ── CVAT ──────────────────────────────────────────────────────────────────────────────────────────


def cvat_file(folder: Path, shapes: str, head: str = "") -> None:
    image = f'<image id="0" name="a.jpg" width="30" height="20">{shapes}</image>'
    (folder / "annotations.xml").write_text(
        f"{head}<annotations><version>1.1</version>{image}</annotations>"
    )


def test_cvats_shapes(tmp_path: Path) -> None:
    cvat_file(
        tmp_path,
        '<polygon label="cat" points="2.0,2.0;8.0,2.0;8.0,8.0;2.0,8.0" z_order="4"/>'
        '<box label="dog" xtl="10.0" ytl="3.0" xbr="20.0" ybr="9.0"/>'
        '<ellipse label="dog" cx="15" cy="14" rx="5" ry="3"/>'
        '<tag label="dog"/><points label="dog" points="1,1"/>'
        '<mask label="cat" rle="0, 4" left="1" top="1" width="2" height="2" group_id="2"/>'
        '<mask label="cat" rle="1,1" left="20" top="1" width="2" height="1" group_id="2"/>',
    )
    polygon, box, ellipse, joined = only(cvat.read(tmp_path, SIZES)).objects
    assert polygon.order == 4
    assert np.array_equal(pixels(polygon), rectangle(2, 2, 8, 8))
    assert np.array_equal(pixels(box), rectangle(10, 3, 20, 9))
    assert abs(pixels(ellipse).sum() - np.pi * 15) < 5
    assert np.array_equal(pixels(joined), rectangle(1, 1, 3, 3) | rectangle(21, 1, 22, 2))


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (
            '<mask label="cat" rle="0,5" left="1" top="1" width="2" height="2"/>',
            "sum to 4 pixels, got 5",
        ),
        (
            '<mask label="cat" rle="-1,5" left="1" top="1" width="2" height="2"/>',
            "sum to 4 pixels, got 4",
        ),
        ('<mask label="cat" rle="0,x" left="1" top="1" width="2" height="2"/>', "whole numbers"),
        ('<mask label="cat" rle="0,4" left="29" top="1" width="2" height="2"/>', "does not fit"),
        (
            '<mask label="cat" rle="0,4" left="1.5" top="1" width="2" height="2"/>',
            "expected a whole number",
        ),
        ('<polygon label="cat" points="1,1;2,2"/>', "at least 3"),
        ('<polygon label="cat" points="1,1;2,2;3,inf"/>', "coordinates in pixels"),
        ('<box label="cat" xtl="x" ytl="3.0" xbr="20.0" ybr="9.0"/>', "numbers as coordinates"),
    ],
)
def test_cvats_broken_shapes_are_reported(shape: str, message: str, tmp_path: Path) -> None:
    cvat_file(tmp_path, shape)
    with pytest.raises(DatasetError, match=message):
        list(cvat.read(tmp_path, SIZES))


def test_entities_in_xml_are_refused(tmp_path: Path) -> None:
    cvat_file(tmp_path, "", '<!DOCTYPE a [<!ENTITY b "c">]>')
    with pytest.raises(DatasetError, match="entities"):
        list(cvat.read(tmp_path, SIZES))


# ── names ─────────────────────────────────────────────────────────────────────────────────────────


def test_names_in_files_that_leave_the_folder_are_refused(tmp_path: Path) -> None:
    file = coco_file(
        tmp_path, images=[{"id": 5, "file_name": "../../a.jpg", "width": 30, "height": 20}]
    )
    with pytest.raises(DatasetError, match="expected a name inside the folder"):
        list(coco.read(file))
    png.write([AnnotatedPicture("a.jpg", 30, 20)], tmp_path, [])
    index = tmp_path / "objects.json"
    index.write_text(index.read_text().replace("masks/a.png", "../masks/a.png"))
    with pytest.raises(DatasetError, match="expected a name inside the folder"):
        list(png.read(tmp_path))


def test_a_picture_larger_than_any_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    file = coco_file(
        tmp_path, images=[{"id": 5, "file_name": "a.jpg", "width": 10**6, "height": 10**6}]
    )
    with pytest.raises(DatasetError, match="1 to 200000000 pixels and .* got 1000000 x 1000000"):
        list(coco.read(file))
