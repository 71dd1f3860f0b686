"""The registry of formats: those of this package, of installed packages, and of single files."""

import logging
import runpy
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import numpy as np
import pytest

from fcfi.errors import ConfigError, InputError
from fcfi.formats import Codec, Tally, codecs, detect, export, find_codec, register, registry
from fcfi.formats import shipped_names as shipped
from fcfi.formats.codec import Candidate, Certainty, Found
from fcfi.project import scanning
from tests.formats.builders import LABELS, apart, overlapping
from tests.project.builders import opened, runs, write_photos

TOY = Path(__file__).parents[2] / "examples" / "extend" / "toy_format.py"


@pytest.fixture(autouse=True)
def _nothing_registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_registered", {})
    registry._installed.cache_clear()
    yield
    registry._installed.cache_clear()


@pytest.fixture
def toy() -> Codec:
    """The toy format, registered for one test."""
    codec = runpy.run_path(str(TOY))["CODEC"]
    assert isinstance(codec, Codec)
    return codec


def test_names_are_known_without_importing_the_formats() -> None:
    assert shipped() == tuple(codecs())
    code = (
        "import sys; from fcfi.formats import shipped_names; shipped_names(); "
        "print(any(m in sys.modules for m in ('numpy', 'cv2', 'fcfi.formats.coco')))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_a_toy_format_writes_and_reads_every_mask(toy: Codec, tmp_path: Path) -> None:
    for pictures, folder in ((apart(), tmp_path / "a"), ([overlapping()], tmp_path / "b")):
        report = export("table", pictures, folder, LABELS)
        assert report.changed == ()
        assert detect(folder) == (toy, folder / "objects.csv")


def test_a_toy_format_goes_through_a_project_and_counts_what_it_leaves_out(
    toy: Codec, tmp_path: Path
) -> None:
    from fcfi.project import SetMask

    folder = write_photos(tmp_path / "photos", "a.png", "b.png")
    with opened(folder, labels=("cat",)) as project:
        project.act(1, 0, SetMask(None, runs(2, 3), label=1))
        project.act(1, 1, SetMask(None, runs(20, 3), label=1))
        project.export("table", tmp_path / "out")
        masks = [
            project.picture(1).masks[drawn.mask or ""]
            for drawn in project.picture(1).document.objects
        ]
    table = tmp_path / "out" / "objects.csv"
    lines = table.read_text().splitlines()
    damaged = lines[2].replace("cat,20,", "cat,5000,")
    unknown = lines[2].replace("a.png", "other.png")
    table.write_text("\n".join([*lines, damaged, unknown]) + "\n")
    other = write_photos(tmp_path / "other", "a.png")
    with opened(other) as project:
        report = project.import_files(tmp_path / "out")
        assert (report.format, report.objects, report.shapes, report.taken) == ("table", 2, 3, 2)
        assert report.labels == ("cat",)
        assert list(report.problems) == [
            "1 shape left out: it reaches out of the picture (a.png, shape 3)",
            "1 picture left out: not among your pictures (other.png)",
        ]
        found = [
            project.picture(1).masks[drawn.mask or ""]
            for drawn in project.picture(1).document.objects
        ]
        assert found == masks


def test_a_file_of_its_own_is_a_command_line_that_knows_its_format(tmp_path: Path) -> None:
    folder = write_photos(tmp_path / "photos", "a.png")
    (tmp_path / "objects.csv").write_text(
        "picture,picture_width,picture_height,label,left,top,width,height,runs\n"
        "a.png,64,48,cat,2,3,4,5,0 20\n"
    )
    ran = subprocess.run(
        [sys.executable, str(TOY), "import-masks", str(folder), str(tmp_path / "objects.csv")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "read as table: 1 new object on 1 picture (1 of 1 shape of the file taken)" in ran.stdout


def test_an_installed_package_can_bring_a_format(
    toy: Codec, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    entries = [
        EntryPoint("damaged", "no_such_module:CODEC", registry.ENTRY_POINTS),
        EntryPoint("table", "toy_format:CODEC", registry.ENTRY_POINTS),
        EntryPoint("coco", "fcfi.formats.yolo:CODEC", registry.ENTRY_POINTS),
    ]
    monkeypatch.setattr(registry, "entry_points", lambda *, group: entries)
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.syspath_prepend(str(TOY.parent))
    with caplog.at_level(logging.WARNING):
        assert find_codec("table").title == "Table of objects"
    assert "the format damaged of an installed package cannot be loaded" in caplog.text
    assert [*codecs()][-1] == "table"
    sys.modules.pop("toy_format", None)


def test_a_name_that_is_taken_is_refused(toy: Codec) -> None:
    for name in ("coco", "table"):
        with pytest.raises(ConfigError, match=f"got '{name}', which is taken"):
            register(Codec(name, "Mine", toy.write, toy.read))


def test_the_surest_codec_reads_and_damage_is_a_sentence(toy: Codec, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("0 0.1 0.1 0.5 0.1 0.5 0.5\n")
    assert detect(tmp_path)[0].name == "yolo"
    (tmp_path / "objects.csv").write_text(
        "picture,picture_width,picture_height,label,left,top,width,height,runs\n"
    )
    assert detect(tmp_path)[0] is toy

    def bursts(candidate: Candidate) -> Found | None:
        raise ZeroDivisionError("inside")

    register(Codec("bursts", "Bursts", toy.write, toy.read, bursts))
    with pytest.raises(Exception, match="cannot be read .*inside"):
        detect(tmp_path)


def test_a_format_without_detection_has_to_be_named(toy: Codec, tmp_path: Path) -> None:
    register(Codec("silent", "Silent", toy.write, toy.read))
    (tmp_path / "x.bin").write_bytes(b"x")
    with pytest.raises(InputError, match="is not recognised: give files in one of png, .*silent"):
        detect(tmp_path / "x.bin")
    assert find_codec("silent").detect(Candidate(tmp_path, tmp_path)) is None
    assert max(Certainty) is Certainty.CONTENT


def test_a_scan_skips_the_folders_of_masks_that_formats_name(toy: Codec, tmp_path: Path) -> None:
    names = ["SegmentationClass/a.png", "masks/b.png", "sub/masks/c.png", "d.png"]
    write_photos(tmp_path, *names)
    (tmp_path / "sub" / "objects.json").write_text("{}")
    assert set(scanning.find(tmp_path)[0]) == {"masks/b.png", "d.png"}
    register(Codec("other", "Other", toy.write, toy.read, mask_folders=("masks",)))
    assert set(scanning.find(tmp_path)[0]) == {"d.png"}


def test_readers_without_a_tally_raise_the_first_error(toy: Codec, tmp_path: Path) -> None:
    (tmp_path / "objects.csv").write_text(
        "picture,picture_width,picture_height,label,left,top,width,height,runs\n"
        "a.png,64,48,cat,2,3,4,5,0 20\na.png,64,48,cat,2,3,4,5,0 21\n"
    )
    with pytest.raises(Exception, match="a.png, shape 2: expected runs that fill"):
        list(toy.read(tmp_path))
    tally = Tally()
    (picture,) = toy.read(tmp_path, tally=tally)
    assert (len(picture.objects), tally.found, tally.taken) == (1, 2, 1)
    assert np.count_nonzero(picture.pixels(picture.objects[0])) == 20
