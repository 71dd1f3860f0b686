"""Merging parts to Parquet, COCO JSON, or a PNG for each mask, part by part in plan order.

Knows nothing of how the results were computed.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final

import pyarrow.parquet as pq

from fcfi.bulk.plan import Plan, done_parts, read_plan
from fcfi.bulk.results import schema_of
from fcfi.bulk.status import all_parts, ranges, read_part
from fcfi.bulk.storage import Storage
from fcfi.errors import ConfigError, InputError
from fcfi.files import replacing
from fcfi.images import write_png
from fcfi.masks.coco import decode
from fcfi.masks.runs import pixels_of

UNLABELLED: Final = "object"
"""Category of objects without a label."""
FAN_OUT: Final = 2
"""Letters in the names of PNG folders: few file systems handle a million files in one folder."""

Rows = Iterator[Mapping[str, Any]]


def merge(url: str, output: str, format: str = "parquet") -> int:  # noqa: A002, as in the formats
    """Write all results of a plan to a local file, or with `png` to a folder; return the row count.

    format: one of FORMATS.  Failed rows are only in the Parquet file.
    Raises InputError if a part is missing or damaged, or the output cannot be written, ConfigError
    for an unknown format.
    """
    if format not in FORMATS:
        raise ConfigError(f"expected a format of {', '.join(FORMATS)}, got {format!r}")
    storage = Storage(url)
    plan = read_plan(storage)
    _check_complete(storage, plan)
    FORMATS[format](storage, plan, Path(output))
    return plan.total


def rows_of(storage: Storage, plan: Plan) -> Rows:
    """Return the results of a plan as dictionaries, in order, with one part in memory at a time."""
    for part in all_parts(plan):
        yield from read_part(storage, part).to_pylist()


def _check_complete(storage: Storage, plan: Plan) -> None:
    missing = []
    for shard in range(plan.shards):
        there = done_parts(storage, shard)
        if any(part.name not in there for part in plan.parts_of(shard)):
            missing.append(shard)
    if missing:
        raise InputError(
            f"expected all parts, got none of some in shards {ranges(missing)}: "
            "run them first, with `fcfi bulk run`"
        )


def _to_parquet(storage: Storage, plan: Plan, output: Path) -> None:
    schema = schema_of(plan)
    count = 0
    with (
        replacing(output) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd") as writer,
    ):
        for part in all_parts(plan):
            table = read_part(storage, part)
            writer.write_table(table, row_group_size=max(1, len(table)))
            count += len(table)
        if count != plan.total:
            raise InputError(
                f"expected {plan.total} rows as planned, got {count}: the parts of "
                f"{storage.url} are damaged; remove its masks and run it again"
            )


def _to_coco(storage: Storage, plan: Plan, output: Path) -> None:
    """Write COCO JSON in two passes, so that it need not fit in memory."""
    labels: dict[str, int] = {}
    # The numbers of labels are known after the first pass, so the categories come last.
    with replacing(output) as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.write('{"images": [')
        _list(stream, _images(rows_of(storage, plan), labels))
        stream.write('], "annotations": [')
        _list(stream, _annotations(rows_of(storage, plan), labels))
        stream.write('], "categories": [')
        _list(stream, ({"id": number, "name": name} for name, number in labels.items()))
        stream.write("]}\n")


def _images(rows: Rows, labels: dict[str, int]) -> Iterator[dict[str, Any]]:
    """Return the pictures, and add their labels with new numbers to `labels`."""
    number = 0
    before = None
    for row in rows:
        if row["error"] is not None:
            continue
        labels.setdefault(row["label"] or UNLABELLED, len(labels) + 1)
        if row["image"] != before:  # the objects of a picture are consecutive
            number += 1
            before = row["image"]
            size = {"height": row["height"], "width": row["width"]}
            yield {"id": number, "file_name": row["image"], **size}


def _annotations(rows: Rows, labels: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    image = 0
    before = None
    number = 0
    for row in rows:
        if row["error"] is not None:
            continue
        if row["image"] != before:
            image += 1
            before = row["image"]
        if not row["area"]:  # COCO has no empty objects
            continue
        number += 1
        segmentation = {"size": [row["height"], row["width"]], "counts": row["counts"]}
        yield {
            "id": number,
            "image_id": image,
            "category_id": labels[row["label"] or UNLABELLED],
            "segmentation": segmentation,
            "area": row["area"],
            "bbox": row["bbox"],
            "iscrowd": 0,
            "object_id": row["id"],
        }


def _to_png(storage: Storage, plan: Plan, output: Path) -> None:
    """Write ab/cd/ID.png for each mask, where abcd begins the sha256 of the id."""
    for row in rows_of(storage, plan):
        if row["error"] is not None:
            continue
        digest = hashlib.sha256(row["id"].encode()).hexdigest()
        folder = output / digest[:FAN_OUT] / digest[FAN_OUT : 2 * FAN_OUT]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cannot make {folder}: {error.strerror or error}") from error
        size = (row["height"], row["width"])
        mask = pixels_of(decode({"size": size, "counts": row["counts"]}, *size), *size)
        write_png(folder / f"{file_name(row['id'], digest)}.png", mask)


def file_name(identity: str, digest: str) -> str:
    """Return an id as the name of a file, or its digest if the id is not safe as a name."""
    # Letters of any script are fine; a slash, a colon or a leading dot is not.
    plain = identity.replace("-", "").replace("_", "").replace(".", "").isalnum()
    return identity if plain and not identity.startswith(".") and len(identity) < 200 else digest


def _list(stream: IO[str], items: Iterator[Mapping[str, Any]]) -> None:
    """Write the items of a JSON list, one per line."""
    for number, item in enumerate(items):
        stream.write(",\n" if number else "\n")
        stream.write(json.dumps(item, ensure_ascii=False))


FORMATS: Final[Mapping[str, Callable[[Storage, Plan, Path], None]]] = {
    "parquet": _to_parquet,
    "coco": _to_coco,
    "png": _to_png,
}
