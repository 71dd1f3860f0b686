"""Every layout, with generated data in its original form, and the messages about bad data."""

import json
import pickle
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fcfi.data import open_dataset
from fcfi.data.broken import (
    EMPTY,
    LINK,
    NO_PICTURE,
    OTHER_SIZE,
    SEVERAL_PICTURES,
    UNREADABLE_MASK,
    BrokenError,
)
from fcfi.data.dataset import Dataset, LazySamples
from fcfi.data.sample import Sample
from fcfi.errors import ConfigError, DatasetError
from fcfi.formats import Tally, find_codec
from fcfi.formats.coco import LOST, NO_OUTLINE
from fcfi.formats.indexed import encode_map
from fcfi.images import write_png
from fcfi.masks.truth import BACKGROUND, IGNORE, OBJECT

HEIGHT, WIDTH = 12, 16


def picture(seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)


def trimap(left: int = 4, right: int = 9) -> NDArray[np.uint8]:
    grey = np.zeros((HEIGHT, WIDTH), np.uint8)
    grey[3:8, left:right] = 255
    grey[3:8, right] = 128
    return grey


def put(folder: Path, files: dict[str, NDArray[np.uint8]]) -> None:
    for name, array in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_png(folder / name, array)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    root = tmp_path / "mine"
    put(
        root,
        {
            "images/a.png": picture(1),
            "images/b.png": picture(2),
            "images/unlabelled.png": picture(3),
        },
    )
    put(
        root,
        {"masks/a.png": trimap(), "masks/b#1.png": trimap(2, 5), "masks/b#2.png": trimap(9, 13)},
    )
    (root / "images" / "README.txt").write_text("not a picture")
    return root


# ── folders of pictures and masks ─────────────────────────────────────────────────────────────────


def test_a_plain_folder(plain: Path) -> None:
    objects = open_dataset(plain)
    assert (objects.name, objects.layout, len(objects)) == ("mine", "folder", 3)
    assert "3 objects on 2 pictures (layout folder)" in objects.found
    assert [sample.name for sample in objects] == ["a", "b#1", "b#2"]
    assert (objects[2].image == picture(2)).all()
    assert (objects[1].truth[3:8, 2:5] == OBJECT).all()
    assert (objects[1].truth[3:8, 5] == IGNORE).all()
    assert (objects[1].truth == BACKGROUND).sum() == HEIGHT * WIDTH - 15 - 5


@pytest.mark.parametrize(
    ("layout", "pictures", "masks", "name"),
    [("grabcut", "data_GT", "boundary_GT", "GrabCut"), ("davis", "img", "gt", "DAVIS")],
)
def test_original_folders_are_recognised(
    tmp_path: Path, layout: str, pictures: str, masks: str, name: str
) -> None:
    root = tmp_path / "DAVIS_download"
    put(root, {f"{pictures}/x.png": picture(), f"{masks}/x.png": trimap()})
    objects = open_dataset(root)
    assert (objects.layout, objects.name) == (layout, name)
    assert (objects[0].truth == IGNORE).any() == (layout == "grabcut")


def test_davis_takes_any_colour_for_the_object(tmp_path: Path) -> None:
    mask = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    mask[2:4, 2:4] = (128, 0, 0)
    mask[6:8, 6:8] = (0, 1, 0)
    put(tmp_path, {"img/x.png": picture(), "gt/x.png": mask})
    assert (open_dataset(tmp_path)[0].truth == OBJECT).sum() == 8


def test_berkeley_by_folder_name_or_by_layout(plain: Path) -> None:
    assert open_dataset(plain, "berkeley").name == "Berkeley"
    moved = plain.rename(plain.parent / "Berkeley_100")
    assert open_dataset(moved).name == "Berkeley"


def test_berkeley_with_a_picture_for_every_object(tmp_path: Path) -> None:
    put(tmp_path, {"images/a#1.png": picture(1), "images/a#2.png": picture(1)})
    put(tmp_path, {"masks/a#1.png": trimap(), "masks/a#2.png": trimap(1, 3)})
    assert len(open_dataset(tmp_path)) == 2


