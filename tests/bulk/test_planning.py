"""Plans: equal rows have equal plans, pictures stay together, and other plans stay unchanged."""

import errno
import json
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fcfi.bulk.plan import Plan, read_plan
from fcfi.bulk.planning import Buckets, make_plan, read_manifest, split_parts
from fcfi.bulk.rows import hash_of, shard_of
from fcfi.bulk.storage import Storage
from fcfi.bulk.work import read_rows
from fcfi.errors import ConfigError, InputError
from tests.bulk.conftest import PICTURES, objects

Manifest = Callable[[Sequence[Any]], str]


def rows_by_shard(folder: Path) -> list[list[list[dict[str, Any]]]]:
    """Return the rows of each part of each shard."""
    storage = Storage(str(folder))
    plan = read_plan(storage)
    return [
        [[json.loads(text) for text in read_rows(storage, part)] for part in plan.parts_of(shard)]
        for shard in range(plan.shards)
    ]


def test_every_row_is_in_the_shard_of_its_picture_once(
    manifest: Manifest, network_file: Path, tmp_path: Path
) -> None:
    rows = objects(40)
    plan = make_plan(manifest(rows), str(tmp_path / "out"), 3, 10, str(network_file))
    found = rows_by_shard(tmp_path / "out")
    assert Counter(row["id"] for shard in found for part in shard for row in part) == Counter(
        row["id"] for row in rows
    )
    for shard, parts in enumerate(found):
        assert plan.rows[shard] == sum(map(len, parts))
        assert plan.parts[shard] == len(parts)
        for row in (row for part in parts for row in part):
            assert shard_of(hash_of(row["image"]), 3) == shard
    # The objects of a picture stand in one part, in the order of the manifest.
    for number in range(PICTURES):
        image = f"{number}.png"
        holding = [part for shard in found for part in shard if image in {r["image"] for r in part}]
        assert len(holding) == 1
        ids = [row["id"] for row in holding[0] if row["image"] == image]
        assert ids == [row["id"] for row in rows if row["image"] == image]


def test_parquet_and_jsonl_make_the_same_plan(
    manifest: Manifest, photos: Path, network_file: Path, tmp_path: Path
) -> None:
    rows = [
        {"id": f"{number}", "image": f"{number}.png", "clicks": [[1, 2], [3, 4, number]]}
        for number in (0, 1)
    ]
    pq.write_table(pa.Table.from_pylist(rows), photos / "objects.parquet")
    plans = [
        make_plan(path, str(tmp_path / name), network=str(network_file))
        for name, path in (("a", manifest(rows)), ("b", str(photos / "objects.parquet")))
    ]
    assert plans[0] == plans[1]
    assert rows_by_shard(tmp_path / "a") == rows_by_shard(tmp_path / "b")


def test_a_plan_is_read_as_it_was_written(
    manifest: Manifest, network_file: Path, tmp_path: Path
) -> None:
    plan = make_plan(manifest(objects(5)), str(tmp_path / "out"), network=str(network_file))
    assert read_plan(Storage(str(tmp_path / "out"))) == plan
    assert Plan.from_json(json.loads(json.dumps(plan.to_json()))).digest == plan.digest


def test_planning_again_changes_nothing(
    manifest: Manifest, network_file: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    make_plan(manifest(objects(20)), str(out), 2, network=str(network_file))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    make_plan(manifest(objects(20)), str(out), 2, network=str(network_file))
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("count", "settings"), [(21, {}), (20, {"shards": 3}), (20, {"flip": "average"})]
)
def test_a_folder_with_other_work_is_refused_and_left_as_it_was(
    manifest: Manifest, network_file: Path, tmp_path: Path, count: int, settings: dict[str, Any]
) -> None:
    out = tmp_path / "out"
    make_plan(manifest(objects(20)), str(out), network=str(network_file))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    with pytest.raises(InputError, match="another manifest, network or setting"):
        make_plan(manifest(objects(count)), str(out), network=str(network_file), **settings)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_two_rows_with_one_id_are_named(
    manifest: Manifest, network_file: Path, tmp_path: Path
) -> None:
    rows = objects(5)
    rows[4]["id"] = rows[1]["id"]
    with pytest.raises(InputError, match="rows 2 and 5"):
        make_plan(manifest(rows), str(tmp_path / "out"), network=str(network_file))
    assert not (tmp_path / "out").exists()


def test_empty_manifests_and_wrong_settings_are_refused(
    manifest: Manifest, network_file: Path, tmp_path: Path
) -> None:
    out, network = str(tmp_path / "out"), str(network_file)
    with pytest.raises(InputError, match="at least one row"):
        make_plan(manifest(["", " "]), out, network=network)
    with pytest.raises(InputError, match="does not exist|cannot be read"):
        make_plan(str(tmp_path / "none.jsonl"), out, network=network)
    with pytest.raises(ConfigError, match="shards"):
        make_plan(manifest(objects(1)), out, 0, network=network)
    with pytest.raises(ConfigError, match="flip"):
        make_plan(manifest(objects(1)), out, network=network, flip="twice")
    with pytest.raises(ConfigError, match="all machines of a plan must agree"):
        make_plan(manifest(objects(1)), out, network=network, precision="int8")


def test_lines_that_are_not_json_are_kept_as_texts(manifest: Manifest) -> None:
    rows = read_manifest(manifest([{"image": "a"}, "{broken", "", "[" * 100_000]))
    assert list(rows)[:2] == [{"image": "a"}, "{broken"]


def test_odd_encodings_are_read_as_json_reads_them(photos: Path) -> None:
    path = photos / "odd.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"image": "a"}\n' + b'{"image": "\xff"}\n' + '{"image": "é"}\n'.encode()
    )
    first, damaged, last = read_manifest(str(path))
    assert (first, last) == ({"image": "a"}, {"image": "é"})
    assert isinstance(damaged, str)


def test_a_full_temporary_folder_is_one_sentence(
    manifest: Manifest, network_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def full(path: Path, mode: str = "r", **settings: Any) -> Any:
        if mode == "a":  # of the buckets
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, mode, **settings)

    path, out = manifest(objects(5)), tmp_path / "out"
    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(InputError, match="temporary folder .*No space left.*make room"):
        make_plan(path, str(out), network=str(network_file))
    assert not out.exists()


def test_parts_end_between_pictures_unless_they_grow_too_large() -> None:
    rows = [(mark, f"{mark}{number}") for mark in "abcd" for number in range(3)]
    assert [len(part) for part in split_parts(rows, 2)] == [3, 3, 3, 3]
    assert [len(part) for part in split_parts(rows, 4)] == [6, 6]
    large = [("a", str(number)) for number in range(20)]
    assert [len(part) for part in split_parts(large, 2)] == [8, 8, 4]
    assert list(split_parts([], 2)) == []


@pytest.mark.parametrize("shards", [1, 3, 2000])
def test_buckets_sort_by_picture_then_by_order(
    tmp_path: Path, shards: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fcfi.bulk.planning.BUFFER", 300)  # so that buckets are filled in turns
    buckets = Buckets(tmp_path, shards)
    for number in range(60):
        buckets.add(f"{number % 7}", f"row {number}")
    found = [list(buckets.sorted_rows(shard)) for shard in range(shards)]
    marks = [mark for rows in found for mark, _ in rows]
    assert marks == sorted(marks)
    expected = sorted(range(60), key=lambda number: (hash_of(f"{number % 7}"), number))
    assert [row for rows in found for _, row in rows] == [f"row {number}" for number in expected]
    assert not list(tmp_path.iterdir())
