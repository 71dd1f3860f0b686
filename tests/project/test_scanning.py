"""Finding pictures: which files are pictures, their headers, and opening only changed files."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from fcfi.project import scanning
from tests.project.builders import HEIGHT, WIDTH, click, opened, photo, write_photos


def found(folder: Path) -> list[str]:
    return sorted(scanning.find(folder)[0])


def save(path: Path, pixels: np.ndarray | None = None, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.fromarray(photo() if pixels is None else pixels).save(path, **options)  # type: ignore[arg-type]
    return path


def test_pictures_are_found_in_folders_below_by_their_endings(tmp_path: Path) -> None:
    names = ["a.jpg", "B.PNG", "ünï/çà.webp", "deep/er/x.tif", "日本.bmp", "with space.jpeg"]
    for name in names:
        save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no picture")
    assert found(tmp_path) == sorted(names)


def test_hidden_things_and_masks_of_known_layouts_are_passed_over(tmp_path: Path) -> None:
    for name in (
        ".fcfi/x.png",
        ".hidden.png",
        "SegmentationClass/a.png",
        "out/masks/a.png",
        "masks/mine.png",
        "a.png",
    ):
        save(tmp_path / name)
    (tmp_path / "out" / "objects.json").write_text("{}")
    assert found(tmp_path) == ["a.png", "masks/mine.png"]


def test_links_that_leave_the_folder_are_passed_over(tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "photos", "a.png")
    outside = write_photos(tmp_path / "outside", "secret.png")
    (folder / "inside.png").symlink_to(folder / "a.png")
    (folder / "out.png").symlink_to(outside / "secret.png")
    (folder / "relative.png").symlink_to("../outside/secret.png")
    (folder / "folder").symlink_to(outside)
    (folder / "round").symlink_to(folder)
    (folder / "itself").symlink_to(folder / "itself")
    (folder / "itself.png").symlink_to(folder / "itself.png")
    (folder / "nowhere.png").symlink_to(folder / "missing.png")
    os.mkfifo(folder / "pipe.png")
    assert found(folder) == ["a.png", "inside.png"]


def test_a_folder_that_is_a_link_itself_can_be_opened(tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "photos", "a.png")
    (tmp_path / "link").symlink_to(folder)
    with opened(tmp_path / "link") as project:
        assert project.image(1).shape == (HEIGHT, WIDTH, 3)


def test_names_that_cannot_be_stored_are_reported(tmp_path: Path) -> None:
    write_photos(tmp_path, "a.png", "new\nline.png", "back\\slash.png")
    os.rename(os.fsencode(save(tmp_path / "x.png")), os.fsencode(tmp_path) + b"/\xff.png")
    with opened(tmp_path) as project:
        assert [row.name for row in project.pictures().items] == ["a.png"]
        (warning,) = project.warnings
        assert warning.startswith("3 pictures left out: its name has control characters")
        assert r"'new\nline.png'" in warning


def test_pictures_that_nothing_decodes_and_links_are_counted_and_named(tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "photos", "a.png")
    outside = write_photos(tmp_path / "outside", "b.png")
    (folder / "b.png").symlink_to(outside / "b.png")
    (folder / "sub").mkdir()
    for name in ("IMG_1.HEIC", "IMG_2.heic", "sub/IMG_3.HEIC", "raw.NEF", "notes.txt"):
        (folder / name).write_bytes(b"something")
    with opened(folder) as project:
        assert [row.name for row in project.pictures().items] == ["a.png"]
        assert set(project.warnings) == {
            "3 pictures left out: HEIC cannot be read: convert it to JPEG or PNG "
            "(IMG_1.HEIC; IMG_2.heic; sub/IMG_3.HEIC)",
            "1 picture left out: NEF cannot be read: convert it to JPEG or PNG (raw.NEF)",
            "1 picture left out: a link that leads out of the folder, or to nothing: "
            "put the picture itself there (b.png)",
        }


@pytest.mark.parametrize(
    ("name", "pixels", "options"),
    [
        ("sixteen.tif", photo()[:, :, 0].astype(np.uint16) * 200, {}),
        ("turned.jpg", None, {"orientation": 6}),
        ("turned.tif", None, {"orientation": 5}),
        ("turned.png", None, {"orientation": 8}),
        ("grey.png", photo()[:, :, 0], {}),
        ("alpha.webp", np.dstack([photo(), photo()[:, :, 0]]), {}),
        ("animation.gif", None, {"save_all": True}),
    ],
)
def test_the_size_in_the_list_is_that_of_the_upright_picture(
    tmp_path: Path, name: str, pixels: np.ndarray | None, options: dict[str, object]
) -> None:
    if "orientation" in options:
        exif = Pillow.Exif()
        exif[0x0112] = options["orientation"]
        options = {"exif": exif}
    save(tmp_path / name, pixels, **options)
    with opened(tmp_path) as project:
        (row,) = project.pictures().items
        assert project.image(row.id).shape == (row.height, row.width, 3)
        assert row.problem is None
        assert project.act(row.id, 0, click(1, 1)).picture.version == 1


@pytest.mark.parametrize(
    ("name", "damage", "words"),
    [
        ("cut.jpg", lambda data: data[: len(data) * 2 // 3], "truncated"),
        ("cut.png", lambda data: data[:-20], "truncated"),
        ("start.jpg", lambda data: data[:20], "start.jpg"),
        ("empty.png", lambda _: b"", "empty"),
        ("text.jpg", lambda _: b"this is not a picture at all", "not a picture"),
    ],
)
def test_a_damaged_picture_is_listed_with_its_problem_and_the_others_are_usable(
    tmp_path: Path, name: str, damage: object, words: str
) -> None:
    path = save(tmp_path / name, np.random.default_rng(0).integers(0, 256, (96, 96, 3), np.uint8))
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    write_photos(tmp_path, "whole.png")
    with opened(tmp_path) as project:
        problems = {row.name: row.problem for row in project.pictures().items}
        assert words in (problems[name] or "")
        assert str(tmp_path) not in (problems[name] or "")
        assert problems["whole.png"] is None


def test_what_follows_the_end_of_a_jpeg_does_not_matter_and_a_thumbnail_is_not_its_end(
    tmp_path: Path,
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    film = save(tmp_path / "film.jpg", noise)
    film.write_bytes(film.read_bytes() + bytes(5000))
    thumbnail = Pillow.Exif()
    thumbnail[0x010E] = "x" + film.read_bytes()[:2000].decode("latin-1") + "\xff\xd9"
    cut = save(tmp_path / "cut.jpg", noise, exif=thumbnail)
    cut.write_bytes(cut.read_bytes()[:-500])
    assert scanning.look(film, "film.jpg").problem is None
    assert "truncated" in (scanning.look(cut, "cut.jpg").problem or "")


def test_only_new_and_changed_files_are_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_photos(tmp_path, "a.png", "b.png")
    looked: list[str] = []
    real = scanning.look

    def look(path: Path, name: str) -> scanning.Header:
        looked.append(name)
        return real(path, name)

    monkeypatch.setattr(scanning, "look", look)
    with opened(tmp_path) as project:
        assert sorted(looked) == ["a.png", "b.png"]
        looked.clear()
        project.scan()
        assert looked == []
        write_photos(tmp_path, "c.png")
        os.utime(tmp_path / "b.png", ns=(1, 1))
        project.scan()
        assert sorted(looked) == ["b.png", "c.png"]
    looked.clear()
    opened(tmp_path).close()
    assert looked == []


def test_nothing_is_decoded_while_looking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_photos(tmp_path, "a.png", "b.jpg", "c.tif", "d.webp", "e.bmp", "f.gif")

    def decode(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    with opened(tmp_path) as project:
        assert all(row.width == WIDTH and row.problem is None for row in project.pictures().items)


def test_thousands_of_pictures_are_listed_at_once(tmp_path: Path) -> None:
    data = save(tmp_path / "0.jpg").read_bytes()
    for number in range(1, 2000):
        (tmp_path / f"{number}.jpg").write_bytes(data)
    with opened(tmp_path) as project:
        assert project.pictures(offset=1990).items[0].name == "1990.jpg"
        assert project.pictures().counts.all == 2000