# ── SBD ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def sbd(tmp_path: Path) -> Path:
    scipy_io = pytest.importorskip("scipy.io")
    root = tmp_path / "benchmark_RELEASE" / "dataset"
    (root / "inst").mkdir(parents=True)
    for number, name in enumerate(("2008_000002", "2008_000003", "2008_000004")):
        put(root, {f"img/{name}.png": picture(number)})
        (root / "img" / f"{name}.png").rename(
            root / "img" / f"{name}.jpg"
        )  # the content tells the format
        ids = np.zeros((HEIGHT, WIDTH), np.uint8)
        ids[1:4, 1:5] = 1
        ids[6:11, 6:12] = 2
        inner = {"Segmentation": ids, "Categories": np.array([[15], [3]])}
        scipy_io.savemat(root / "inst" / f"{name}.mat", {"GTinst": inner})
    (root / "train.txt").write_text("2008_000004\n")
    (root / "val.txt").write_text("2008_000003\n2008_000002\n")
    return tmp_path


def test_sbd_in_its_original_layout(sbd: Path) -> None:
    objects = open_dataset(sbd)
    assert (objects.name, objects.layout) == ("SBD", "sbd")
    assert "split val" in objects.found
    names = [sample.name for sample in objects]
    assert names == ["2008_000003#1", "2008_000003#2", "2008_000002#1", "2008_000002#2"]
    assert (objects[1].truth[6:11, 6:12] == OBJECT).all()
    assert (objects[1].truth == OBJECT).sum() == 30
    assert isinstance(objects.samples, LazySamples)
    assert [item.area for item in objects.samples.items] == [12, 30, 12, 30]
    assert len(open_dataset(sbd, "sbd", "train")) == 2


def test_sbd_says_what_is_missing(sbd: Path) -> None:
    with pytest.raises(DatasetError, match=r"choose a split that is there \(train, val\)"):
        open_dataset(sbd, split="test")
    root = sbd / "benchmark_RELEASE" / "dataset"
    (root / "inst" / "2008_000003.mat").write_bytes(b"nonsense")
    objects = open_dataset(sbd)
    assert [sample.name for sample in objects] == ["2008_000002#1", "2008_000002#2"]
    assert [(left.reason, left.names) for left in objects.left_out] == [
        (UNREADABLE_MASK, ("2008_000003",))
    ]
    with pytest.raises(DatasetError, match="expected an instance map"):
        open_dataset(sbd, strict=True)
    (root / "inst" / "2008_000003.mat").unlink()
    with pytest.raises(DatasetError, match="is missing"):
        open_dataset(sbd, strict=True)
    (root / "img" / "2008_000003.jpg").unlink()
    with pytest.raises(DatasetError, match=r"2008_000003\.jpg is missing"):
        open_dataset(sbd, strict=True)


