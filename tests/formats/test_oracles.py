"""Formats compared with the tools that define them, as far as they are installed."""

import json
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fcfi.formats import (
    AnnotatedObject,
    AnnotatedPicture,
    coco,
    cvat,
    cvat_mask,
    label_studio,
    labelme,
    voc,
    yolo,
)
from fcfi.images import write_png
from fcfi.masks.components import has_holes
from fcfi.masks.polygons import edges, fill_edges
from fcfi.masks.runs import RunMask, pixels_of
from fcfi.masks.truth import Mask
from tests.conftest import ELSEWHERE
from tests.formats.builders import LABELS, apart, masks, one_each, special
from tests.generated import examples

PLAIN = ("cat", "dog", "bird")

pytestmark = pytest.mark.filterwarnings(
    "ignore:::pycocotools", "ignore:__array__ implementation:DeprecationWarning"
)


def run_mask(mask: Mask) -> RunMask:
    found = RunMask.of(mask)
    assert found is not None
    return found


def solid() -> list[AnnotatedPicture]:
    """Return pictures whose object is one piece without a hole."""
    kinds = ("full", "line", "disk", "diagonal", "one pixel")
    chosen = [(kind, special()[kind]) for kind in kinds]
    return [
        AnnotatedPicture(f"{kind}.png", 30, 20, (AnnotatedObject.of_pixels("dog", mask),))
        for kind, mask in chosen
    ]


