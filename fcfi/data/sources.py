"""Where the owners of the data sets publish them, and how they lie on disk: data, no code that fetches anything.

Licences differ, most are for research only; read them there.  The three small benchmarks are used
by all papers in the form that BRS chose and f-BRS packed, so that form is named beside the owner.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class Source:
    """A data set.

    name:    as in published tables.
    expects: the files and folders a reader looks for, as part of a sentence.
    where:   where to get it, as the end of a sentence.
    """

    name: str
    expects: str
    where: str


_PACKED: Final = "https://github.com/saic-vul/fbrs_interactive_segmentation/releases/tag/v1.0"

SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        "folder": Source(
            "a plain folder",
            "images/ID.jpg (or another picture format) and masks/ID.png with 0 background, 255 object, 128 ignore; "
            "several objects on one image as masks/ID#1.png, masks/ID#2.png",
            "made from your own pictures and masks",
        ),
        "grabcut": Source(
            "GrabCut",
            "data_GT/ with pictures and boundary_GT/ with masks (0 background, 255 object, 128 ignore)",
            "published by Microsoft Research Cambridge (Rother et al., 2004); "
            f"packed for this benchmark: {_PACKED} (GrabCut.zip)",
        ),
        "berkeley": Source(
            "Berkeley",
            "images/ with pictures and masks/ with ID.png or ID#1.png",
            f"published by McGuinness and O'Connor (Dublin, 2010); packed for this benchmark: {_PACKED} (Berkeley.zip)",
        ),
        "davis": Source(
            "DAVIS",
            "img/ with pictures and gt/ with masks (0 background, anything else object)",
            f"published at https://davischallenge.org; the 345 frames of this benchmark: {_PACKED} (DAVIS.zip)",
        ),
        "sbd": Source(
            "SBD",
            "img/*.jpg, inst/*.mat, train.txt and val.txt (benchmark_RELEASE/dataset of the archive)",
            "published at http://home.bharathh.info/pubs/codes/SBD/download.html",
        ),
        "coco": Source(
            "COCO",
            "annotations/instances_SPLIT.json and the pictures in SPLIT/ or images/SPLIT/ (SPLIT: train2017, val2017)",
            "published at https://cocodataset.org/#download",
        ),
        "lvis": Source(
            "LVIS",
            "annotations/lvis_v1_SPLIT.json (or beside the pictures) and COCO's pictures in train2017/ and val2017/",
            "published at https://www.lvisdataset.org/dataset (annotations) and "
            "https://cocodataset.org/#download (pictures)",
        ),
        "shards": Source(
            "shards",
            "*.tar files with KEY.webp, KEY.png (instance map) and KEY.json",
            "made from data sets of your own",
        ),
    }
)
