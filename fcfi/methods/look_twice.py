"""Look twice: the steps for clicks on the annotation page, as a method.

Source: ours; see `fcfi.prediction.look_twice`.
Cost: one more pass for each large correction, which is about half of them.
"""

from typing import Final

from fcfi.methods.method import Method, with_steps
from fcfi.prediction.methods import FOR_PEOPLE

METHOD: Final = Method("look-twice", "not published", False, with_steps(*FOR_PEOPLE))
"""Large corrections are predicted again and averaged with the previous mask."""
