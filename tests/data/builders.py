"""Small datasets in the original layouts: bright shapes on dark, noisy pictures."""

import io
import json
import tarfile
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT, WIDTH = 96, 128


def picture(number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """An image (H, W, 3) and its instance map: 1 a disk, 2 a box, 255 a seam between them."""
    rng = np.random.default_rng(number)
    image = rng.integers(0, 80, (HEIGHT, WIDTH, 3), np.uint8)
    ids = np.zeros((HEIGHT, WIDTH), np.uint8)
    x, y = int(rng.integers(25, 45)), int(rng.integers(30, 60))
    cv2.circle(ids, (x, y), 18, 1, -1)
    cv2.rectangle(ids, (75, y - 10), (110, y + 20), 2, -1)
    ids[:, 66:68] = 255
    image[ids == 1] = (200, 60, 60)
    image[ids == 2] = (60, 200, 60)
    return image, ids


def write_shard(path: Path, count: int = 4, source: str = "made") -> Path:
    """A shard of `count` pictures; in a second labelling of the first both objects are one."""
    with tarfile.open(path, "w") as tar:
        for number in range(count):
            image, ids = picture(number)
            parts = {"webp": _encode(".webp", image[..., ::-1]), "png": _encode(".png", ids)}
            if number == 0:
                parts["alt0.png"] = _encode(".png", np.where(ids == 2, 1, ids).astype(np.uint8))
            parts["json"] = json.dumps({"dataset": source}).encode()
            for kind, content in parts.items():
                member = tarfile.TarInfo(f"{source}_{number}.{kind}")
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return path


def write_sbd(root: Path, count: int = 2) -> Path:
    """SBD in its original layout."""
    from scipy.io import savemat

    (root / "img").mkdir(parents=True)
    (root / "inst").mkdir()
    names = [f"2008_{number:06d}" for number in range(count)]
    for number, name in enumerate(names):
        image, ids = picture(number)
        cv2.imwrite(str(root / "img" / f"{name}.jpg"), image[..., ::-1])
        savemat(root / "inst" / f"{name}.mat", {"GTinst": {"Segmentation": ids}})
    for split in ("train", "val"):
        (root / f"{split}.txt").write_text("\n".join(names))
    return root


def write_coco_and_lvis(root: Path, count: int = 2) -> Path:
    """COCO 2017 and LVIS v1 in their original layouts, sharing pictures."""
    (root / "annotations").mkdir(parents=True)
    (root / "train2017").mkdir()
    images, annotations = [], []
    for number in range(count):
        image, ids = picture(number)
        name = f"{number:012d}.jpg"
        cv2.imwrite(str(root / "train2017" / name), image[..., ::-1])
        images.append({"id": number, "height": HEIGHT, "width": WIDTH})
        for label in (1, 2):
            outlines, _ = cv2.findContours(
                (ids == label).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
            )
            annotations.append(
                {
                    "id": 2 * number + label,
                    "image_id": number,
                    "category_id": label,
                    "segmentation": [outlines[0].ravel().tolist()],
                    "area": int((ids == label).sum()),
                    "iscrowd": 0,
                }
            )
    coco = [{**image, "file_name": f"{image['id']:012d}.jpg"} for image in images]
    url = "http://images.cocodataset.org/train2017"
    lvis = [
        {**image, "coco_url": f"{url}/{image['id']:012d}.jpg", "neg_category_ids": []}
        for image in images
    ]
    for file, pictures in (("instances_train2017", coco), ("lvis_v1_train", lvis)):
        content = {"images": pictures, "annotations": annotations, "categories": []}
        (root / "annotations" / f"{file}.json").write_text(json.dumps(content))
    return root


def _encode(kind: str, array: NDArray[np.uint8]) -> bytes:
    done, encoded = cv2.imencode(kind, array)
    assert done
    return encoded.tobytes()
