"""Published methods that act at test time, on a trained network of the method fcfi.

    from fcfi.methods import make_predictor

    predictor = make_predictor("brs", network)

Each is one file and one line in `registry.MODULES`.
"""

from fcfi.methods.method import Method
from fcfi.methods.registry import MODULES, find_method, make_predictor, runtime_for

__all__ = ["MODULES", "Method", "find_method", "make_predictor", "runtime_for"]