def test_sbd_without_scipy_says_so(sbd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.io", None)
    with pytest.raises(DatasetError, match="pip install scipy"):
        open_dataset(sbd)


# ── COCO and LVIS ─────────────────────────────────────────────────────────────────────────────────

SQUARE = [[2.0, 3.0, 8.0, 3.0, 8.0, 7.0, 2.0, 7.0]]


def coco_content() -> dict[str, Any]:
    annotations = [
        {"id": 11, "image_id": 7, "segmentation": SQUARE, "area": 24.0, "iscrowd": 0},
        {
            "id": 12,
            "image_id": 5,
            "segmentation": {"size": [12, 16], "counts": [24, 12, 156]},
            "area": 12,
            "iscrowd": 0,
        },
        {
            "id": 13,
            "image_id": 5,
            "segmentation": {"size": [12, 16], "counts": [0, 192]},
            "area": 192,
            "iscrowd": 1,
        },
        {"id": 14, "image_id": 5, "segmentation": [], "area": 0, "iscrowd": 0},
    ]
    names = {number: f"{number:012d}.png" for number in (5, 7)}
    images = [
        {"id": number, "file_name": name, "coco_url": f"http://images.cocodataset.org/x/{name}"}
        for number, name in names.items()
    ]
    return {"images": images, "annotations": annotations, "categories": []}


def coco_files(root: Path, content: dict[str, Any], pictures: str, file: str) -> Path:
    put(root, {f"{pictures}/{number:012d}.png": picture(number) for number in (5, 7)})
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(json.dumps(content))
    return root


@pytest.mark.parametrize("pictures", ["val2017", "images/val2017", "images", "."])
def test_coco(tmp_path: Path, pictures: str) -> None:
    root = coco_files(tmp_path, coco_content(), pictures, "annotations/instances_val2017.json")
    (root / "annotations" / "captions_val2017.json").write_text("{}")
    objects = open_dataset(root)
    assert (objects.name, objects.layout) == ("COCO", "coco")
    assert [sample.name for sample in objects] == [
        "000000000005#12",
        "000000000007#11",
    ]  # no crowd, nothing empty
    assert ", without 1 crowds" in objects.found
    assert [(left.reason, left.names) for left in objects.left_out] == [
        (NO_OUTLINE, ("000000000005.png, shape 2",))
    ]
    assert (objects[0].truth[:, 2] == OBJECT).all()
    assert (objects[0].truth == OBJECT).sum() == 12
    assert (objects[1].truth[3:7, 2:8] == OBJECT).all()
    assert (objects[1].truth == OBJECT).sum() == 24
    assert len(open_dataset(root / "annotations" / "instances_val2017.json")) == 2


def test_coco_asks_for_the_split(tmp_path: Path) -> None:
    for split in ("train2017", "val2017"):
        coco_files(tmp_path, coco_content(), split, f"annotations/instances_{split}.json")
    with pytest.raises(DatasetError, match=r"instances_train2017\.json, instances_val2017\.json"):
        open_dataset(tmp_path)
    assert len(open_dataset(tmp_path, split="val2017")) == 2
    with pytest.raises(
        DatasetError, match="expected one annotation file .* got none for split 'test'"
    ):
        open_dataset(tmp_path, split="test")


def lvis_content() -> dict[str, Any]:
    content = coco_content()
    for image in content["images"]:
        image["coco_url"] = f"http://images.cocodataset.org/train2017/{image.pop('file_name')}"
        image["neg_category_ids"] = [1]
    for annotation in content["annotations"]:
        annotation.pop("iscrowd")
    return content


def test_lvis_finds_pictures_by_their_address(tmp_path: Path) -> None:
    root = coco_files(tmp_path, lvis_content(), "train2017", "lvis_v1_val.json")
    objects = open_dataset(root)
    assert (objects.name, objects.layout) == ("LVIS", "lvis")
    assert len(objects) == 3
    assert objects[2].name == "000000000007#11"


def test_coco_and_lvis_side_by_side(tmp_path: Path) -> None:
    coco_files(tmp_path, coco_content(), "train2017", "annotations/instances_train2017.json")
    coco_files(tmp_path, lvis_content(), "train2017", "annotations/lvis_v1_train.json")
    assert open_dataset(tmp_path, "lvis", "train").name == "LVIS"
    assert open_dataset(tmp_path, "coco", "train").name == "COCO"


def test_coco_says_what_is_wrong(tmp_path: Path) -> None:
    root = coco_files(tmp_path, coco_content(), "val2017", "annotations/instances_val2017.json")
    file = root / "annotations" / "instances_val2017.json"
    lost = coco_content()
    lost["annotations"][0]["image_id"] = 99
    nameless = coco_content()
    del nameless["images"][1]["id"]
    odd = coco_content()
    odd["annotations"][0] = 3
    for content, picture_id in ((lost, "99"), (nameless, "7"), (odd, "None")):
        file.write_text(json.dumps(content))
        objects = open_dataset(root)
        assert [sample.name for sample in objects] == ["000000000005#12"]
        assert (LOST, (f"picture {picture_id}, shape 1",)) in [
            (left.reason, left.names) for left in objects.left_out
        ]
        with pytest.raises(DatasetError, match=f"picture {picture_id}, shape 1"):
            open_dataset(root, strict=True)
    for nothing in ({"images": [3]}, {"annotations": [3]}):
        file.write_text(json.dumps(coco_content() | nothing))
        with pytest.raises(DatasetError, match="expected at least one object, got none"):
            open_dataset(root)
    file.write_text("[]")
    with pytest.raises(DatasetError, match='expected "images" of kind list'):
        open_dataset(root)
    file.write_text("{")
    with pytest.raises(DatasetError, match="cannot be read as JSON"):
        open_dataset(root)
    file.write_text(json.dumps(coco_content()))
    shutil.rmtree(root / "val2017")
    with pytest.raises(DatasetError, match=r"cocodataset\.org"):
        open_dataset(root)


def square_on(*names: str, **entry: Any) -> dict[str, Any]:
    """Return the content of a COCO file with a square of 24 pixels on each picture."""
    images = [{"id": n, "file_name": name, **entry} for n, name in enumerate(names, 1)]
    objects = [
        {"id": n, "image_id": n, "category_id": 1, "segmentation": SQUARE, "iscrowd": 0}
        for n in range(1, len(names) + 1)
    ]
    return {"images": images, "annotations": objects, "categories": [{"id": 1, "name": "cup"}]}


@pytest.mark.parametrize(
    ("file", "given", "real"),
    [
        ("annotations/instances_default.json", ["a.png"], ["images/default/a.png"]),
        ("labels.json", ["a.png"], ["data/a.png"]),
        ("result.json", ["images\\1a2b3c4d-a.png"], ["images/1a2b3c4d-a.png"]),
        ("result.json", ["C:\\work\\my%20a.png"], ["pictures/my a.png"]),
        ("annotations/instances_x.json", ["a.png", "b.png"], ["images/a.png", "images/more/b.png"]),
        ("annotations/instances_val.json", ["a.png"], ["images/train/a.png", "images/val/a.png"]),
        ("annotations/instances_x.json", ["../../A.PNG"], ["images/a.png", "masks/a.png"]),
    ],
)
def test_pictures_are_found_where_tools_put_them(
    tmp_path: Path, file: str, given: list[str], real: list[str]
) -> None:
    for seed, name in enumerate(real):
        put(tmp_path, {name: picture(seed)})
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(json.dumps(square_on(*given)))
    objects = open_dataset(tmp_path / file, strict=True)
    assert len(objects) == len(given)
    expected = real.index("images/val/a.png") if "images/val/a.png" in real else 0
    assert (objects[0].image == picture(expected)).all()


def test_a_download_with_a_folder_for_each_split_is_read_whole(tmp_path: Path) -> None:
    for seed, split in enumerate(("train", "valid")):
        put(tmp_path, {f"{split}/a.png": picture(seed)})
        content = json.dumps(square_on("a.png"))
        (tmp_path / split / "_annotations.coco.json").write_text(content)
    objects = open_dataset(tmp_path)
    assert [sample.name for sample in objects] == ["a#1", "a#1.2"]
    assert (objects[1].image == picture(1)).all()
    assert len(open_dataset(tmp_path, split="valid")) == 1


@pytest.mark.parametrize("size", [(2 * WIDTH, 2 * HEIGHT), (HEIGHT, WIDTH)])
def test_a_size_in_the_file_is_compared_with_the_picture(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    put(tmp_path, {"images/a.png": picture()})
    content = square_on("a.png", width=size[0], height=size[1])
    (tmp_path / "x.json").write_text(json.dumps(content))
    with pytest.raises(BrokenError, match=f"16 x 12 pixels, got {size[0]} x {size[1]}") as caught:
        open_dataset(tmp_path)[0]
    assert caught.value.reason == OTHER_SIZE
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.reason) == (str(caught.value), OTHER_SIZE)


@pytest.mark.parametrize("size", [{}, {"width": None}, {"width": "16", "height": 12.0}])
def test_a_size_in_another_form_or_none_is_the_pictures(
    tmp_path: Path, size: dict[str, Any]
) -> None:
    put(tmp_path, {"images/a.png": picture()})
    (tmp_path / "x.json").write_text(json.dumps(square_on("a.png", **size)))
    assert (open_dataset(tmp_path)[0].truth == OBJECT).sum() == 24


def test_masks_that_other_tools_mark_as_crowds_are_objects(tmp_path: Path) -> None:
    put(tmp_path, {"images/a.png": picture()})
    content = square_on("a.png", coco_url="")
    runs = {"size": [12, 16], "counts": [24, 12, 156]}
    content["annotations"] = [
        {"id": 1, "image_id": 1, "category_id": 1, "segmentation": runs, "iscrowd": 1}
    ]
    (tmp_path / "x.json").write_text(json.dumps(content))
    assert (open_dataset(tmp_path, strict=True)[0].truth == OBJECT).sum() == 12


@pytest.mark.parametrize(
    ("outline", "reason"),
    [
        ([[2, 3, 8, 3]], UNREADABLE_MASK),
        ({"size": [3, 3], "counts": [9]}, UNREADABLE_MASK),
        ([[40, 3, 60, 3, 60, 9]], EMPTY),
        ([[0.5, 0, 0.5, 40_000, 1.5, 0]] * 20, UNREADABLE_MASK),  # more work than is allowed
        (SQUARE, UNREADABLE_MASK),  # of a category that the file does not list
    ],
)
def test_a_bad_outline_is_read_as_an_import_reads_it(
    tmp_path: Path, outline: object, reason: str
) -> None:
    put(tmp_path, {"images/a.png": picture()})
    content = square_on("a.png", "a.png")
    content["annotations"][1] |= {"image_id": 1, "segmentation": outline}
    content["annotations"][1]["category_id"] = 9 if outline is SQUARE else 1
    (tmp_path / "x.json").write_text(json.dumps(content))
    objects = open_dataset(tmp_path)
    assert (objects[0].truth == OBJECT).sum() == 24
    with pytest.raises(BrokenError) as caught:
        objects[1]
    assert caught.value.reason == reason
    tally = Tally()
    found = list(
        find_codec("coco").read(tmp_path / "x.json", {"a.png": (WIDTH, HEIGHT)}, None, tally)
    )
    assert sum(len(page.objects) for page in found) == tally.taken >= 1
    assert tally.found - tally.taken >= 1


# ── bad data ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("layout", "where"), [("sbd", "bharathh"), ("davis", "davischallenge"), ("lvis", "lvisdataset")]
)
def test_missing_data_says_what_was_expected_and_where_it_is_published(
    tmp_path: Path, layout: str, where: str
) -> None:
    for path in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(DatasetError, match=where) as caught:
            open_dataset(path, layout)
        assert "\n" not in str(caught.value)


