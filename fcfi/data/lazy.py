"""Sequences whose elements are read on access; a slice reads nothing."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar, overload

T = TypeVar("T")


class LazySequence(Sequence[T]):
    """A sequence that reads elements on access; subclasses define `__len__` and `read`."""

    @abstractmethod
    def read(self, index: int) -> T:
        """Return the element at an index from 0 to the length minus one."""

    def select(self, indices: Sequence[int]) -> "LazySequence[T]":
        """Return the elements at these indices, in this order, without reading them."""
        return Selection(self, tuple(indices))

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> "LazySequence[T]": ...
    def __getitem__(self, index: int | slice) -> "T | LazySequence[T]":
        # A range implements Python's rules for indices: negative ones, slices, IndexError.
        indices = range(len(self))
        if isinstance(index, slice):
            return self.select(indices[index])
        return self.read(indices[index])


@dataclass(frozen=True)
class Selection(LazySequence[T]):
    """Some elements of another sequence, in the order of `indices`."""

    elements: Sequence[T]
    indices: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.indices)

    def read(self, index: int) -> T:
        """Read the element from the other sequence."""
        return self.elements[self.indices[index]]
