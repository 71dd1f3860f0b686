"""Helpers of the end-to-end tests: true masks, spoiled labels, old work, exports in pycocotools.

Each command prints JSON.  Nothing of fcfi is imported: the readers are independent.
"""

import base64
import io
import json
import sqlite3
import sys
import zipfile
import zlib
from contextlib import closing, redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from pycocotools import mask as coco_masks
from pycocotools.coco import COCO

INSIDE = 255
OTHER = "0" * 64
"""sha256 of no network."""
DOT = (600, 600, 610, 610)
"""Left, top, right and bottom of the dot, all inside."""
DISC = (220, 130, 380, 290)
"""Left, top, right and bottom of the disc, all inside."""
FILM_SIZE = 0.6
"""The size of the object of a film, as a share of its photograph."""
WIDTH = 960
"""Width of the animation, pixels."""
STEPS = 7
"""Frames of a way of the pointer."""
STEP, PRESS, LOOK, END = 45, 140, 1100, 2600
"""Milliseconds for which frames of a way, a press, a new mask and the last one are shown."""
QUALITY = 72
ARROW = ((0, 0), (0, 17), (4, 13.5), (6.6, 19.5), (9.4, 18.3), (6.8, 12.4), (12, 12))


def truth(path: str) -> dict[str, Any]:
    """A mask file as bytes, row by row."""
    values = np.asarray(Image.open(path))
    return {
        "width": values.shape[1],
        "height": values.shape[0],
        "values": base64.b64encode(values.tobytes()).decode(),
    }


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


def dot(path: str) -> dict[str, Any]:
    """Write a large grey picture with a dot of 11 pixels across; return its pixels' truth."""
    wide, high, noise = 1924, 1284, np.random.default_rng(0)
    rows = np.linspace(200, 190, high)[:, None, None]
    pixels = rows + noise.integers(-6, 7, (high, wide, 3))
    canvas = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    ImageDraw.Draw(canvas).ellipse(DOT, fill=(20, 20, 200))
    canvas.save(path)
    shape = Image.new("L", canvas.size)
    ImageDraw.Draw(shape).ellipse(DOT, fill=INSIDE)
    values = np.asarray(shape)
    return {"width": wide, "height": high, "values": base64.b64encode(values.tobytes()).decode()}


def deep(path: str) -> dict[str, Any]:
    """Write a picture of 12 bits in 16 whose disc, by 6 brighter, is seen in a narrow window only.

    Return the truth of the disc.
    """
    wide, high, strip = 600, 400, 20
    shape = Image.new("L", (wide, high))
    ImageDraw.Draw(shape).ellipse(DISC, fill=INSIDE)
    truth = np.asarray(shape)
    values = np.where(truth == INSIDE, 1006, 1000).astype(np.uint16)
    # The whole range is in use, so that the rule for 12 bits drops the lowest four.
    values[:strip] = np.linspace(0, 4095, wide).astype(np.uint16)
    Image.fromarray(values).save(path)
    return {"width": wide, "height": high, "values": base64.b64encode(truth.tobytes()).decode()}


def film(photo: str, mask: str, ground: str, out: str) -> list[dict[str, Any]]:
    """Write six pictures on which an object moves and is gone from the fifth on; their truths."""
    thing, shape = Image.open(photo).convert("RGB"), Image.open(mask).convert("L")
    wide, high = thing.size
    size = (round(wide * FILM_SIZE), round(high * FILM_SIZE))
    thing, shape = thing.resize(size), shape.resize(size).point(lambda value: 255 * (value == 255))
    back = Image.open(ground).convert("RGB").resize((wide, high))
    found = []
    for number in range(6):
        canvas, truth = back.copy(), Image.new("L", (wide, high))
        if number < 4:
            place = (120 + 14 * number, 80 + 4 * number)
            canvas.paste(thing, place, shape)
            truth.paste(shape, place)
        canvas.save(Path(out) / f"film {number + 1}.png")
        values = base64.b64encode(np.asarray(truth).tobytes()).decode()
        found.append({"width": wide, "height": high, "values": values})
    Image.new("RGB", (90, 70)).save(Path(out) / "film 7.png")
    return found


def age(folder: str) -> dict[str, Any]:
    """Let all masks of a folder's project be those of another network."""
    with closing(sqlite3.connect(Path(folder) / ".fcfi" / "project.sqlite")) as store, store:
        for number, packed in store.execute("SELECT id, document FROM revision").fetchall():
            document = json.loads(zlib.decompress(packed))
            for one in document["objects"]:
                one["network"] = one["network"] and OTHER
            changed = zlib.compress(json.dumps(document).encode())
            store.execute("UPDATE revision SET document = ? WHERE id = ?", (changed, number))
    return {"network": OTHER}


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
            "attributes": one.get("attributes", {}),
            "values": base64.b64encode(
                (coco.annToMask(one) * INSIDE).astype(np.uint8).tobytes()
            ).decode(),
        }
        for one in content["annotations"]
    ]


def animate(frames: str, out: str) -> dict[str, Any]:
    """Join screenshots to a WebP in which a pointer goes from click to click."""
    pictures: list[Image.Image] = []
    times: list[int] = []
    for frame in json.loads(Path(frames).read_text(encoding="utf-8")):
        screen = Image.open(frame["file"]).convert("RGB")
        (x0, y0), (x1, y1) = ((frame[end]["x"], frame[end]["y"]) for end in ("from", "to"))
        pictures.append(_pointed(screen, x0, y0, None))
        times.append(END if frame["button"] is None else LOOK)
        if frame["button"] is None:
            continue
        for step in range(1, STEPS + 1):
            part = (1 - np.cos(np.pi * step / STEPS)) / 2
            pictures.append(_pointed(screen, x0 + (x1 - x0) * part, y0 + (y1 - y0) * part, None))
            times.append(STEP)
        pictures.append(_pointed(screen, x1, y1, frame["button"]))
        times.append(PRESS)
    pictures[0].save(
        out,
        save_all=True,
        append_images=pictures[1:],
        duration=times,
        loop=0,
        quality=QUALITY,
        method=6,
    )
    return {
        "frames": len(pictures),
        "seconds": sum(times) / 1000,
        "bytes": Path(out).stat().st_size,
    }


def _pointed(screen: Image.Image, x: float, y: float, button: str | None) -> Image.Image:
    """The screen with a pointer, and a ring while it is pressed."""
    made = screen.copy()
    draw = ImageDraw.Draw(made)
    if button is not None:
        colour = "#1f9d55" if button == "left" else "#d92d3a"
        draw.ellipse((x - 17, y - 17, x + 17, y + 17), outline="white", width=6)
        draw.ellipse((x - 16, y - 16, x + 16, y + 16), outline=colour, width=4)
    draw.polygon(
        [(x + dx * 1.25, y + dy * 1.25) for dx, dy in ARROW], fill="white", outline="black", width=2
    )
    return made.resize((WIDTH, round(WIDTH * made.height / made.width)), Image.Resampling.LANCZOS)


COMMANDS = {
    "truth": truth,
    "spoil": spoil,
    "dot": dot,
    "deep": deep,
    "film": film,
    "age": age,
    "read": read,
    "animate": animate,
}

if __name__ == "__main__":
    command, *values = sys.argv[1:]
    json.dump(COMMANDS[command](*values), sys.stdout)
