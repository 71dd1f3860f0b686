"""Datasets of objects to segment, opened in their original layouts.  Does not use torch."""

from fcfi.data.dataset import Dataset, LazySample, LazySamples
from fcfi.data.layouts import LAYOUTS
from fcfi.data.readers import open_dataset
from fcfi.data.sample import Sample

__all__ = ["LAYOUTS", "Dataset", "LazySample", "LazySamples", "Sample", "open_dataset"]