def test_a_missing_folder_with_a_known_name_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"data_GT/.*GrabCut\.zip"):
        open_dataset(tmp_path / "GrabCut")
    with pytest.raises(DatasetError, match="give the folder of a dataset"):
        open_dataset(tmp_path / "nowhere")


def test_an_unknown_layout_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(
        DatasetError,
        match=r"expected a dataset in a known layout, got .*: "
        r"known are images/ and masks/ \(folder, berkeley\)",
    ):
        open_dataset(tmp_path)
    with pytest.raises(
        ConfigError, match="expected the layout to be one of auto, folder, .* got 'voc'"
    ):
        open_dataset(tmp_path, "voc")


def test_a_folder_of_datasets_names_them(plain: Path) -> None:
    with pytest.raises(
        DatasetError, match="with the datasets mine inside: give one of these folders"
    ):
        open_dataset(plain.parent)


def test_a_split_where_there_are_none(plain: Path) -> None:
    with pytest.raises(ConfigError, match="expected a split only for sbd, coco, lvis, got 'val'"):
        open_dataset(plain, split="val")


def test_an_empty_dataset(tmp_path: Path) -> None:
    put(tmp_path, {"images/a.png": picture()})
    (tmp_path / "masks").mkdir()
    with pytest.raises(DatasetError, match="expected at least one object, got none"):
        open_dataset(tmp_path)


