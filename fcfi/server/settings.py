"""The settings of a server: its address, who may use it, and the limits of requests.

Knows nothing of HTTP.
"""

import os
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from fcfi.errors import ConfigError
from fcfi.files import MEBIBYTE

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
"""Hosts that only this machine can reach."""
PORT: Final = 8017
STATIC: Final = Path(__file__).parent / "static"
"""The folder of the built page."""
MAX_PREDICTING: Final = 4
"""The most threads that predict; more would only share the same CPU."""


def predicting_threads() -> int:
    """Return the number of threads that predict.

    At least two, so that one annotator's slow picture does not delay another's click.
    """
    return max(2, min(MAX_PREDICTING, os.cpu_count() or 1))


@dataclass(frozen=True)
class Settings:
    """The settings of a server.

    host, port: its address.  token: the password of requests, or None; needed off loopback.
    threads: number of threads that predict.  queue: the most actions that run or wait, at most
        half of them from one client; further actions are refused with 503.
    token_header: a header that may carry the token too, or None.
    allow_hosts: further host names that requests may name.
    opened_with: the command that printed the address, for messages.
    json_bytes, upload_bytes: the largest body of a request, and of one with files.
    tile_bytes: size of the cache of tiles and thumbnails.  static: folder of the built page.
    """

    host: str = LOOPBACK[0]
    port: int = PORT
    token: str | None = None
    threads: int = predicting_threads()
    queue: int = 64
    json_bytes: int = 16 * MEBIBYTE
    upload_bytes: int = 1024 * MEBIBYTE
    tile_bytes: int = 48 * MEBIBYTE
    static: Path = STATIC
    token_header: str | None = None
    allow_hosts: tuple[str, ...] = ()
    opened_with: str = "fcfi annotate"

    def __post_init__(self) -> None:
        """Raise ConfigError for a server that others could use without a token."""
        if not self.token and not is_loopback(self.host):
            raise ConfigError(f"a server at {self.host} can be reached by others: give it a token")


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach a server at that host."""
    return host.lower() in LOOPBACK or _is_loopback_address(host)


def _is_loopback_address(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
