"""Export from and import into a project: every format, wrong files, zips from any source."""

import io
import json
import os
import stat
import threading
import zipfile
from collections.abc import Callable, Collection
from pathlib import Path

import numpy as np
import pytest

from fcfi.errors import ConfigError, DatasetError, FCFIError, InputError
from fcfi.formats import AnnotatedObject, AnnotatedPicture, archives, codecs, cvat_mask, find_codec
from fcfi.project import (
    Document,
    EditObject,
    PictureState,
    Project,
    SetDone,
    SetMask,
    Undo,
    exporting,
)
from fcfi.prompts.click_log import ClickLog
from tests.project.builders import HEIGHT, WIDTH, click, opened, runs, square, write_photos

NAMES = ("a.png", "sub/b 1.jpg", "c.jpg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", *NAMES)


def annotated(
    name: str, *squares: tuple[str, int, int], width: int = WIDTH, height: int = HEIGHT
) -> AnnotatedPicture:
    objects = tuple(
        AnnotatedObject.of_pixels(label, square(x, y, 8, height, width)) for label, x, y in squares
    )
    return AnnotatedPicture(name, width, height, objects)


def write(
    name: str, folder: Path, *pictures: AnnotatedPicture, labels: tuple[str, ...] = ("cat", "dog")
) -> Path:
    find_codec(name).write(pictures, folder, labels)
    return folder


def zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, f"inner/{file.relative_to(folder).as_posix()}")
    return path


def labelled_masks(state: PictureState) -> list[tuple[int | None, np.ndarray]]:
    return [
        (drawn.label, state.masks[drawn.mask].pixels(HEIGHT, WIDTH))
        for drawn in state.document.objects
        if drawn.mask is not None
    ]


def id_of(project: Project, name: str) -> int:
    return next(row.id for row in project.pictures().items if row.name == name)


# ── export ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", sorted(codecs()))
def test_work_goes_out_and_comes_back_in_every_format(
    name: str, folder: Path, tmp_path: Path
) -> None:
    with opened(folder, labels=("cat", "dog")) as project:
        project.act(1, 0, SetMask(None, runs(2, 3), label=2))
        project.act(1, 1, SetMask(None, runs(30, 20), label=1))
        project.act(id_of(project, "sub/b 1.jpg"), 0, SetMask(None, runs(5, 5), label=1))
        report = project.export(name, tmp_path / "out")
        assert (report.pictures, len(report.objects), report.changed) == (2, 3, ())
        before = [labelled_masks(project.picture(id_of(project, name))) for name in NAMES]
    other = write_photos(tmp_path / "other", *NAMES)
    with opened(other, labels=("cat", "dog")) as project:
        done = project.import_files(tmp_path / "out")
        assert (done.pictures, done.objects, done.labels, done.problems) == (2, 3, (), ())
        after = [labelled_masks(project.picture(id_of(project, name))) for name in NAMES]
    for expected, found in zip(before, after, strict=True):
        assert sorted((label, mask.tobytes()) for label, mask in expected) == sorted(
            (x, mask.tobytes()) for x, mask in found
        )