def test_a_mask_without_its_picture_or_with_two(plain: Path) -> None:
    put(plain, {"masks/c.png": trimap()})
    objects = open_dataset(plain)
    assert len(objects) == 3
    assert [(left.reason, left.names) for left in objects.left_out] == [(NO_PICTURE, ("c",))]
    with pytest.raises(DatasetError, match=r"for the mask .*c\.png, got no picture"):
        open_dataset(plain, strict=True)
    put(plain, {"images/c.png": picture()})
    (plain / "images" / "c.bmp").write_bytes(b"")
    with pytest.raises(DatasetError, match=r"several pictures: c\.bmp, c\.png"):
        open_dataset(plain, strict=True)
    assert [left.reason for left in open_dataset(plain).left_out] == [SEVERAL_PICTURES]


def test_a_picture_that_is_a_link_to_elsewhere_is_left_out(plain: Path, tmp_path: Path) -> None:
    moved = (plain / "images" / "a.png").rename(tmp_path / "secret.png")
    (plain / "images" / "a.png").symlink_to(moved)
    objects = open_dataset(plain)
    assert [sample.name for sample in objects] == ["b#1", "b#2"]
    assert [(left.reason, left.names) for left in objects.left_out] == [(LINK, ("a",))]


def test_a_mask_of_another_size(plain: Path) -> None:
    put(plain, {"masks/a.png": trimap()[:-2]})
    with pytest.raises(
        DatasetError,
        match="a: expected mask and picture of the same size, got 16 x 10 and 16 x 12 pixels",
    ):
        open_dataset(plain)[0]


