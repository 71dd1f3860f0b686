"""The page's settings of each author (shortcuts, theme and the like), as JSON in the store.

And the fine-tuned network that the project uses.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from fcfi.errors import InputError, StoreError, guard
from fcfi.project.store import Store
from fcfi.project.store.part import RESTORE

SETTINGS_BYTES: Final = 64 * 1024
"""Largest size of the settings as JSON."""
SHARED: Final = "page"
"""Store key of the default settings, which were stored without an author."""

LEARNT: Final = "learnt"
"""Store key of the fine-tuned network that the project uses."""


def settings_of(store: Store, author: str) -> dict[str, Any]:
    """Return an author's settings, or the default settings if the author has none."""
    kept = store.setting(_key(author)) or store.setting(SHARED)
    with guard(StoreError, "the settings in the store are damaged", RESTORE):
        return dict(kept or {})


def keep_settings(store: Store, settings: Mapping[str, Any], author: str) -> None:
    """Store an author's settings, all at once.

    Raises InputError if they cannot be written as JSON, or are too large.
    """
    try:
        size = len(json.dumps(settings, allow_nan=False).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise InputError(
            f"expected settings that can be written as JSON, got {error}: send others"
        ) from error
    if size > SETTINGS_BYTES:
        raise InputError(
            f"expected settings of at most {SETTINGS_BYTES} bytes of JSON, got {size}: remove some"
        )
    store.keep_setting(_key(author), dict(settings))


def learnt_of(store: Store) -> dict[str, Any] | None:
    """Return the description of the fine-tuned network that the project uses, or None."""
    kept = store.setting(LEARNT)
    return kept if isinstance(kept, dict) else None


def keep_learnt(store: Store, learnt: Mapping[str, Any] | None) -> None:
    """Store the description of the fine-tuned network that the project uses from now on."""
    store.keep_setting(LEARNT, None if learnt is None else dict(learnt))


def _key(author: str) -> str:
    """Return the store key of an author's settings: a hash, since a name may be too long."""
    return hashlib.sha256(author.encode()).hexdigest() if author else SHARED
