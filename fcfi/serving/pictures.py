"""Reads the picture of a request: from the request itself, a folder, or the tool's own server.

Only the server that was named when fcfi was started is contacted; addresses of servers and tokens
in requests are not trusted.
"""

import base64
import binascii
import hashlib
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from fcfi.errors import ConfigError, InputError

LONGEST: Final = 256 << 20
"""Largest size of a picture's file, in bytes."""
SECONDS: Final = 20
"""Timeout of a request to the tool's server."""
FRESH_SECONDS: Final = 240
"""Time for which an access token is used: Label Studio's expire after 300 s."""
LOCAL_FILES: Final = "/data/local-files/"
"""URL path under which Label Studio serves files from a local folder."""


@dataclass(frozen=True)
class Source:
    """A picture's file.  name: the sha256 of its bytes."""

    name: str
    data: bytes


def from_base64(text: object) -> Source:
    """Return a file from base64 text, with or without the prefix `data:image/...;base64,`.

    Raises InputError for anything else.
    """
    if not isinstance(text, str):
        raise InputError(f"expected the picture in base64, got {type(text).__name__}")
    payload = text.partition(",")[2] if text.startswith("data:") else text
    if len(payload) > LONGEST * 4 // 3:
        raise _too_large("the request")
    try:
        data = base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError("expected the picture in base64, got damaged text") from error
    if not data:
        raise InputError("expected the picture in base64, got nothing")
    return Source(hashlib.sha256(data).hexdigest(), data)


@dataclass
class ToolServer:
    """The tool's own server and its local files, named when fcfi was started.

    address: such as `http://127.0.0.1:8080`; with None nothing is fetched.
    token: a legacy token (sent as `Token`) or a personal access token, which is a JWT and is
        exchanged for short-lived access tokens.  It is sent to `address` only.
    root: folder of `/data/local-files/?d=...`, read directly instead of over HTTP.
    """

    address: str | None = None
    token: str | None = None
    root: Path | None = None
    _access: tuple[float, str] | None = field(default=None, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def __post_init__(self) -> None:
        if self.address is not None:
            parts = urllib.parse.urlsplit(self.address)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ConfigError(
                    "expected the address of a server as http://127.0.0.1:8080, got "
                    f"{self.address[:100]!r}"
                )

    def read(self, address: object) -> Source:
        """Return the picture at an address that a request names.

        Raises InputError for a file that may not be read or cannot be fetched.
        """
        if not isinstance(address, str):
            raise InputError(
                f"expected the picture's address as text, got {type(address).__name__}"
            )
        if address.startswith("data:"):
            return from_base64(address)
        parts = urllib.parse.urlsplit(address)
        if self.root is not None and parts.path == LOCAL_FILES:
            return self._from_root(urllib.parse.parse_qs(parts.query).get("d", [""])[0])
        return self._fetched(parts)

    def _from_root(self, name: str) -> Source:
        assert self.root is not None
        root = self.root.resolve()
        try:
            path = (root / name).resolve()
            found = path.is_relative_to(root) and path.is_file()
        except (OSError, ValueError):  # a name that no file can have
            found = False
        if not found:
            raise InputError(
                f"expected a picture inside the folder of --root, got {name[:200]!r}: check that "
                "--root is the root folder of the tool's local storage"
            )
        if path.stat().st_size > LONGEST:
            raise _too_large(repr(name[:200]))
        data = path.read_bytes()
        return Source(hashlib.sha256(data).hexdigest(), data)

    def _fetched(self, parts: urllib.parse.SplitResult) -> Source:
        if self.address is None:
            raise InputError(
                "the picture is on another server, and fcfi knows none: start it with --tool-server"
            )
        own = urllib.parse.urlsplit(self.address)
        if parts.netloc and (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise InputError(
                f"expected a picture on {self.address}, got one on {parts.netloc[:100]!r}: start "
                "fcfi with that server as --tool-server"
            )
        path = urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))
        data = self._request(path)
        return Source(hashlib.sha256(data).hexdigest(), data)

    def _request(self, path: str) -> bytes:
        """Return the body of a response of the tool's server.  Raises InputError without one."""
        assert self.address is not None
        headers = {"Authorization": self._authorization()} if self.token else {}
        request = urllib.request.Request(self.address.rstrip("/") + path, headers=headers)
        return self._answer(request)

    def _authorization(self) -> str:
        assert self.token is not None
        assert self.address is not None
        if self.token.count(".") != 2:
            return f"Token {self.token}"
        with self._lock:
            if self._access is None or time.monotonic() - self._access[0] > FRESH_SECONDS:
                body = json.dumps({"refresh": self.token}).encode()
                answer = self._answer(
                    urllib.request.Request(
                        f"{self.address.rstrip('/')}/api/token/refresh",
                        body,
                        {"Content-Type": "application/json"},
                    )
                )
                try:
                    access = json.loads(answer)["access"]
                except (ValueError, KeyError, TypeError) as error:
                    raise InputError(
                        f"expected {self.address} to return an access token: give another token"
                    ) from error
                self._access = (time.monotonic(), str(access))
            return f"Bearer {self._access[1]}"

    def _answer(self, request: urllib.request.Request) -> bytes:
        # Proxies of the environment would see the token, and redirects may lead anywhere.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())
        try:
            with opener.open(request, timeout=SECONDS) as answer:
                data: bytes = answer.read(LONGEST + 1)
        except urllib.error.HTTPError as error:
            reason = (
                "give a token that it accepts (--tool-token)"
                if error.code in (401, 403)
                else "check the picture's address there"
            )
            raise InputError(f"{self.address} returned status {error.code}: {reason}") from error
        except (OSError, ValueError) as error:
            raise InputError(f"{self.address} cannot be reached: {error}") from error
        if len(data) > LONGEST:
            raise _too_large(str(self.address))
        return data


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Makes a redirect an error: it may lead to another machine, which would get the token."""

    def redirect_request(self, *_: object, **__: object) -> None:
        """Return None, so that urllib raises the redirect as an error."""
        return


def _too_large(where: str) -> InputError:
    """Return the error for a file that is too large.  where: the source of the file."""
    return InputError(
        f"expected a picture of at most {LONGEST >> 20} MB, got more from {where}: make it smaller"
    )
