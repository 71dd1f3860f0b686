"""Variants written by other tools: read shape by shape; the rest is counted by reason.

The inputs have the structure of files in bug reports for these tools.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from fcfi.formats import AnnotatedPicture, Tally, find_codec
from fcfi.formats.cvat import OTHER_SUBSET
from fcfi.images import write_png
from fcfi.masks.coco import by_columns, write_counts
from fcfi.masks.polygons import fill_line
from fcfi.masks.runs import pixels_of
from fcfi.masks.work import TOO_MUCH

SIZES = {"a.png": (120, 80), "b.png": (120, 80)}
SQUARE = [20, 10, 60, 10, 60, 50, 20, 50]


def read(
    name: str, path: Path, sizes: dict[str, tuple[int, int]] | None = None
) -> tuple[list[AnnotatedPicture], Tally]:
    tally = Tally()
    return list(find_codec(name).read(path, SIZES if sizes is None else sizes, None, tally)), tally


def coco(folder: Path, annotations: list[dict[str, Any]], **more: Any) -> Path:
    content = {
        "images": [{"id": 1, "file_name": "a.png", "width": 120, "height": 80}],
        "annotations": [
            {"id": number, "image_id": 1, "category_id": 1, **annotation}
            for number, annotation in enumerate(annotations, 1)
        ],
        "categories": [{"id": 1, "name": "cup"}],
        **more,
    }
    file = folder / "instances.json"
    file.write_text(json.dumps(content))
    return file


def areas(pictures: list[AnnotatedPicture]) -> list[int]:
    return [annotated.mask.area for picture in pictures for annotated in picture.objects]


def test_cvats_brush_masks_are_run_lengths_with_iscrowd(tmp_path: Path) -> None:
    mask = np.zeros((80, 120), bool)
    mask[10:50, 20:60] = True
    counts = {"size": [80, 120], "counts": write_counts(by_columns(mask))}
    file = coco(tmp_path, [{"segmentation": counts, "iscrowd": 1}, {"segmentation": [SQUARE]}])
    pictures, tally = read("coco", file)
    assert areas(pictures) == [1600, 1600]
    assert (tally.found, tally.taken, tally.sentences()) == (2, 2, ())


@pytest.mark.parametrize(
    ("outline", "reason"),
    [
        ([[20, 10, 60, 50]], "at least 3 corners, got 4 numbers"),
        ([[]], "got 0 numbers"),
        ([], "a box without an outline"),
        ("", "a box without an outline"),
        ([[1, 2, 3, 4, 5, 6, 7]], "got 7 numbers"),
        ({"size": [120, 80], "counts": [9600]}, "run lengths are for"),
        ({"size": [80, 120], "counts": "o" * 5000}, "counts"),
        ({"size": [80, 120], "counts": [1e400]}, "counts"),
        ([[1, 1, 1e300, 1, 5, 5]], "corners within"),
        ([[500, 500, 510, 500, 510, 510]], "covers no pixel"),
    ],
)
def test_a_bad_outline_costs_itself_alone(outline: object, reason: str, tmp_path: Path) -> None:
    good: dict[str, Any] = {"segmentation": [SQUARE]}
    pictures, tally = read("coco", coco(tmp_path, [good, {"segmentation": outline}, good]))
    assert areas(pictures) == [1600, 1600]
    assert (tally.found, tally.taken) == (3, 2)
    (sentence,) = tally.sentences()
    assert reason in sentence
    assert "a.png, shape 2" in sentence


@pytest.mark.parametrize(
    "outline",
    [
        SQUARE,
        [[20, 10], [60, 10], [60, 50], [20, 50]],
        [SQUARE, [1, 2, 3, 4]],
        [[str(value) for value in SQUARE]],
    ],
)
def test_outlines_in_other_forms_are_the_same_object(outline: object, tmp_path: Path) -> None:
    assert areas(read("coco", coco(tmp_path, [{"segmentation": outline}]))[0]) == [1600]


@pytest.mark.parametrize(
    "given",
    [
        "a.png",
        "./images/./a.png",
        "images//a.png",
        "..\\label\\a.png",
        "/home/me/a.png",
        "C:\\data\\a.png",
        "images/cb0618f6-a.png",
        "A.PNG",
        "images/A.png",
    ],
)
def test_names_of_other_systems_find_their_picture(given: str, tmp_path: Path) -> None:
    image = {"id": 1, "file_name": given, "width": 120, "height": 80}
    pictures, tally = read("coco", coco(tmp_path, [{"segmentation": [SQUARE]}], images=[image]))
    assert [picture.file_name for picture in pictures] == ["a.png"]
    assert tally.sentences() == ()


def test_names_are_compared_composed_and_without_per_cent_signs(tmp_path: Path) -> None:
    image = {"id": 1, "file_name": "mein%20Fu\u0308r.png", "width": 120, "height": 80}
    file = coco(tmp_path, [{"segmentation": [SQUARE]}], images=[image])
    pictures, _ = read("coco", file, {"sub/mein Für.png": (120, 80)})
    assert [picture.file_name for picture in pictures] == ["sub/mein Für.png"]


def test_a_name_that_several_pictures_have_is_left_out_and_said(tmp_path: Path) -> None:
    file = coco(tmp_path, [{"segmentation": [SQUARE]}])
    content = json.loads(file.read_text())
    content["images"].append({"id": 2, "file_name": "c.png", "width": 120, "height": 80})
    file.write_text(json.dumps(content))
    sizes = {"x/a.png": (120, 80), "y/a.png": (120, 80), "c.png": (120, 80)}
    pictures, tally = read("coco", file, sizes)
    assert [picture.file_name for picture in pictures] == ["c.png"]
    (sentence,) = tally.sentences()
    assert sentence == "1 picture left out: several of your pictures have this name (a.png)"


@pytest.mark.parametrize(
    "size", [{}, {"width": None, "height": None}, {"width": "120", "height": 80.0}]
)
def test_sizes_that_are_missing_or_text_are_the_pictures_own(
    size: dict[str, Any], tmp_path: Path
) -> None:
    file = coco(
        tmp_path, [{"segmentation": [SQUARE]}], images=[{"id": 1, "file_name": "a.png", **size}]
    )
    assert areas(read("coco", file)[0]) == [1600]


def test_ids_as_text_lost_objects_and_categories_without_a_name(tmp_path: Path) -> None:
    annotations: list[dict[str, Any]] = [
        {"segmentation": [SQUARE], "image_id": "1", "category_id": "1"},
        {"segmentation": [SQUARE], "image_id": 99},
        {"segmentation": [SQUARE], "category_id": 7},
        {"segmentation": [SQUARE], "category_id": 2},
    ]
    categories = [{"id": 1, "name": "cup"}, {"id": 2}]
    pictures, tally = read("coco", coco(tmp_path, annotations, categories=categories))
    assert [annotated.label for annotated in pictures[0].objects] == ["cup", "object"]
    assert sorted(tally.sentences()) == [
        '1 shape left out: its category 7 is not among "categories" (a.png, shape 2)',
        '1 shape left out: its picture is not among "images" (picture 99, shape 1)',
    ]


def test_a_download_of_several_sets_is_read_whole(tmp_path: Path) -> None:
    for folder, name in (("train", "a.png"), ("valid", "b.png")):
        (tmp_path / folder).mkdir()
        images = [{"id": 1, "file_name": name, "width": 120, "height": 80}]
        file = coco(tmp_path / folder, [{"segmentation": [SQUARE]}], images=images)
        file.rename(tmp_path / folder / "_annotations.coco.json")
        (tmp_path / folder / "._annotations.coco.json").write_bytes(b"\0\5\x16\7")
    pictures, _ = read("coco", tmp_path)
    assert [picture.file_name for picture in pictures] == ["a.png", "b.png"]


def labelme(folder: Path, *shapes: dict[str, Any]) -> Path:
    content = {
        "shapes": [{"label": "cup", **shape} for shape in shapes],
        "imagePath": "a.png",
        "imageHeight": 80,
        "imageWidth": 120,
    }
    (folder / "a.json").write_text(json.dumps(content))
    return folder


@pytest.mark.parametrize(
    "corners", [[[20, 10], [60, 50]], [[20, 10], [60, 10], [60, 50], [20, 50]]]
)
def test_a_rectangle_has_two_corners_or_four(corners: list[list[int]], tmp_path: Path) -> None:
    shape = {"shape_type": "rectangle", "points": corners}
    assert areas(read("labelme", labelme(tmp_path, shape))[0]) == [41 * 41]


def test_rotated_rectangles_are_drawn_and_lines_counted(tmp_path: Path) -> None:
    turned = {"shape_type": "rotation", "points": [[40, 10], [60, 30], [40, 50], [20, 30]]}
    line = {"shape_type": "line", "points": [[1, 1], [5, 5]]}
    short = {"shape_type": "polygon", "points": [[1, 1], [5, 5]]}
    pictures, tally = read("labelme", labelme(tmp_path, turned, line, short))
    assert areas(pictures) == [841]
    assert tally.sentences() == (
        "1 shape left out: a line has no area (a.png, shape 2)",
        "1 shape left out: expected a polygon of at least 3 points, got 2 (a.png, shape 3)",
    )


def test_a_circle_of_any_radius_is_cut_by_the_picture(tmp_path: Path) -> None:
    huge = {"shape_type": "circle", "points": [[60, 40], [60, 900_000]]}
    pictures, _ = read("labelme", labelme(tmp_path, huge))
    assert areas(pictures) == [120 * 80]


def yolo(folder: Path, *lines: str, names: str = "names: [cup, plate]\n") -> Path:
    (folder / "labels").mkdir(exist_ok=True)
    (folder / "data.yaml").write_text(names)
    (folder / "labels" / "a.txt").write_text("".join(f"{line}\n" for line in lines))
    return folder


def test_yolo_outlines_that_leave_the_picture_are_cut_and_not_bent(tmp_path: Path) -> None:
    corners = np.array([[-0.2, 0.1], [0.5, -0.3], [1.4, 0.9], [0.3, 1.2]])
    line = "0 " + " ".join(f"{value:.6f}" for value in corners.ravel())
    pictures, _ = read("yolo", yolo(tmp_path, line))
    canvas = np.zeros((80, 120), np.uint8)
    cv2.fillPoly(canvas, [np.rint(corners * (120, 80)).astype(np.int32)], 1)
    assert np.array_equal(pictures[0].pixels(pictures[0].objects[0]), canvas.astype(bool))


def test_yolo_corners_are_rounded_so_that_few_decimals_lose_no_side() -> None:
    for left in range(5, 60):
        loop = np.array([[left, 7], [left + 9, 7], [left + 9, 19], [left, 19]]) / (97, 83)
        stored = np.array([[float(f"{value:.6f}") for value in corner] for corner in loop])
        expected = np.zeros((83, 97), bool)
        expected[7:20, left : left + 10] = True
        assert np.array_equal(pixels_of(fill_line(stored * (97, 83), 83, 97), 83, 97), expected)


def test_yolo_lines_of_other_tools(tmp_path: Path) -> None:
    polygon = "0.1 0.1 0.5 0.1 0.5 0.5"
    pictures, tally = read(
        "yolo",
        yolo(
            tmp_path,
            f"0.0 {polygon}",
            f"1 {polygon} 0.93",
            "0",
            f"5 {polygon}",
            "0 0.5 0.5 0.2 0.2",
        ),
    )
    assert [annotated.label for annotated in pictures[0].objects] == ["cup", "plate", "cup"]
    assert (tally.found, tally.taken) == (5, 3)
    assert "label 5 has no name in data.yaml (a.png, shape 4)" in " ".join(tally.sentences())


@pytest.mark.parametrize(
    "names",
    [
        "names: {0: cup, 1: plate}\n",
        'names:\n  "0": cup\n  "1": plate\n',
        "names:\n- cup\n- plate\n",
        "names: [cup,\n  plate]\n",
        "\ufeffnc: 2\nnames:\n  0: cup  # a cup\n  1: plate\n",
        "names: {0: cup, 1: plate, 7: fork}\n",
    ],
)
def test_yolo_names_in_every_form(names: str, tmp_path: Path) -> None:
    folder = yolo(tmp_path, "1 0.1 0.1 0.5 0.1 0.5 0.5", names=names)
    assert read("yolo", folder)[0][0].objects[0].label == "plate"


@pytest.mark.parametrize(
    "names",
    ["names: [" * 9000, "a: &a [x]\nnames: *a\n", "names:\n" + "\n" * 300_000, "names: 5\n"],
)
def test_settings_that_are_no_names_are_refused_at_once(names: str, tmp_path: Path) -> None:
    from fcfi.errors import DatasetError

    with pytest.raises(DatasetError, match=r"data\.yaml"):
        read("yolo", yolo(tmp_path, "0 0.1 0.1 0.5 0.1 0.5 0.5", names=names))


def task(value: dict[str, Any], data: dict[str, Any], **more: Any) -> dict[str, Any]:
    region = {"original_width": 120, "original_height": 80, "value": value, **more}
    return {"id": 1, "data": data, "annotations": [{"result": [region]}]}


@pytest.mark.parametrize(
    ("value", "area"),
    [
        ({"points": [[25, 25], [75, 25], [75, 75], [25, 75]], "polygonlabels": ["cup"]}, 2400),
        (
            {
                "x": 25,
                "y": 25,
                "width": 50,
                "height": 50,
                "rotation": 0,
                "rectanglelabels": ["cup"],
            },
            2400,
        ),
        ({"x": 50, "y": 50, "radiusX": 25, "radiusY": 25, "ellipselabels": ["cup"]}, 1880),
    ],
)
@pytest.mark.parametrize("key", ["image", "img"])
def test_label_studios_shapes_are_drawn_whatever_the_key(
    value: dict[str, Any], area: int, key: str, tmp_path: Path
) -> None:
    file = tmp_path / "tasks.json"
    file.write_text(json.dumps([task(value, {key: "/data/upload/1/cb0618f6-a.png"})]))
    pictures, _ = read("label-studio", file)
    assert areas(pictures) == [pytest.approx(area, abs=16)]
    assert pictures[0].objects[0].label == "cup"


def test_json_min_labels_of_another_result_and_tasks_without_a_picture(tmp_path: Path) -> None:
    shape = {"x": 25, "y": 25, "width": 50, "height": 50, "rotation": 90}
    region = {"original_width": 120, "original_height": 80, **shape}
    minimal = {
        "image": "/data/upload/1/a.png",
        "id": 1,
        "annotator": 1,
        "box": [{**region, "rectanglelabels": ["cup"]}],
    }
    file = tmp_path / "min.json"
    file.write_text(json.dumps([minimal]))
    assert read("label-studio", file)[0][0].objects[0].label == "cup"
    split = task({**shape, "rotation": 0}, {"image": "a.png"}, id="x")
    split["annotations"][0]["result"].append({"id": "x", "value": {"labels": ["plate"]}})
    file.write_text(json.dumps([split, {"id": 2, "data": {"text": "no picture"}}]))
    pictures, tally = read("label-studio", file)
    assert [annotated.label for annotated in pictures[0].objects] == ["plate"]
    assert tally.sentences() == ("1 picture left out: its data holds no picture (task 2)",)


def test_cvats_turned_boxes_are_drawn_and_one_bad_shape_costs_itself(tmp_path: Path) -> None:
    shapes = (
        '<box label="cup" xtl="40" ytl="20" xbr="80" ybr="60" rotation="45"/>'
        '<polygon label="cup" points="1,1;2,2"/><points label="cup" points="3,3"/>'
        '<ellipse label="cup" cx="60" cy="40" rx="20" ry="10" rotation="90"/>'
    )
    file = tmp_path / "annotations.xml"
    file.write_text(
        f'<annotations><image name="a.png" width="120" height="80">{shapes}</image></annotations>'
    )
    pictures, tally = read("cvat", file)
    box, ellipse = pictures[0].objects
    assert box.mask.area == pytest.approx(1600, abs=40)
    assert box.mask.width == pytest.approx(57, abs=1)
    assert (ellipse.mask.width, ellipse.mask.height) == (20, 40)
    assert (tally.found, tally.taken) == (4, 2)


def test_a_drawing_with_soft_edges_is_one_object(tmp_path: Path) -> None:
    canvas = np.zeros((800, 1200), np.uint8)
    cv2.circle(canvas, (600, 400), 240, 255, -1)
    soft = cv2.resize(canvas, (120, 80), interpolation=cv2.INTER_AREA)
    assert len(np.unique(soft)) > 20
    Image.fromarray(soft).save(tmp_path / "a_mask.png")
    pictures, _ = read("png", tmp_path)
    assert [picture.file_name for picture in pictures] == ["a.png"]
    assert areas(pictures) == [int((soft >= 128).sum())]


def test_a_label_map_without_background_has_black_for_it(tmp_path: Path) -> None:
    for folder in ("SegmentationClass", "SegmentationObject"):
        (tmp_path / folder).mkdir()
        shown = np.zeros((80, 120, 3), np.uint8)
        shown[10:30, 20:40] = (250, 0, 5)
        Image.fromarray(shown).save(tmp_path / folder / "a.png")
    (tmp_path / "ImageSets" / "Segmentation").mkdir(parents=True)
    (tmp_path / "ImageSets" / "Segmentation" / "default.txt").write_text("a\nzz\n")
    (tmp_path / "labelmap.txt").write_text("defect:250,0,5::\n")
    pictures, tally = read("voc", tmp_path)
    assert [(annotated.label, annotated.mask.area) for annotated in pictures[0].objects] == [
        ("defect", 400)
    ]
    assert tally.sentences() == ("1 picture left out: not among your pictures (zz)",)


def test_a_tally_names_a_few_and_counts_the_rest() -> None:
    tally = Tally()
    for number in range(1, 6):
        tally.leave_out("a line has no area", "a.png", number)
    assert tally.sentences() == (
        "5 shapes left out: a line has no area "
        "(a.png, shape 1; a.png, shape 2; a.png, shape 3 and 2 more)",
    )


def test_many_objects_on_a_large_picture_take_little_memory(tmp_path: Path) -> None:
    import tracemalloc

    outline = [[1, 1, 3000, 1, 3000, 2900, 1, 2900]]
    image = {"id": 1, "file_name": "a.png", "width": 4000, "height": 3000}
    file = coco(tmp_path, [{"segmentation": outline}] * 30, images=[image])
    tracemalloc.start()
    pictures, _ = read("coco", file, {"a.png": (4000, 3000)})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(pictures[0].objects) == 30
    assert peak < 30 * 12_000_000  # as many masks of the whole picture


def test_subsets_of_a_cvat_project_keep_to_their_own_pictures(tmp_path: Path) -> None:
    box = '<box label="{}" xtl="0" ytl="0" xbr="9" ybr="9"/>'
    images = "".join(
        f'<image name="a.png" subset="{subset}" width="120" height="80">'
        f"{box.format(subset)}</image>"
        for subset in ("Train", "Validation")
    )
    file = tmp_path / "annotations.xml"
    file.write_text(f"<annotations>{images}</annotations>")
    for folder in ("", "images/"):
        names = [f"{folder}Train/a.png", f"{folder}Validation/a.png"]
        pictures, tally = read("cvat", file, dict.fromkeys(names, (120, 80)))
        assert [(picture.file_name, picture.objects[0].label) for picture in pictures] == [
            (names[0], "Train"),
            (names[1], "Validation"),
        ]
        assert tally.left_out() == ()
    pictures, tally = read("cvat", file)
    assert [picture.objects[0].label for picture in pictures] == ["Train"]
    (left,) = tally.left_out()
    assert (left.reason, left.names) == (OTHER_SUBSET, ("Validation/a.png",))


SIZE = {"original_width": 120, "original_height": 80}
FORMS: dict[str, tuple[str, Callable[[int], str]]] = {
    "yolo": ("a.txt", lambda count: "0 0 0 1 0 1 1 0 1\n" * count),
    # Its box holds the picture, the triangle none of it.
    "yolo empty": ("a.txt", lambda count: "0 -9 0.99 0.99 -9 -9 -9\n" * count),
    "cvat": (
        "a.xml",
        lambda count: xml('<box label="c" xtl="0" ytl="0" xbr="120" ybr="80"/>', count),
    ),
    "cvat empty": (
        "a.xml",
        lambda count: xml(
            '<ellipse label="c" cx="60.3" cy="40" rx="70" ry="1e-9" rotation="45"/>', count
        ),
    ),
    "label-studio": (
        "a.json",
        lambda count: tasks({"x": 0, "y": 0, "width": 100, "height": 100}, count),
    ),
    "label-studio empty": (
        "a.json",
        lambda count: tasks(
            {"x": 50.3, "y": 50, "radiusX": 60, "radiusY": 1e-9, "rotation": 45}, count
        ),
    ),
    "labelme": (
        "a.json",
        lambda count: shapes("polygon", [[0, 0], [119, 0], [119, 79], [0, 79]], count),
    ),
    "labelme rectangle": ("a.json", lambda count: shapes("rectangle", [[0, 0], [119, 79]], count)),
    "coco": ("a.json", lambda count: coco_of([[0, 0, 120, 0, 120, 80, 0, 80]], count)),
    "coco runs": ("a.json", lambda count: coco_of({"size": [80, 120], "counts": [0, 9600]}, count)),
    "coco empty": ("a.json", lambda count: coco_of([[0.5, 0, 0.5, 80, 0.5, 0]], count)),
}
"""Files of so many shapes that fill a picture of 120 x 80 pixels, or that draw nothing in it."""


def xml(shape: str, count: int) -> str:
    image = f'<image name="a.png" width="120" height="80">{shape * count}</image>'
    return f"<annotations>{image}</annotations>"


def tasks(value: dict[str, float], count: int) -> str:
    result = [{"type": "shape", "value": value, **SIZE}] * count
    return json.dumps([{"data": {"image": "a.png"}, "annotations": [{"result": result}]}])


def shapes(kind: str, points: list[list[float]], count: int) -> str:
    shape = {"label": "cup", "points": points, "shape_type": kind}
    return json.dumps({"imagePath": "a.png", "imageData": None, "shapes": [shape] * count})


def coco_of(outline: Any, count: int) -> str:
    record = {"image_id": 1, "category_id": 1, "segmentation": outline}
    images = [{"id": 1, "file_name": "a.png", "width": 120, "height": 80}]
    categories = [{"id": 1, "name": "cup"}]
    return json.dumps({"images": images, "annotations": [record] * count, "categories": categories})


@pytest.mark.parametrize("form", FORMS)
def test_shapes_are_not_drawn_without_end(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fcfi.masks.work.LEAST", 200_000)
    monkeypatch.setattr("fcfi.masks.work.MAX_COVERED", 1)
    name, written = FORMS[form]
    (tmp_path / name).write_text(written(40))
    (tmp_path / "classes.txt").write_text("cup\n")
    tally = Tally()
    codec = find_codec(form.split(" ")[0])
    given = tmp_path if name.endswith("txt") else tmp_path / name
    (picture,) = codec.read(given, {"a.png": (120, 80)}, None, tally)
    reasons = {left.reason: left.count for left in tally.left_out()}
    assert reasons[TOO_MUCH] > 5
    assert tally.found == 40
    if "empty" in form:
        assert len(reasons) == 2
        assert len(picture.objects) == 0
    else:
        assert len(picture.objects) == 40 - reasons[TOO_MUCH] > 5


def test_a_map_is_not_decoded_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fcfi.masks.work.LEAST", 200_000)
    monkeypatch.setattr("fcfi.masks.work.MAX_COVERED", 1)
    write_png(tmp_path / "a.png", np.ones((80, 120), np.bool_))
    entry = {"file_name": "a.png", "mask": "a.png", "objects": []}
    (tmp_path / "objects.json").write_text(json.dumps({"pictures": [entry] * 40}))
    _, tally = read("png", tmp_path)
    # The first map says the size of the picture; then there is enough for 20 of 9,600 pixels.
    assert [str(problem) for problem in tally.problems] == [TOO_MUCH] * 19


def test_names_that_mean_one_picture_are_read_once(tmp_path: Path) -> None:
    document = json.loads(coco_of([[0, 0, 9, 0, 9, 9]], 3))
    document["images"] = [{"id": 1, "file_name": f"{n}/a.png"} for n in range(50)]
    (tmp_path / "a.json").write_text(json.dumps(document))
    pictures, tally = read("coco", tmp_path / "a.json")
    assert [len(picture.objects) for picture in pictures] == [3]
    assert tally.found == 3
