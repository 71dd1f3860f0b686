"""Packs and unpacks the documents of revisions."""

import json
import zlib

from fcfi.errors import InputError, StoreError, guard
from fcfi.project.document import Document
from fcfi.project.store.part import RESTORE


def pack_document(document: Document) -> bytes:
    """Return a document as compressed JSON, the form in a revision."""
    return zlib.compress(json.dumps(document.to_json(), separators=(",", ":")).encode())


def unpack_document(packed: bytes) -> Document:
    """Return the document of a revision.  Raises StoreError if it is damaged."""
    try:
        with guard(StoreError, "a picture's document in the store is damaged", RESTORE):
            return Document.from_json(json.loads(zlib.decompress(packed)))
    except InputError as error:  # here it is not the user's mistake, but damage of the store
        raise StoreError(f"the store holds a document that cannot be used: {error}") from error
