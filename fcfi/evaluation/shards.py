"""Evaluation in shards on several machines: results as JSON lines, and one merged report.

A file's first line describes the evaluation, and each further line is an object.  Lines are written
as objects are done, so that an interrupted shard can resume.  Numbers keep all their digits: the
merged report is identical to that of one run.
"""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, Any, Final

from fcfi.data.broken import BrokenError
from fcfi.data.sample import Sample
from fcfi.errors import InputError
from fcfi.evaluation.measuring import ObjectResult, Progress, Protocol, Report, evaluate_item
from fcfi.evaluation.report import Record, machine, record_of, versions
from fcfi.evaluation.robots import CENTRE, Robot
from fcfi.evaluation.start_masks import Start
from fcfi.formats.tally import LeftOut, Tally
from fcfi.json_documents import read
from fcfi.prediction.interface import Predictor
from fcfi.prediction.zoom import Zoom
from fcfi.prompts.clicks import Click
from fcfi.runtimes.network import NetworkInfo

Result = ObjectResult | BrokenError
"""The measurement of an object, or the reason why it is left out."""
FORMAT: Final = "fcfi-evaluation-shard/1"
"""Marks a file; the number is raised when its meaning changes."""
OWN: Final = ("shard", "machine", "versions")
"""Keys of the first line that differ between the shards of one evaluation."""


