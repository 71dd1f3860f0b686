import io
import tarfile
from pathlib import Path

import numpy as np
import pytest

from fcfi.data.pictures import IGNORE_ID
from fcfi.data.readers import open_dataset
from fcfi.data.shards import (
    BROKEN,
    BROKEN_JSON,
    CUT_OFF,
    find_shards,
    open_shards,
    read_pictures,
)
from fcfi.errors import DatasetError
from fcfi.formats.tally import Tally
from tests.data.builders import picture, write_shard


def test_a_shard_gives_pictures_with_all_readings(tmp_path: Path) -> None:
    pictures = read_pictures(write_shard(tmp_path / "train-000.tar", 3))
    assert [len(p.labellings) for p in pictures] == [2, 1, 1]
    _, ids = picture(1)
    assert pictures[1].source == "made"
    assert (pictures[1].labellings[0].ids[ids != 255] == ids[ids != 255]).all()
    assert (pictures[1].labellings[0].ids == IGNORE_ID).sum() == (ids == 255).sum()


def test_instances_have_area_and_box(tmp_path: Path) -> None:
    first, second = read_pictures(write_shard(tmp_path / "a.tar", 2))[1].labellings[0].instances
    _, ids = picture(1)
    rows, columns = np.nonzero(ids == 2)
    assert (first.id, second.id) == (1, 2)
    assert second.area == len(rows)
    assert (second.left, second.right, second.top, second.bottom) == (
        75,
        111,
        rows.min(),
        rows.max() + 1,
    )
    assert columns.max() + 1 == second.right


def test_objects_for_evaluation_are_one_an_instance(tmp_path: Path) -> None:
    samples = open_shards(write_shard(tmp_path / "a.tar", 2))
    assert [sample.name for sample in samples] == ["made_0#1", "made_0#2", "made_1#1", "made_1#2"]
    assert set(np.unique(samples[0].truth)) == {0, 1, 255}


def test_a_broken_picture_is_left_out_and_named(tmp_path: Path) -> None:
    shard = write_shard(tmp_path / "a.tar", 1)
    with tarfile.open(shard, "a") as tar:
        for kind in ("webp", "png"):
            member = tarfile.TarInfo(f"broken_7.{kind}")
            member.size = 3
            tar.addfile(member, io.BytesIO(b"abc"))
    tally = Tally()
    assert len(read_pictures(shard, tally)) == 1
    assert tally.sentences() == (f"1 picture left out: {BROKEN} (a.tar: broken_7)",)
    assert open_dataset(shard).left_out == tally.left_out()
    with pytest.raises(DatasetError, match="broken_7"):
        read_pictures(shard)
    with pytest.raises(DatasetError, match="broken_7"):
        open_dataset(shard, strict=True)


def test_a_shard_that_is_cut_off_keeps_its_first_pictures(tmp_path: Path) -> None:
    shard = write_shard(tmp_path / "a.tar", 4)
    with tarfile.open(shard) as tar:
        last = tar.getmembers()[-1]
    shard.write_bytes(shard.read_bytes()[: last.offset_data + 10])
    tally = Tally()
    assert len(read_pictures(shard, tally)) == 3
    (left,) = tally.left_out()
    assert (left.reason, left.count, left.names) == (CUT_OFF, 1, ("a.tar",))
    assert "get it again" in left.detail


@pytest.mark.parametrize("texts", [b"{", b"3"])
def test_a_picture_with_broken_texts_is_left_out_and_named(tmp_path: Path, texts: bytes) -> None:
    shard = write_shard(tmp_path / "a.tar", 2)
    with tarfile.open(shard) as tar:
        parts = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    write_tar(shard, parts | {"made_1.json": texts})
    tally = Tally()
    assert [picture.name for picture in read_pictures(shard, tally)] == ["made_0"]
    assert tally.sentences() == (f"1 picture left out: {BROKEN_JSON} (a.tar: made_1)",)


@pytest.mark.parametrize(
    ("prefix", "names"), [("./", ["made_0", "made_1"]), ("a.b/", ["a.b/made_0", "a.b/made_1"])]
)
def test_keys_may_lie_in_a_folder(tmp_path: Path, prefix: str, names: list[str]) -> None:
    shard = write_shard(tmp_path / "a.tar", 2)
    with tarfile.open(shard) as tar:
        parts = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    write_tar(shard, {f"{prefix}{name}": part for name, part in parts.items()})
    assert [picture.name for picture in read_pictures(shard)] == names


def write_tar(path: Path, parts: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as tar:
        for name, part in parts.items():
            member = tarfile.TarInfo(name)
            member.size = len(part)
            tar.addfile(member, io.BytesIO(part))


def test_missing_and_damaged_shards_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="expected a shard, got none"):
        find_shards(tmp_path)
    (tmp_path / "train-000.tar").write_bytes(b"no tar at all")
    with pytest.raises(DatasetError, match="cannot be read"):
        read_pictures(tmp_path)
    with tarfile.open(tmp_path / "train-000.tar", "w"):
        pass
    with pytest.raises(DatasetError, match="expected pictures with instance maps"):
        read_pictures(tmp_path)
