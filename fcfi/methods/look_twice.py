"""Look twice: the steps that answer the clicks of the annotation page, as a method.

Source: ours; `fcfi.prediction.look_twice` says how.
Cost: a pass more for each correction that changes much, about half of them.
"""

from typing import Final

from fcfi.methods.method import Method, with_steps
from fcfi.prediction.methods import FOR_PEOPLE

METHOD: Final = Method("look-twice", "not published", False, with_steps(*FOR_PEOPLE))
"""Large corrections are looked at again and weighed with the mask before."""
