"""The interface of SAM and SAM 2 for fcfi's predictor: programs switch with one import.

    from fcfi.sam import SamPredictor, sam_model_registry       # of segment_anything
    from fcfi.sam import SAM2ImagePredictor, build_sam2         # of sam2

Names, arguments, shapes and types are those of the originals.  Calls that need an image embedding
or torch tensors raise `UnsupportedError` (a NotImplementedError), whose message says what to do
instead.
"""

from fcfi.sam.model import SamModel, build_sam2, sam_model_registry
from fcfi.sam.predictors import SAM2ImagePredictor, SamAutomaticMaskGenerator, SamPredictor

__all__ = [
    "SAM2ImagePredictor",
    "SamAutomaticMaskGenerator",
    "SamModel",
    "SamPredictor",
    "build_sam2",
    "sam_model_registry",
]
