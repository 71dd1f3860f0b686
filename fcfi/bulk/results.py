"""Results as Parquet: the columns, and a deterministic encoding of a part.

The mask is a COCO run-length string `counts` for the picture's `height` and `width`, as decoded by
pycocotools.  A failed row has an `error` and no mask.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from fcfi.bulk.plan import Plan
from fcfi.masks.coco import by_columns, write_counts
from fcfi.masks.runs import RunMask
from fcfi.masks.truth import Mask


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a row; the fields are the columns.

    height, width: size of the picture in pixels.  counts: the mask.  area: its pixels.  bbox: left,
        top, width and height of its box, None if it is empty.  prompts: number of answered prompts.
    error: a sentence if the row failed; then the mask is missing.
    """

    id: str
    image: str
    height: int | None = None
    width: int | None = None
    counts: str | None = None
    area: int | None = None
    bbox: tuple[int, int, int, int] | None = None
    prompts: int = 0
    label: str | None = None
    group: str | None = None
    error: str | None = None


TYPES: Final = {
    "id": pa.string(),
    "image": pa.string(),
    "height": pa.int32(),
    "width": pa.int32(),
    "counts": pa.string(),
    "area": pa.int64(),
    "bbox": pa.list_(pa.int32(), 4),
    "prompts": pa.int32(),
    "label": pa.string(),
    "group": pa.string(),
    "error": pa.string(),
}
COLUMNS: Final = tuple(field.name for field in fields(Result))


def mask_columns(mask: Mask) -> dict[str, Any]:
    """Return the columns of a mask (H, W) bool."""
    height, width = mask.shape
    runs = RunMask.of(mask)
    box = None if runs is None else (runs.left, runs.top, runs.width, runs.height)
    return {
        "height": height,
        "width": width,
        "counts": write_counts(by_columns(mask)),
        "area": 0 if runs is None else runs.area,
        "bbox": box,
    }


def schema_of(plan: Plan) -> pa.Schema:
    """Return the columns, with the network in the file's metadata."""
    network = plan.network
    metadata = {
        "fcfi.plan": plan.digest,
        "fcfi.network": network.name,
        "fcfi.network_sha256": network.sha256,
        "fcfi.runtime": network.runtime,
        "fcfi.precision": network.precision,
    }
    return pa.schema([(name, TYPES[name]) for name in COLUMNS], metadata)


def to_parquet(results: Sequence[Result], schema: pa.Schema) -> bytes:
    """Return a Parquet file with one row group; equal results give equal bytes."""
    columns = {name: [getattr(result, name) for result in results] for name in COLUMNS}
    buffer = io.BytesIO()
    # Neither times nor machine names are written, so that equal results are equal files.
    pq.write_table(
        pa.table(columns, schema), buffer, compression="zstd", row_group_size=len(results)
    )
    return buffer.getvalue()


def failed_in(file: pq.ParquetFile) -> int:
    """Return the number of failed rows in a part, from its footer alone."""
    # Rows without an error are null in that column, and the footer counts nulls.
    footer = file.metadata
    failed = 0
    for group in range(footer.num_row_groups):
        statistics = footer.row_group(group).column(COLUMNS.index("error")).statistics
        failed += footer.row_group(group).num_rows - statistics.null_count
    return failed
