"""The pictures for which a reader reads annotations, and the handling of unreadable annotations.

A tally records what is left out; without a tally, the first error is raised.  Knows no format.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final, TypeVar

from fcfi.errors import DatasetError, FCFIError, InputError, guard
from fcfi.formats.annotation import MAX_SHOWN, Sizes, check_name
from fcfi.formats.folders import EXPORT_AGAIN
from fcfi.formats.labels import ListedLabel
from fcfi.formats.names import PictureNames, tidy
from fcfi.formats.tally import Tally
from fcfi.images import MAX_PIXELS, MAX_SIDE
from fcfi.masks.work import EACH, TOO_MUCH, Allowance

MAX_SHAPES: Final = 5000
"""Most shapes of a picture; more are not read, so that a damaged file cannot cause endless work."""
UNREADABLE: Final = "expected whole data, got something else"

Value = TypeVar("Value")


class NoPixelError(DatasetError):
    """A shape that covers no pixel of its picture."""


class OtherSizeError(DatasetError):
    """Annotations for a picture of another size."""


class KnownPictures:
    """The pictures for which a reader reads annotations.

    sizes: name -> (width, height); None accepts every name.
    """

    def __init__(self, sizes: Sizes | None, tally: Tally | None = None) -> None:
        self.sizes = sizes
        self._names = PictureNames(sizes or ())
        self._tally = tally
        self._allowances: dict[str, Allowance] = {}

    # ── labels

    def list_labels(self, labels: Iterable[ListedLabel]) -> None:
        """Report the labels that a file lists; see Tally.list_labels."""
        if self._tally is not None:
            self._tally.list_labels(labels)

    def note(self, sentence: str) -> None:
        """Report something of the file that is not kept."""
        if self._tally is not None:
            self._tally.note(sentence)

    # ── names and sizes

    def name(self, given: str, file: Path) -> str | None:
        """Return the picture that a name in a file means; report an unknown name and return None.

        Without `sizes` return the name itself.  Raises DatasetError if it leaves the folder.
        """
        if self.sizes is None:
            name = tidy(given)
            try:
                check_name(name)
            except InputError as error:
                raise DatasetError(f"{file}: {error}") from error
            return name
        return self._noted(self._names.find(given), given)

    def of_stem(self, given: str) -> str | None:
        """Return the picture whose name without its ending is `given`, or None."""
        return self._names.find_stem(given)

    def name_of_stem(self, given: str) -> str | None:
        """Return the result of `of_stem`; report a name that is not found."""
        return self._noted(self._names.find_stem(given), given)

    def size(self, name: str, width: object, height: object, file: Path) -> tuple[int, int]:
        """Return the width and height stated in a file, or the picture's own if it states none.

        Raises DatasetError if they differ from the picture's, are unknown, or too large.
        """
        stated = (_whole(width), _whole(height))
        known = self.sizes.get(name) if self.sizes is not None else None
        if None in stated and known is not None:
            self._allow(name, *known)
            return known
        if stated[0] is None or stated[1] is None:
            raise DatasetError(
                f"expected the width and height of {name} in {file}, got {width!r} and {height!r}: "
                "add them, or import into a project that has the picture"
            )
        self.check(name, stated[0], stated[1], file)
        return stated[0], stated[1]

    def check(self, name: str, width: int, height: int, file: Path) -> None:
        """Raise DatasetError if a file's size is not the picture's, or too large to be one."""
        size = self.sizes.get(name) if self.sizes is not None else None
        if size is not None and size != (width, height):
            raise OtherSizeError(
                f"expected annotations for {name} of {size[0]} x {size[1]} pixels, got {width} x "
                f"{height} in {file}: give the annotations of this picture"
            )
        sides_fit = 1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE
        if not sides_fit or width * height > MAX_PIXELS:
            raise DatasetError(
                f"expected {name} to have 1 to {MAX_PIXELS} pixels and sides of at most "
                f"{MAX_SIDE}, got {width} x {height} in {file}: correct the file"
            )
        self._allow(name, width, height)

    def _allow(self, name: str, width: int, height: int) -> None:
        """Give the shapes of a picture an allowance, once, however often a file has the picture."""
        if name not in self._allowances:
            self._allowances[name] = Allowance(width, height)

    # ── what cannot be read

    def read(self, load: Callable[[], Value | None]) -> Iterator[Value]:
        """Yield the result of `load` for a picture unless it is None; report or raise its error."""
        taken = self._tally.taken if self._tally is not None else 0
        try:
            with guard(DatasetError, UNREADABLE, EXPORT_AGAIN):
                found = load()
        except FCFIError as error:
            if self._tally is None:
                raise
            # The shapes read so far are lost with their picture.
            self._tally.taken = taken
            self._tally.problem(error)
            return
        if found is not None:
            yield found

    def numbered(self, shapes: Iterable[Value], picture: str) -> Iterator[tuple[int, Value]]:
        """Yield a picture's shapes with their numbers from 1.

        Shapes beyond MAX_SHAPES are reported, and those after the picture's allowance is used.
        """
        for number, shape in enumerate(shapes, 1):
            allowance = self._allowances.get(picture)
            if number > MAX_SHAPES:
                self.leave_out(f"more than {MAX_SHAPES} shapes on a picture", picture, number)
            elif allowance is not None and not allowance.take(EACH):
                self.leave_out(TOO_MUCH, picture, number)
            else:
                yield number, shape

    @contextmanager
    def shape(self, picture: str, number: int, file: Path) -> Iterator[None]:
        """Count a shape that the block reads; an error leaves it out or is raised with its name.

        The work of drawing it is taken from the picture's allowance; more than that is an error.
        An empty shape is always left out.
        """
        if self._tally is not None:
            with self._tally.shape(picture, number), self.spent(picture):
                yield
            return
        try:
            with self.spent(picture):
                yield
        except NoPixelError:
            return
        except FCFIError as error:
            raise DatasetError(f"{file}: {picture}, shape {number}: {error}") from error

    @contextmanager
    def spent(self, picture: str) -> Iterator[None]:
        """Take what drawing costs within the block from the allowance of a picture, if it has one.

        It has one once its size is known.  Whatever is raised becomes a DatasetError.
        """
        allowance = self._allowances.get(picture)
        with (
            guard(DatasetError, UNREADABLE, EXPORT_AGAIN),
            nullcontext() if allowance is None else allowance.spent(),
        ):
            yield

    def leave_out(self, reason: str, picture: str, number: int) -> None:
        """Report a shape that is left out."""
        if self._tally is not None:
            self._tally.leave_out(reason, picture, number)

    def leave_out_picture(self, reason: str, name: str) -> None:
        """Report a picture whose shapes are not read."""
        if self._tally is not None:
            self._tally.leave_out_picture(reason, name)

    def _noted(self, found: str | None, given: str) -> str | None:
        if found is None:
            self.leave_out_picture(self._names.why_not(given), given[:MAX_SHOWN])
        return found


def _whole(value: object) -> int | None:
    """Return a whole number of at least 1 from a number or text in a file, else None."""
    try:
        number = float(value) if isinstance(value, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return None
    return int(number) if number >= 1 and number.is_integer() else None
