"""The parts of a release: checks of archives, equal versions, a safe container."""

import re
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

import fcfi
from tools import release_check
from tools.release_check import IN_SOURCE, IN_WHEEL, Fault, check_source, check_wheel

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def wheel_of(folder: Path, names: Iterable[str]) -> Path:
    path = folder / "fcfi-0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(f"fcfi-0{name}" if name.startswith(".") else name, b"content")
    return path


def test_a_wheel_with_all_its_files_passes(tmp_path: Path) -> None:
    check_wheel(wheel_of(tmp_path, IN_WHEEL))


@pytest.mark.parametrize("missing", IN_WHEEL)
def test_a_wheel_that_lacks_a_file_is_refused(tmp_path: Path, missing: str) -> None:
    wheel = wheel_of(tmp_path, [name for name in IN_WHEEL if name != missing])
    with pytest.raises(Fault, match=re.escape(f"lacks {missing}")):
        check_wheel(wheel)


@pytest.mark.parametrize(
    ("extra", "words"),
    [("fcfi/weights/a.safetensors", "weights to train from"), ("tests/a.py", "outside")],
)
def test_a_wheel_with_more_than_the_package_is_refused(
    tmp_path: Path, extra: str, words: str
) -> None:
    with pytest.raises(Fault, match=words):
        check_wheel(wheel_of(tmp_path, [*IN_WHEEL, extra]))


def test_a_large_wheel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release_check, "MAX_WHEEL", 100)
    with pytest.raises(Fault, match="at most 100 are accepted"):
        check_wheel(wheel_of(tmp_path, IN_WHEEL))


def test_a_source_distribution_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "fcfi-0.tar.gz"
    for names in (IN_SOURCE, IN_SOURCE[1:]):
        with tarfile.open(path, "w:gz") as archive:
            for name in names:
                archive.add(__file__, f"fcfi-0{name}")
        if names == IN_SOURCE:
            check_source(path)
        else:
            with pytest.raises(Fault, match="lacks /README.md"):
                check_source(path)


def test_what_the_package_ships_fits_into_a_wheel() -> None:
    """Before compression, which hardly shrinks weights: it fails here, before a release."""
    shipped = [
        path
        for path in (ROOT / "fcfi").rglob("*")
        if path.is_file() and path.suffix not in {".safetensors", ".pyc"}
    ]
    weights = sum(path.stat().st_size for path in shipped if path.suffix == ".onnx")
    assert 0 < weights < release_check.MAX_WHEEL
    assert PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["exclude"] == ["*.safetensors"]


def test_citation_and_package_have_one_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == fcfi.__version__
    assert citation["license"] == PROJECT["project"]["license"]


def test_classifiers_name_the_versions_of_python_that_are_accepted() -> None:
    named = re.findall(r"Python :: 3\.(\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    first = PROJECT["project"]["requires-python"].removeprefix(">=3.")
    assert named[0] == first
    assert [int(number) for number in named] == list(range(int(first), int(named[-1]) + 1))


def test_every_file_of_the_source_distribution_exists() -> None:
    for name in PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]:
        assert (ROOT / name.removeprefix("/")).exists(), name


def test_the_container_runs_without_root_and_says_whether_it_is_well() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text.rpartition("\nFROM ")[2]
    assert last.index("\nUSER 1000\n") < last.index("\nENTRYPOINT ")
    assert "HEALTHCHECK" in last
    assert "/api/health" in last
    # All that is copied must get past .dockerignore, which leaves out everything else.
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE):
        for name in line.split()[:-1]:
            assert f"!{name}" in allowed
            assert (ROOT / name).exists()