def test_a_damaged_picture(plain: Path) -> None:
    data = (plain / "images" / "a.png").read_bytes()
    (plain / "images" / "a.png").write_bytes(data[: len(data) // 2])
    with pytest.raises(DatasetError, match=r"^a: .*a\.png"):
        open_dataset(plain)[0]


def test_a_mask_that_shows_no_object(plain: Path) -> None:
    put(plain, {"masks/a.png": np.zeros((HEIGHT, WIDTH), np.uint8)})
    with pytest.raises(DatasetError, match="a: expected a mask with an object, got an empty one"):
        open_dataset(plain)[0]


@pytest.mark.parametrize(
    "given",
    [
        trimap() // 255,
        np.where(trimap() == 255, np.uint8(60), 0).astype(np.uint8),
        np.stack([(trimap() == 255) * np.uint8(128), trimap() * 0, trimap() * 0], axis=2),
    ],
    ids=["ones", "grey", "red"],
)
def test_a_single_number_or_colour_is_the_object(given: NDArray[np.uint8], plain: Path) -> None:
    put(plain, {"masks/a.png": given})
    np.testing.assert_array_equal(open_dataset(plain)[0].truth, trimap() // 255)


def test_a_mask_of_several_numbers_is_refused_not_half_read(plain: Path) -> None:
    several = np.where(trimap() == 255, np.uint8(200), 0).astype(np.uint8)
    several[10:, :4] = 129
    put(plain, {"masks/a.png": several})
    with pytest.raises(
        DatasetError, match=r"expected one object in .*a\.png .*got 2 numbers .*129"
    ):
        open_dataset(plain)[0]


def test_vocs_seam_is_ignored(plain: Path) -> None:
    numbers = np.zeros((HEIGHT, WIDTH), np.uint8)
    numbers[3:8, 4:9] = 9
    numbers[2, 4:9] = 255
    (plain / "masks" / "a.png").write_bytes(encode_map(numbers))
    truth = open_dataset(plain)[0].truth
    np.testing.assert_array_equal(truth == OBJECT, numbers == 9)
    np.testing.assert_array_equal(truth == IGNORE, numbers == 255)


def test_a_name_that_ends_in_mask_finds_its_picture(plain: Path) -> None:
    (plain / "masks" / "a.png").rename(plain / "masks" / "a_mask.png")
    assert {sample.name for sample in open_dataset(plain)} == {"a_mask", "b#1", "b#2"}


# ── sequences ─────────────────────────────────────────────────────────────────────────────────────


def test_a_choice_is_reproducible_and_keeps_the_order(plain: Path) -> None:
    objects = open_dataset(plain)
    for seed in range(5):
        names = [sample.name for sample in objects.choose(2, seed)]
        assert names == [sample.name for sample in objects.choose(2, seed)]
        assert names == sorted(names)
    assert len({tuple(sample.name for sample in objects.choose(2, seed)) for seed in range(20)}) > 1
    assert len(objects.choose(99)) == 3
    assert objects.choose(2).found.startswith("2 objects of: ")
    with pytest.raises(DatasetError, match="at least 1"):
        objects.choose(0)


def test_slices_and_other_sequences() -> None:
    samples = [Sample(name, picture(), (trimap() > 128).astype(np.uint8)) for name in "abcd"]
    objects = Dataset("made", "shards", samples, "made here")
    assert [sample.name for sample in objects[1:3]] == ["b", "c"]
    assert [sample.name for sample in objects.choose(3, seed=1)[::-1]] == sorted(
        (sample.name for sample in objects.choose(3, seed=1)), reverse=True
    )


def test_items_can_be_pickled_and_grouped(plain: Path) -> None:
    objects = pickle.loads(pickle.dumps(open_dataset(plain)))
    assert objects[2].name == "b#2"
    groups = objects.samples.by_picture()
    assert [[item.name for item in group] for group in groups] == [["a"], ["b#1", "b#2"]]


def test_a_sample_refuses_what_does_not_fit() -> None:
    truth = np.zeros((4, 4), np.uint8)
    for image, mask, message in [
        (np.zeros((4, 4), np.uint8), truth, r"\(height, width, 3\)"),
        (np.zeros((4, 4, 3), np.float32), truth, "uint8"),
        (np.zeros((4, 4, 3), np.uint8), truth.astype(np.int64), "int64"),
        (np.zeros((4, 5, 3), np.uint8), truth, "got 4 x 4 and 5 x 4 pixels"),
    ]:
        with pytest.raises(DatasetError, match=message):
            Sample("x", image, mask)  # type: ignore[arg-type]
