"""Layouts of datasets on disk, and where their owners publish them.

Nothing is downloaded.  Licences differ, and most are for research only; read them there.  All
papers use the three small benchmarks in the form selected by BRS and packed by f-BRS, so that form
is listed with the owner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Layout:
    """The layout of a dataset on disk.

    title:   title of the dataset, as in published tables.
    mark:    the files and folders by which it is recognised.
    expects: the files and folders that are read, as part of a sentence.
    where:   where it is published, as the end of a sentence.
    splits:  whether it has several splits (train, val).
    """

    title: str
    mark: str
    expects: str
    where: str
    splits: bool = False


_PACKED: Final = (
    "https://github.com/saic-vul/fbrs_interactive_segmentation/releases/tag/v1.0 ({file})"
)

LAYOUTS: Final[Mapping[str, Layout]] = MappingProxyType(
    {
        "folder": Layout(
            "a plain folder",
            "images/ and masks/",
            "images/ID.jpg (or another picture format) and masks/ID.png with 0 background, 255 "
            "object, 128 ignore; several objects on one image as masks/ID#1.png, masks/ID#2.png",
            "made from your own pictures and masks",
        ),
        "grabcut": Layout(
            "GrabCut",
            "data_GT/ and boundary_GT/",
            "data_GT/ with pictures and boundary_GT/ with masks (0 background, 255 object, 128 "
            "ignore)",
            "published by Microsoft Research Cambridge (Rother et al., 2004); packed for this "
            f"benchmark: {_PACKED.format(file='GrabCut.zip')}",
        ),
        "berkeley": Layout(
            "Berkeley",
            "images/ and masks/",
            "images/ with pictures and masks/ with ID.png or ID#1.png",
            "published by McGuinness and O'Connor (Dublin, 2010); packed for this benchmark: "
            f"{_PACKED.format(file='Berkeley.zip')}",
        ),
        "davis": Layout(
            "DAVIS",
            "img/ and gt/",
            "img/ with pictures and gt/ with masks (0 background, anything else object)",
            "published at https://davischallenge.org; the 345 frames of this benchmark: "
            f"{_PACKED.format(file='DAVIS.zip')}",
        ),
        "sbd": Layout(
            "SBD",
            "img/, inst/ and val.txt",
            "img/*.jpg, inst/*.mat, train.txt and val.txt (benchmark_RELEASE/dataset of the "
            "archive)",
            "published at http://home.bharathh.info/pubs/codes/SBD/download.html",
            splits=True,
        ),
        "coco": Layout(
            "COCO",
            "annotations/*.json",
            "annotations/instances_SPLIT.json and the pictures in SPLIT/ or images/SPLIT/ "
            "(SPLIT: train2017, val2017)",
            "published at https://cocodataset.org/#download",
            splits=True,
        ),
        "lvis": Layout(
            "LVIS",
            "annotations/*.json",
            "annotations/lvis_v1_SPLIT.json (or next to the pictures) and COCO's pictures in "
            "train2017/ and val2017/",
            "published at https://www.lvisdataset.org/dataset (annotations) and "
            "https://cocodataset.org/#download (pictures)",
            splits=True,
        ),
        "shards": Layout(
            "shards",
            "*.tar",
            "*.tar files with KEY.webp, KEY.png (instance map) and KEY.json",
            "made from datasets of your own",
        ),
    }
)
"""The layouts by name, as used in `open_dataset` and a recipe's `data.sources`."""


def marks() -> str:
    """Return the files by which each layout is recognised, for an error."""
    names: dict[str, list[str]] = {}
    for name, layout in LAYOUTS.items():
        names.setdefault(layout.mark, []).append(name)
    return "; ".join(f"{mark} ({', '.join(same)})" for mark, same in names.items())