def with_files(folder: Path, pictures: list[AnnotatedPicture]) -> list[AnnotatedPicture]:
    """The same, and each a black PNG in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for picture in pictures:
        write_png(
            folder / picture.file_name, np.zeros((picture.height, picture.width, 3), np.uint8)
        )
    return pictures


# ── COCO ──────────────────────────────────────────────────────────────────────────────────────────


@given(mask=masks)
def test_pycocotools_encodes_alike(mask: Mask) -> None:
    tool = pytest.importorskip("pycocotools.mask")
    theirs = tool.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert coco.encode(run_mask(mask), *mask.shape) == {
        "size": theirs["size"],
        "counts": theirs["counts"].decode(),
    }


@given(mask=masks)
def test_pycocotools_fills_polygons_to_the_same_pixels(mask: Mask) -> None:
    tool = pytest.importorskip("pycocotools.mask")
    polygons, holes = edges(mask)
    flat = [polygon.ravel().tolist() for polygon in polygons]
    theirs = tool.decode(tool.merge(tool.frPyObjects(flat, *mask.shape))).astype(bool)
    assert np.array_equal(theirs, mask) or (holes and (theirs & mask).sum() == mask.sum())


@given(
    corners=st.lists(
        st.tuples(*[st.integers(-30, 330).map(lambda v: v / 10)] * 2), min_size=3, max_size=8
    )
)
def test_polygons_of_others_are_filled_as_pycocotools_does(
    corners: list[tuple[float, float]],
) -> None:
    tool = pytest.importorskip("pycocotools.mask")
    flat = [value for corner in corners for value in corner]
    theirs = tool.decode(tool.frPyObjects([flat], 25, 28))[:, :, 0].astype(bool)
    assert np.array_equal(pixels_of(fill_edges([np.array(corners)], 25, 28), 25, 28), theirs)


def test_pycocotools_reads_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tool = pytest.importorskip("pycocotools.coco")
    pictures = [*one_each(), *apart()]
    (file,) = coco.write(pictures, tmp_path, LABELS)
    read = tool.COCO(str(file))
    assert [category["name"] for category in read.loadCats(read.getCatIds())] == list(LABELS)
    for number, picture in enumerate(pictures, 1):
        records = read.loadAnns(read.getAnnIds(imgIds=[number]))
        for record, annotated in zip(records, picture.objects, strict=True):
            assert np.array_equal(read.annToMask(record).astype(bool), picture.pixels(annotated))
            assert record["area"] == picture.pixels(annotated).sum()
            assert LABELS[record["category_id"] - 1] == annotated.label


def test_supervision_reads_coco(tmp_path: Path) -> None:
    tool: Any = pytest.importorskip("supervision", reason=ELSEWHERE)
    pictures = with_files(tmp_path / "images", one_each("a.png"))
    (file,) = coco.write(pictures, tmp_path, LABELS)
    data = tool.DetectionDataset.from_coco(str(tmp_path / "images"), str(file), force_masks=True)
    for path, _, found in data:
        picture = next(picture for picture in pictures if picture.file_name == Path(path).name)
        if not edges(picture.pixels(picture.objects[0]))[1]:
            continue  # it draws the line of a polygon too, so that objects grow by a pixel
        assert np.array_equal(found.mask[0], picture.pixels(picture.objects[0])), picture.file_name


# ── YOLO ──────────────────────────────────────────────────────────────────────────────────────────


@examples(50)
@given(mask=masks.filter(lambda mask: cv2.connectedComponents(mask.astype(np.uint8))[0] == 2))
def test_opencv_draws_a_line_of_yolo_to_the_same_pixels(mask: Mask) -> None:
    """As trainers of YOLO do: times the size, fractions cut off or rounded, cv2.fillPoly."""
    height, width = mask.shape
    picture = AnnotatedPicture("a.png", width, height, (AnnotatedObject.of_pixels("cat", mask),))
    words = yolo._line(picture, picture.objects[0], {"cat": 0}).split()
    corners = np.array(words[1:], np.float32).reshape(-1, 2) * (width, height)
    assert len(corners) >= 3
    for whole in (corners.astype(np.int32), np.round(corners).astype(np.int32)):
        canvas = cv2.fillPoly(np.zeros((height, width), np.uint8), [whole], 1)
        assert np.array_equal(canvas.astype(bool), mask) or has_holes(mask)


def test_supervision_reads_yolo(tmp_path: Path) -> None:
    tool: Any = pytest.importorskip("supervision", reason=ELSEWHERE)
    pictures = with_files(tmp_path / "images", solid())
    yolo.write(pictures, tmp_path, PLAIN)
    data = tool.DetectionDataset.from_yolo(
        str(tmp_path / "images"),
        str(tmp_path / "labels"),
        str(tmp_path / "data.yaml"),
        force_masks=True,
    )
    assert data.classes == list(PLAIN)
    assert len(data) == len(pictures)
    for path, _, found in data:
        picture = next(picture for picture in pictures if picture.file_name == Path(path).name)
        assert np.array_equal(found.mask[0], picture.pixels(picture.objects[0])), picture.file_name


# ── VOC, CVAT, labelme, Label Studio ──────────────────────────────────────────────────────────────


@given(mask=masks)
def test_cvat_sdk_encodes_alike(mask: Mask) -> None:
    tool = pytest.importorskip("cvat_sdk.masks")
    found = run_mask(mask)
    lengths, left, top = found.lengths.tolist(), found.left, found.top
    width, height = found.width, found.height
    points = [*lengths, left, top, left + width - 1, top + height - 1]
    assert points == tool.encode_mask(mask)
    assert np.array_equal(
        tool.decode_mask(points, image_width=mask.shape[1], image_height=mask.shape[0]), mask
    )


@examples(30)
@given(mask=masks)
def test_label_studio_encodes_and_decodes_alike(mask: Mask) -> None:
    tool = pytest.importorskip("label_studio_sdk.converter.brush", reason=ELSEWHERE)
    ours = label_studio.encode(run_mask(mask), *mask.shape)
    assert ours == tool.mask2rle(mask.astype(np.uint8) * 255)
    theirs = tool.decode_rle(ours).reshape(*mask.shape, 4)[:, :, 3] > 0
    assert np.array_equal(theirs, mask)


@given(bits=st.lists(st.integers(0, 1), min_size=4, max_size=12), alpha=st.integers(1, 255))
def test_label_studios_blocks_of_single_values_are_read(bits: list[int], alpha: int) -> None:
    """Its page writes values that do not repeat as one block, which its converter never does."""
    values = [alpha * bit for bit in bits for _ in range(4)]
    body = "011" + f"{len(values) - 1:016b}" + "".join(f"{value:08b}" for value in values)
    text = (
        f"{len(values):032b}{7:05b}" + "".join(f"{size - 1:04b}" for size in (3, 4, 8, 16)) + body
    )
    text += "0" * (-len(text) % 8)
    data = [int(text[start : start + 8], 2) for start in range(0, len(text), 8)]
    found = pixels_of(label_studio.decode(data, 1, len(bits)), 1, len(bits))
    assert found.tolist() == [[bool(bit) for bit in bits]]


def test_labelme_reads_the_file(tmp_path: Path) -> None:
    tool = pytest.importorskip("labelme._label_file", reason=ELSEWHERE)
    draw = pytest.importorskip("labelme.utils.shape", reason=ELSEWHERE)
    pictures = with_files(tmp_path, one_each("a.png"))
    for file, picture in zip(labelme.write(pictures, tmp_path, LABELS), pictures, strict=True):
        data = tool.read_label_file(str(file))
        names = dict.fromkeys((shape["label"] for shape in data.shapes), 1)
        classes, _ = draw.shapes_to_label((picture.height, picture.width), data.shapes, names)
        assert np.array_equal(classes == 1, picture.pixels(picture.objects[0]))
        assert data.shapes[0]["label"] == picture.objects[0].label


@pytest.mark.parametrize("kind", ["coco", "voc", "cvat", "cvat-mask"])
def test_datumaro_reads_the_folder(kind: str, tmp_path: Path) -> None:
    tool: Any = pytest.importorskip("datumaro", reason=ELSEWHERE)
    pictures = with_files(tmp_path / "pictures", one_each("a.png"))
    folder = tmp_path / "out"
    if kind == "cvat-mask":
        (file,) = cvat_mask.write(pictures, tmp_path, LABELS)
        zipfile.ZipFile(file).extractall(folder)
    else:
        {"coco": coco, "voc": voc, "cvat": cvat}[kind].write(pictures, folder, LABELS)
    if kind in ("coco", "cvat"):
        with_files(folder / "images", pictures)
    layout = {
        "coco": "coco_instances",
        "voc": "voc_segmentation",
        "cvat": "cvat",
        "cvat-mask": "voc_segmentation",
    }[kind]
    data = tool.Dataset.import_from(str(folder), layout)
    names = [category.name for category in data.categories()[tool.AnnotationType.label]]
    by_name = {item.id: item for item in data}
    assert len(by_name) == len(pictures)
    for picture in pictures:
        annotated = picture.objects[0]
        item = by_name[picture.file_name.rsplit(".", 1)[0]]
        found = [
            mask
            for mask in item.annotations
            if mask.type in (tool.AnnotationType.mask, tool.AnnotationType.polygon)
        ]
        if found and found[0].type == tool.AnnotationType.mask:
            assert np.array_equal(np.asarray(found[0].image, bool), picture.pixels(annotated)), (
                picture.file_name
            )
        assert found
        assert names[found[0].label] == annotated.label


# ── files of others ───────────────────────────────────────────────────────────────────────────────


def test_the_file_of_coco_is_plain_json(tmp_path: Path) -> None:
    (file,) = coco.write(apart(), tmp_path, LABELS)
    content = json.loads(file.read_text())
    assert all(record["iscrowd"] == 0 for record in content["annotations"])
    kinds = [type(record["segmentation"]) for record in content["annotations"]]
    assert kinds == [list, dict, list]
