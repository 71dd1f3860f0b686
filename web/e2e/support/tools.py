"""What the end-to-end tests want from Python: true masks, spoiled labels, and an export read by pycocotools.

Each command prints JSON.  Nothing of fcfi is imported: the readers are independent.
"""

import base64
import io
import json
import sys
import zipfile
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pycocotools import mask as coco_masks
from pycocotools.coco import COCO

INSIDE = 255


def truth(path: str) -> dict[str, Any]:
    """A mask file as bytes, row by row."""
    values = np.asarray(Image.open(path))
    return {"width": values.shape[1], "height": values.shape[0], "values": base64.b64encode(values.tobytes()).decode()}


def spoil(path: str, name: str, label: str, out: str) -> dict[str, Any]:
    """Write COCO labels of one picture in which the lower half of the object is missing."""
    mask = np.asarray(Image.open(path)) == INSIDE
    rows = np.flatnonzero(mask.any(axis=1))
    mask[(rows[0] + rows[-1]) // 2 :] = False
    counts = coco_masks.encode(np.asfortranarray(mask.astype(np.uint8)))
    height, width = mask.shape
    labels = {
        "images": [{"id": 7, "file_name": name, "width": width, "height": height}],
        "categories": [{"id": 3, "name": label}],
        "annotations": [
            {
                "id": 1,
                "image_id": 7,
                "category_id": 3,
                "iscrowd": 0,
                "area": int(mask.sum()),
                "bbox": [float(value) for value in coco_masks.toBbox(counts)],
                "segmentation": {"size": [height, width], "counts": counts["counts"].decode()},
            }
        ],
    }
    Path(out).write_text(json.dumps(labels), encoding="utf-8")
    return {"area": int(mask.sum())}


def read(path: str) -> list[dict[str, Any]]:
    """All objects of a COCO export (zip), as pycocotools sees them."""
    with zipfile.ZipFile(path) as archive:
        (name,) = (one for one in archive.namelist() if one.endswith(".json"))
        content = json.loads(archive.read(name))
    coco = COCO()
    coco.dataset = content
    with redirect_stdout(io.StringIO()):
        coco.createIndex()
    return [
        {
            "file_name": coco.imgs[one["image_id"]]["file_name"],
            "label": coco.cats[one["category_id"]]["name"],
            "values": base64.b64encode((coco.annToMask(one) * INSIDE).astype(np.uint8).tobytes()).decode(),
        }
        for one in content["annotations"]
    ]


COMMANDS = {"truth": truth, "spoil": spoil, "read": read}

if __name__ == "__main__":
    command, *values = sys.argv[1:]
    json.dump(COMMANDS[command](*values), sys.stdout)