@dataclass(frozen=True)
class Shard:
    """Shard `index` of `count`, from 1: consecutive objects, to keep those of a picture together.

    >>> shard = Shard(2, 3)
    >>> [shard.indices(total) for total in (10, 2)]
    [range(3, 6), range(0, 1)]
    """

    index: int
    count: int

    @classmethod
    def parse(cls, text: str) -> "Shard":
        """Return the shard in a text like `2/8`.  Raises InputError for anything else."""
        index, _, count = text.partition("/")
        plain = index.isdecimal() and count.isdecimal()
        if not plain or not 1 <= int(index) <= int(count):
            raise InputError(f"expected a shard from 1/1 on, as 2/8, got {text!r}")
        return cls(int(index), int(count))

    def indices(self, total: int) -> range:
        """Return the indices of the shard's objects among `total`."""
        return range(total * (self.index - 1) // self.count, total * self.index // self.count)


@dataclass(frozen=True)
class Evaluation:
    """The description of an evaluation, common to all its shards.

    objects: their number in all shards.  seed: seed with which they were chosen.
    left_out: items that could not be used when the dataset was opened, by reason.
    settings: settings of a predictor that was passed in; None if the protocol makes it.
    """

    dataset: str
    found: str
    objects: int
    seed: int
    info: NetworkInfo
    protocol: Protocol
    start: str | None
    left_out: tuple[LeftOut, ...] = ()
    settings: Mapping[str, float | str] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the evaluation as dictionaries, lists, texts and numbers."""
        # `asdict` makes deep copies, which a read-only view of the metadata does not support.
        info = replace(self.info, metadata=dict(self.info.metadata))
        settings = None if self.settings is None else dict(self.settings)
        data = asdict(replace(self, info=info, settings=settings))
        # Through JSON and back, so that tuples become lists and it equals the content of a file.
        return json.loads(json.dumps(data))  # type: ignore[no-any-return]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Evaluation":
        """Return the evaluation from the result of `to_json`.  Raises InputError for others."""
        protocol = dict(read(data, "protocol", dict))
        try:
            rules = Protocol(
                **protocol
                | {"zoom": Zoom(**protocol["zoom"]), "targets": tuple(protocol["targets"])}
            )
            info = NetworkInfo(**read(data, "info", dict))
        except (KeyError, TypeError) as error:
            raise InputError(f"protocol or network cannot be read: {error}") from error
        return cls(
            read(data, "dataset", str),
            read(data, "found", str),
            read(data, "objects", int),
            read(data, "seed", int),
            info,
            rules,
            None if data.get("start") is None else read(data, "start", str),
            tuple(LeftOut.from_json(left) for left in data.get("left_out", ())),
            None if data.get("settings") is None else read(data, "settings", dict),
        )


def evaluate_shard(
    path: Path,
    shard: Shard,
    evaluation: Evaluation,
    predictor: Predictor,
    dataset: Sequence[Sample],
    start: Start | None = None,
    progress: Progress | None = None,
    strict: bool = False,
    robot: Robot = CENTRE,
) -> int:
    """Measure a shard's objects that are not in the file yet; return the number in the file.

    dataset: all objects of the evaluation; one that cannot be measured is left out, with its reason
        in the file, or stops the shard if `strict`.
    robot: the robot that clicks; the file holds its name.
    Raises InputError for a file of another evaluation, robot or shard, and the errors of
    `evaluate`.
    """
    rules = replace(evaluation.protocol, robot=robot.name)
    evaluation = replace(evaluation, protocol=rules)
    indices = shard.indices(len(dataset))
    with _ShardFile(path, shard, evaluation) as (stream, done):
        for number, index in enumerate(indices, start=1):
            result = done.get(index)
            if result is None:
                result = evaluate_item(predictor, dataset, index, rules, start, robot)
            if strict and isinstance(result, BrokenError):
                raise result
            if index not in done:
                stream.write(f"{json.dumps(_row_of(index, result))}\n")
                stream.flush()
            if progress is not None:
                measured = result if isinstance(result, ObjectResult) else None
                progress(number, len(indices), measured)
    return len(indices)


def merge_shards(paths: Iterable[Path]) -> Record:
    """Return the record of an evaluation from the files of all its shards.

    Raises InputError if shards are missing, unfinished or of different evaluations.
    """
    first: tuple[Path, dict[str, Any]] | None = None
    heads = []
    results: dict[int, Result] = {}
    for path in paths:
        head, rows = _read(path)
        if first is None:
            first = path, head
        elif _shared(head) != _shared(first[1]):
            raise InputError(
                f"expected shards of one evaluation, got another in {path} than in {first[0]}: "
                "merge those of the same dataset, network, robot and settings"
            )
        heads.append(head)
        results |= rows
    if first is None:
        raise InputError("expected at least one file of `fcfi evaluate --shard`, got none")
    evaluation = Evaluation.from_json(first[1]["evaluation"])
    # Shards may be measured in any order and on any machine; only all of them are a result.
    missing = sorted(set(range(evaluation.objects)) - results.keys())
    if missing:
        raise InputError(
            f"expected results of {evaluation.objects} objects, got {len(results)}: the first that "
            f"is missing is object {missing[0] + 1}; run the shards that are not finished"
        )
    tally = Tally()
    measured = []
    for index in range(evaluation.objects):
        result = results[index]
        if isinstance(result, BrokenError):
            tally.leave_out_object(result.reason, result.name, result.detail)
        else:
            measured.append(replace(result, index=index))
    report = Report(
        evaluation.dataset,
        evaluation.found,
        evaluation.protocol,
        evaluation.start,
        tuple(measured),
        (*evaluation.left_out, *tally.left_out()),
    )
    record = record_of(report, evaluation.info, evaluation.seed, evaluation.settings)
    return record | {"machine": _machines(heads), "versions": heads[0]["versions"]}


def shard_files(paths: Iterable[Path]) -> list[Path]:
    """Return the files, and the *.jsonl files in the folders, sorted."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    return found


# ── helpers ───────────────────────────────────────────────────────────────────────────────────────


class _ShardFile:
    """The file of a shard, opened for appending, with the results in it."""

    def __init__(self, path: Path, shard: Shard, evaluation: Evaluation) -> None:
        self._path = path
        self._head = {
            "format": FORMAT,
            "shard": [shard.index, shard.count],
            "evaluation": evaluation.to_json(),
            "machine": machine(),
            "versions": versions(),
        }

    def __enter__(self) -> tuple[IO[str], dict[int, Result]]:
        done: dict[int, Result] = {}
        fresh = not self._path.is_file() or self._path.stat().st_size == 0
        if not fresh:
            head, done = _read(self._path)
            if head["shard"] != self._head["shard"] or _shared(head) != _shared(self._head):
                raise InputError(
                    f"{self._path} holds another shard or evaluation: give another file"
                )
            # A killed run may have left half a line; rows appended to it would be lost as well.
            _drop_torn_line(self._path)
        try:
            self._stream = self._path.open("a", encoding="utf-8")
        except OSError as error:
            raise InputError(f"cannot write {self._path}: {error.strerror or error}") from error
        if fresh:
            # The first line describes the evaluation, so that a file never mixes two settings.
            self._stream.write(f"{json.dumps(self._head)}\n")
            self._stream.flush()
        return self._stream, done

    def __exit__(self, *_: object) -> None:
        self._stream.close()


def _read(path: Path) -> tuple[dict[str, Any], dict[int, Result]]:
    """Return a file's first line and its results by index, without an incomplete last line."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    try:
        head = json.loads(lines[0])
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise InputError(f"{path} is not a file of `fcfi evaluate --shard`: give another")
        # Older files name neither a robot nor settings.
        head["evaluation"].setdefault("settings", None)
        head["evaluation"]["protocol"].setdefault("robot", CENTRE.name)
        # A text after the last line break is an incomplete line.
        rows = [json.loads(line) for line in lines[1:-1]]
        return head, {row["index"]: _result_of(row) for row in rows}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is damaged ({error}): remove it and run its shard again"
        ) from error


def _drop_torn_line(path: Path) -> None:
    """Remove an incomplete line after the last line break."""
    with path.open("rb+") as stream:
        stream.truncate(stream.read().rfind(b"\n") + 1)
        stream.flush()
        os.fsync(stream.fileno())


def _row_of(index: int, result: Result) -> dict[str, Any]:
    if isinstance(result, BrokenError):
        left_out = {"reason": result.reason, "detail": result.detail}
        return {"index": index, "name": result.name, "left_out": left_out}
    clicks = [click.to_json() for click in result.clicks]
    return {**asdict(result), "index": index, "clicks": clicks}


def _result_of(row: Mapping[str, Any]) -> Result:
    if "left_out" in row:
        return BrokenError(row["name"], row["left_out"]["reason"], row["left_out"]["detail"])
    start = row["start"]
    return ObjectResult(
        row["name"],
        tuple(Click.from_json(click) for click in row["clicks"]),
        tuple(row["ious"]),
        tuple(row["boundary_ious"]),
        tuple(row["seconds"]),
        None if start is None else (start[0], start[1]),
    )


def _shared(head: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values on which the shards of one evaluation must agree."""
    shared = {key: value for key, value in head.items() if key not in OWN}
    # The number of shards must agree, but not the index of a shard.
    return shared | {"count": head["shard"][1]}


def _machines(heads: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the machine of all shards; for keys that differ, the values are joined."""
    first = dict(heads[0]["machine"])
    for key in first:
        values = list(dict.fromkeys(head["machine"][key] for head in heads))
        first[key] = values[0] if len(values) == 1 else ", ".join(map(str, values))
    return first
