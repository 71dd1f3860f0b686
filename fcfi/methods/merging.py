"""The progressive merge of FocalClick, without its refiner, for any network.

Source: Chen et al., CVPR 2022; `fcfi.prediction.merge` says what differs.
Cost: no pass; a few milliseconds a click.
"""

from typing import Final

from fcfi.methods.method import Method, with_steps
from fcfi.prediction.merge import Merge

METHOD: Final = Method("merge", "FocalClick, Chen et al., CVPR 2022", False, with_steps(Merge()))
"""Clicks on a given mask change only the regions that are connected with them."""