def test_only_what_is_wanted_is_exported(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as project:
        with pytest.raises(InputError, match="nothing to export"):
            project.export("coco", tmp_path / "none")
        project.act(1, 0, click(10, 10))
        project.act(2, 0, SetDone(True))
        assert project.export("coco", tmp_path / "all").pictures == 2
        assert project.export("coco", tmp_path / "done", only_done=True).pictures == 1
        with pytest.raises(ConfigError, match="got 'bmp'"):
            project.export("bmp", tmp_path / "none")


def test_objects_without_a_label_are_called_object_and_empty_ones_are_left_out(
    folder: Path, tmp_path: Path
) -> None:
    with opened(folder, labels=("cat",)) as project:
        project.act(1, 0, SetMask(None, runs(2, 3)))
        project.act(1, 1, SetMask(None, None, label=1))
        report = project.export("labelme", tmp_path / "out")
        assert [result.label for result in report.objects] == ["object"]
    with opened(write_photos(tmp_path / "other", *NAMES)) as project:
        project.import_files(tmp_path / "out")
        assert project.labels() == ()
        assert project.picture(1).document.objects[0].label is None


def test_an_export_is_of_one_moment(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, SetMask(None, runs(2, 3)))
        work = exporting.Work(project._store, project._labels)
        project.act(1, 1, SetMask(1, runs(20, 20)))
        project.act(2, 0, SetMask(None, runs(20, 20)))
        (picture,) = work
        assert len(work) == 1
        np.testing.assert_array_equal(picture.pixels(picture.objects[0]), square(2, 3))
        assert exporting.write("coco", work, tmp_path / "out").changed == ()


def test_few_pictures_at_a_time_are_read_for_an_export(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "BATCH", 2)
    with opened(folder) as project:
        for identity in (1, 2, 3):
            project.act(identity, 0, SetMask(None, runs(2, 3)))
        asked: list[int] = []
        real = project._store.documents

        def documents(identities: Collection[int]) -> dict[int, Document]:
            asked.extend(identities)
            return real(identities)

        monkeypatch.setattr(project._store, "documents", documents)
        pictures = iter(exporting.Work(project._store, project._labels))
        for read in (2, 2, 3):
            next(pictures)
            assert len(asked) == read


@pytest.mark.parametrize("name", ["png", "voc"])
def test_masks_are_not_written_among_the_pictures(name: str, folder: Path) -> None:
    with opened(folder) as project:
        project.act(1, 0, click(10, 10))
        with pytest.raises(InputError, match="taken for pictures"):
            project.export(name, folder / "out")
        assert project.export(name, folder / ".out").pictures == 1


def test_logs_are_written_beside_an_export(folder: Path, tmp_path: Path) -> None:
    with opened(folder) as project:
        project.act(id_of(project, "sub/b 1.jpg"), 0, click(10, 10))
        project.act(1, 0, SetMask(None, runs(2, 3)))
        project.act(id_of(project, "c.jpg"), 0, click(10, 10))
        (folder / "c.jpg").unlink()
        written, problems = project.export_logs(tmp_path / "out")
    assert written == 1
    assert "c.jpg has vanished" in problems[0]
    (log,) = json.loads((tmp_path / "out" / "logs" / "sub" / "b 1.jpg.json").read_text())
    assert ClickLog.from_json(log["log"]).rounds[0].clicks == click(10, 10).clicks


# ── import ────────────────────────────────────────────────────────────────────────────────────────


def test_an_import_is_one_step_a_picture_and_the_masks_can_be_clicked_on(
    folder: Path, tmp_path: Path
) -> None:
    source = write("coco", tmp_path / "old", annotated("a.png", ("cat", 2, 3), ("dog", 30, 20)))
    with opened(folder) as project:
        project.act(1, 0, click(40, 40))
        done = project.import_files(source, author="Ann")
        assert (done.format, done.pictures, done.objects, done.labels) == (
            "coco",
            1,
            2,
            ("cat", "dog"),
        )
        state = project.picture(1)
        assert [drawn.label for drawn in state.document.objects] == [None, 1, 2]
        assert state.undo_text == "2 objects imported"
        clicked = project.act(1, 2, click(60, 40, object=2)).document.objects[1]
        assert clicked.start == state.document.objects[1].mask
        project.act(1, 3, Undo())
        assert len(project.act(1, 4, Undo()).document.objects) == 1


def test_importing_again_adds_nothing(folder: Path, tmp_path: Path) -> None:
    source = write("coco", tmp_path / "old", annotated("a.png", ("cat", 2, 3)))
    with opened(folder) as project:
        assert [project.import_files(source).objects for _ in range(2)] == [1, 0]
        assert project.picture(1).picture.version == 1


@pytest.mark.parametrize("name", sorted(set(codecs()) - {"yolo"}))
def test_a_picture_of_a_wrong_size_is_reported_and_the_rest_is_imported(
    name: str, folder: Path, tmp_path: Path
) -> None:
    pictures = (annotated("a.png", ("cat", 2, 3), width=65), annotated("c.jpg", ("dog", 4, 4)))
    source = write(name, tmp_path / "old", *pictures)
    with opened(folder) as project:
        done = project.import_files(source)
        assert (done.pictures, done.objects) == (1, 1)
        assert len(done.problems) == 1
        assert "65 x 48" in done.problems[0]
        assert project.picture(1).picture.version == 0


def test_a_broken_file_of_one_picture_is_reported_and_the_rest_is_imported(
    folder: Path, tmp_path: Path
) -> None:
    source = write(
        "labelme",
        tmp_path / "old",
        annotated("a.png", ("cat", 2, 3)),
        annotated("c.jpg", ("dog", 4, 4)),
    )
    (source / "a.json").write_text("{ this is not JSON")
    with opened(folder) as project:
        done = project.import_files(source)
        assert (done.format, done.pictures) == ("labelme", 1)
        assert "a.json" in done.problems[0]


def test_labels_that_files_do_not_name_are_those_of_the_project(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "a.txt").write_text("1 0.1 0.1 0.5 0.1 0.5 0.5\n")
    with (
        opened(folder) as project,
        pytest.raises(DatasetError, match="expected names of the labels"),
    ):
        project.import_files(tmp_path / "old")
    with opened(folder, labels=("cat", "dog")) as project:
        assert project.import_files(tmp_path / "old").format == "yolo"
        assert project.picture(1).document.objects[0].label == 2


def test_pictures_that_are_not_there_are_reported(folder: Path, tmp_path: Path) -> None:
    source = write("coco", tmp_path / "old", annotated("other.png", ("cat", 2, 3)))
    with opened(folder) as project, pytest.raises(DatasetError, match="none of the 1 pictures"):
        project.import_files(source)


FILES: dict[str, Callable[[Path], Path]] = {
    "coco": lambda folder: folder / "annotations" / "instances_default.json",
    "cvat": lambda folder: folder / "annotations.xml",
    "labelme": lambda folder: folder / "a.json",
    "label-studio": lambda folder: folder / "tasks.json",
    "png": lambda folder: folder / "objects.json",
    "yolo": lambda folder: folder / "data.yaml",
    "cvat-mask": lambda folder: folder / "segmentation_mask.zip",
}


WAYS = [
    (name, how)
    for name in sorted(codecs())
    for how in ("folder", "zip", "file")
    if how != "file" or name in FILES
]


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize(("name", "how"), WAYS)
def test_formats_are_found_in_folders_zips_and_files(
    name: str, how: str, named: bool, folder: Path, tmp_path: Path
) -> None:
    source = write(name, tmp_path / "old", annotated("a.png", ("dog", 2, 3)))
    if how == "file":
        source = FILES[name](source)
    elif how == "zip":
        source = zipped(source, tmp_path / "old.zip")
    with opened(folder) as project:
        done = project.import_files(source, name if named else "auto")
        assert (done.objects, done.problems) == (1, ())
        assert done.labels[-1] == "dog"
        np.testing.assert_array_equal(labelled_masks(project.picture(1))[0][1], square(2, 3))


def test_single_maps_are_matched_by_name(folder: Path, tmp_path: Path) -> None:
    source = write("png", tmp_path / "old", annotated("a.png", ("dog", 2, 3)))
    with opened(folder) as project:
        assert project.import_files(source / "masks" / "a.png").objects == 1
        assert project.picture(1).document.objects[0].label is None


def test_labelme_files_beside_the_pictures_are_found(folder: Path) -> None:
    write(
        "labelme",
        folder,
        annotated("a.png", ("dog", 2, 3)),
        annotated("sub/b 1.jpg", ("cat", 2, 3)),
    )
    with opened(folder) as project:
        assert project.import_files(folder).pictures == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.json", None, "does not exist"),
        ("x.json", b"{}", "is not recognised"),
        ("x.json", b"{", "JSON"),
        ("x.xml", b"<html/>", "is not recognised"),
        ("x.doc", b"text", "is not recognised"),
        ("x.zip", b"no zip", "not a zip"),
        ("x.png", b"no png", "not a picture that can be read"),
    ],
)
def test_files_that_are_no_annotations_are_refused_in_one_sentence(
    name: str, content: bytes | None, words: str, folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / ("a.png" if name == "x.png" else name)
    if content is not None:
        path.write_bytes(content)
    with opened(folder) as project:
        try:
            said = " ".join(project.import_files(path).problems)
        except FCFIError as error:
            said = str(error)
        assert words in said
        assert "\n" not in said
        assert project.pictures().counts.new == 3
        with pytest.raises(InputError, match="expected a format, got 'bmp'"):
            project.import_files(folder, "bmp")


def test_an_import_and_somebody_at_work_do_not_hinder_each_other(
    folder: Path, tmp_path: Path
) -> None:
    source = write("coco", tmp_path / "old", *(annotated(name, ("cat", 2, 3)) for name in NAMES))
    with opened(folder) as project:
        thread = threading.Thread(target=project.import_files, args=(source,))
        project.act(1, 0, click(10, 10))
        thread.start()
        for _ in range(5):
            state = project.picture(1)
            try:
                project.act(
                    1,
                    state.picture.version,
                    EditObject(1, visible=not state.document.objects[0].visible),
                )
            except InputError:
                continue
        thread.join()
        assert len(project.picture(1).document.objects) == 2


# ── zips ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_pipe_among_the_pictures_is_reported_and_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "labels.json")
    with opened(folder) as project, pytest.raises(DatasetError, match="device or pipe"):
        project.import_files(folder / "labels.json")


def made_zip(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    "name", ["../out.json", "/out.json", "a/../../out.json", "..\\out.json", "C:\\out.json"]
)
def test_nothing_in_a_zip_leaves_its_folder(name: str, tmp_path: Path) -> None:
    path = made_zip(tmp_path / "evil.zip", (zipfile.ZipInfo(name), b"{}"))
    with pytest.raises(InputError, match="evil.zip"), archives.unpacked(path):
        pass
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["evil.zip"]


def test_links_in_a_zip_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.json")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = made_zip(tmp_path / "link.zip", (link, b"/etc/passwd"))
    with pytest.raises(InputError, match="is a link"), archives.unpacked(path):
        pass


def test_number_and_size_of_what_a_zip_holds_are_bounded(tmp_path: Path) -> None:
    many = made_zip(tmp_path / "many.zip", *((f"{number}.txt", b"") for number in range(11)))
    with (
        pytest.raises(InputError, match="11 files: at most 10"),
        archives.unpacked(many, max_files=10),
    ):
        pass
    large = made_zip(tmp_path / "large.zip", ("zeros", bytes(5_000_000)))
    with (
        pytest.raises(InputError, match="more than 1000000 bytes"),
        archives.unpacked(large, max_bytes=1_000_000),
    ):
        pass


def test_a_zip_is_believed_only_as_far_as_it_unpacks(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(3_000_000))
    data = buffer.getvalue().replace((3_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    (tmp_path / "liar.zip").write_bytes(data)
    with (
        pytest.raises(InputError, match="liar.zip"),
        archives.unpacked(tmp_path / "liar.zip", max_bytes=1000),
    ):
        pass


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_zip_whose_packed_bytes_are_damaged_is_reported(packing: int, tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", packing) as archive:
        archive.writestr("numbers.json", json.dumps(list(range(5000))))
        archive.writestr("SegmentationClass/a.png", b"")
        archive.writestr("ImageSets/Segmentation/default.txt", json.dumps(list(range(5000))))
    data = bytearray(buffer.getvalue())
    for info in zipfile.ZipFile(buffer).infolist():
        begin = info.header_offset + 30 + len(info.filename) + 10
        data[begin : begin + info.compress_size // 2] = bytes(info.compress_size // 2)
    path = tmp_path / "damaged.zip"
    path.write_bytes(data)
    with (
        pytest.raises(InputError, match=r"damaged\.zip cannot be unpacked"),
        archives.unpacked(path),
    ):
        pass
    with pytest.raises(DatasetError, match=r"default\.txt cannot be read"):
        list(cvat_mask.read(path))


def test_a_zip_is_unpacked_and_removed_again(tmp_path: Path) -> None:
    path = made_zip(
        tmp_path / "good.zip", ("one/a.txt", b"text"), ("one/b/c.txt", b"more"), ("__MACOSX/x", b"")
    )
    with archives.unpacked(path) as folder:
        assert sorted(entry.name for entry in folder.iterdir()) == ["a.txt", "b"]
        assert (folder / "b" / "c.txt").read_bytes() == b"more"
    assert not folder.exists()
