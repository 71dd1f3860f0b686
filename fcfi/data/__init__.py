"""Data sets of objects to segment: opening them in their original layouts, one sample at a time.  No torch."""

from fcfi.data.objects import Item, Items, Objects
from fcfi.data.readers import LAYOUTS, open_dataset
from fcfi.data.sample import Sample

__all__ = ["LAYOUTS", "Item", "Items", "Objects", "Sample", "open_dataset"]
