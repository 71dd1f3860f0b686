"""Evaluation in shards: the report is identical to one run's; interrupted shards resume."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fcfi.cli import main
from fcfi.data.broken import EMPTY, BrokenError
from fcfi.data.sample import Sample
from fcfi.errors import InputError
from fcfi.evaluation import Protocol, evaluate
from fcfi.evaluation.report import record_of
from fcfi.evaluation.shards import Evaluation, Shard, evaluate_shard, merge_shards
from fcfi.evaluation.start_masks import starting_masks
from fcfi.formats.tally import LeftOut
from fcfi.prediction.fcfi import FCFIPredictor
from fcfi.prediction.zoom import Zoom
from tests.networks import ColourNetwork

RULES = Protocol(zoom=Zoom(target=64, ratio=1.4, minimum=30), limit=4)
NOT_COMPARED = ("date", "machine", "versions")


def sample(number: int) -> Sample:
    random = np.random.default_rng(number)
    image = random.integers(0, 256, (40, 50, 3), np.uint8)
    truth = np.zeros((40, 50), np.uint8)
    truth[5 + number : 20 + number, 8:30] = 1
    image[truth == 1] //= 4
    return Sample(f"object {number}", image, truth)


@pytest.fixture
def dataset() -> list[Sample]:
    return [sample(number) for number in range(7)]


@pytest.fixture
def predictor() -> FCFIPredictor:
    return FCFIPredictor(ColourNetwork(), RULES.zoom)


def evaluation(predictor: FCFIPredictor, start: str | None = None) -> Evaluation:
    return Evaluation("objects", "7 objects", 7, 0, predictor.info, RULES, start)


def without_times(record: Any) -> Any:
    kept = {key: value for key, value in record.items() if key not in NOT_COMPARED}
    kept["objects"] = [
        {key: value for key, value in row.items() if key != "seconds"} for row in record["objects"]
    ]
    kept["results"] = {
        key: value for key, value in record["results"].items() if "seconds" not in key
    }
    return kept


@pytest.mark.parametrize("count", [1, 3, 7, 9])
@pytest.mark.parametrize("start_name", [None, "shifted"])
def test_shards_together_are_one_run(
    predictor: FCFIPredictor,
    dataset: list[Sample],
    tmp_path: Path,
    count: int,
    start_name: str | None,
) -> None:
    start = None if start_name is None else starting_masks(start_name)
    common = evaluation(predictor, start_name)
    paths = [tmp_path / f"{index}.jsonl" for index in range(1, count + 1)]
    for index, path in reversed(list(enumerate(paths, start=1))):
        evaluate_shard(path, Shard(index, count), common, predictor, dataset, start)
    whole = record_of(evaluate(predictor, dataset, RULES, start), predictor.info)
    assert without_times(merge_shards(paths)) == without_times(whole)


def test_a_stopped_shard_resumes_after_its_last_whole_line(
    predictor: FCFIPredictor, dataset: list[Sample], tmp_path: Path
) -> None:
    path = tmp_path / "1.jsonl"
    arguments = (path, Shard(1, 1), evaluation(predictor), predictor)
    evaluate_shard(*arguments, dataset)
    content = path.read_bytes()
    lines = content.splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:3]) + lines[3][:20])

    class Watched(list[Sample]):
        read: Sequence[int] = ()

        def __getitem__(self, index: Any) -> Any:
            self.read = (*self.read, index)
            return super().__getitem__(index)

    watched = Watched(dataset)
    evaluate_shard(*arguments, watched)
    assert watched.read == tuple(range(2, 7))
    assert [json.loads(line)["index"] for line in path.read_bytes().splitlines()[1:]] == list(
        range(7)
    )
    assert without_times(merge_shards([path])) == without_times(
        record_of(evaluate(predictor, dataset, RULES), predictor.info)
    )


def test_other_evaluations_and_missing_shards_are_refused(
    predictor: FCFIPredictor, dataset: list[Sample], tmp_path: Path
) -> None:
    common = evaluation(predictor)
    first, second, other = (tmp_path / f"{name}.jsonl" for name in ("1", "2", "other"))
    evaluate_shard(first, Shard(1, 2), common, predictor, dataset)
    with pytest.raises(InputError, match="first that is missing is object 4"):
        merge_shards([first])
    with pytest.raises(InputError, match="holds another shard"):
        evaluate_shard(first, Shard(2, 2), common, predictor, dataset)
    changed = replace(common, seed=5)
    with pytest.raises(InputError, match="holds another shard or evaluation"):
        evaluate_shard(first, Shard(1, 2), changed, predictor, dataset)
    evaluate_shard(second, Shard(2, 2), changed, predictor, dataset)
    with pytest.raises(InputError, match="expected shards of one evaluation"):
        merge_shards([first, second])
    other.write_text('{"format": "other"}\n')
    with pytest.raises(InputError, match="is not a file of"):
        merge_shards([other])
    other.write_text("{")
    with pytest.raises(InputError, match="is damaged"):
        merge_shards([other])
    with pytest.raises(InputError, match="got none"):
        merge_shards([])


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3", "1/3/4", ""])
def test_shards_are_counted_from_one(text: str) -> None:
    with pytest.raises(InputError, match="expected a shard"):
        Shard.parse(text)


@pytest.mark.parametrize(("total", "count"), [(10, 3), (2, 5), (0, 2), (8, 8)])
def test_every_object_is_in_one_shard(total: int, count: int) -> None:
    found = [
        index for number in range(1, count + 1) for index in Shard(number, count).indices(total)
    ]
    assert found == list(range(total))


def test_the_command_measures_shards_and_merges_them(
    network_file: Path, examples: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["evaluate", "--data", str(examples), "--network", str(network_file)]
    parts = tmp_path / "parts"
    parts.mkdir()
    for index in (1, 2):
        out = str(parts / f"{index}.jsonl")
        assert main([*options, "--shard", f"{index}/2", "--json", out]) == 0
    assert main(["evaluate", "--merge", str(parts), "--json", str(tmp_path / "all.json")]) == 0
    assert main([*options, "--json", str(tmp_path / "one.json")]) == 0
    merged, whole = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("all", "one"))
    assert without_times(merged) == without_times(whole)
    capsys.readouterr()
    assert main(["evaluate"]) == 2
    assert "--data" in capsys.readouterr().err
    assert main([*options, "--shard", "1/2"]) == 2
    assert "--json FILE.jsonl" in capsys.readouterr().err
    assert main([*options, "--merge", str(parts)]) == 2
    assert "got more options" in capsys.readouterr().err


def test_shards_keep_what_is_left_out(
    predictor: FCFIPredictor, dataset: list[Sample], tmp_path: Path
) -> None:
    bad = BrokenError("bad", EMPTY, "expected a mask with an object, got an empty one")

    class Partly(list[Sample]):
        def __getitem__(self, index: Any) -> Any:
            if index in (2, 5):
                raise bad
            return super().__getitem__(index)

    whole = Partly(dataset)
    opened = LeftOut("shape", "a box without an outline", 1, ("a.jpg, shape 2",))
    common = replace(evaluation(predictor), left_out=(opened,))
    paths = [tmp_path / f"{index}.jsonl" for index in (1, 2)]
    for _ in range(2):  # the second time it resumes, and has nothing to do
        for index, path in enumerate(paths, 1):
            evaluate_shard(path, Shard(index, 2), common, predictor, whole)
    merged = merge_shards(paths)
    once = record_of(
        replace(
            evaluate(predictor, whole, RULES),
            left_out=(opened, LeftOut("object", EMPTY, 2, ("bad", "bad"), bad.detail)),
        ),
        predictor.info,
    )
    assert without_times(merged) == without_times(once)
    assert len(merged["objects"]) == 5
    for path in (paths[0], tmp_path / "fresh.jsonl"):
        with pytest.raises(BrokenError, match="bad: "):
            evaluate_shard(path, Shard(1, 2), common, predictor, whole, strict=True)
