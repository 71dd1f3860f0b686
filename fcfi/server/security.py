"""Checks which requests are allowed, and sets the headers that restrict the browser.

- Host: a foreign name that points at this machine (DNS rebinding) is refused with 403.
- Origin: a request to /api from another site's page is refused with 403; browsers name the site.
- Content type: only JSON, and files at the path for uploads; others are refused with 415, so that
  a form on another site cannot write.
- Token: needed off loopback, in the printed address, then in a cookie, or as bearer.
- Headers: nothing is loaded from, framed by or reported to other sites; types are not sniffed.

Knows nothing of projects.
"""

import base64
import hmac
import re
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import cookie_parser
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fcfi.server.limits import UPLOADS
from fcfi.server.problems import problem
from fcfi.server.settings import LOOPBACK, Settings
from fcfi.server.workers import CLIENT

HOST_FORM: Final = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::\d{1,5})?", re.IGNORECASE)
WILDCARDS: Final = ("0.0.0.0", "::", "")
"""Hosts that mean every address of the machine."""
OWN_SITE: Final = ("same-origin", "none")
"""Values of Sec-Fetch-Site for requests of the page itself, and for a typed address."""
READING: Final = ("GET", "HEAD", "OPTIONS")
CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' blob: data:",
        "style-src 'self' 'unsafe-inline'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS: Final = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
NOT_KEPT: Final = "no-store"
"""Cache-Control of responses that set none: browsers do not cache them."""
WELCOME: Final = (
    '<!doctype html><html lang="en"><meta charset="utf-8">'
    '<meta http-equiv="refresh" content="0;url=/">'
    '<title>fcfi</title><p><a href="/">Open the pictures</a></p></html>'
)
"""The page that sets the cookie.

Its refresh is a request of our own page, so that the browser sends the strict cookie even if the
address was a link on another site.  It also removes the token from the address bar.
"""


@dataclass(frozen=True)
class Refusal:
    """The HTTP status and the sentence with which a request is refused."""

    status: int
    sentence: str


class Guard:
    """ASGI middleware that does the checks of this module and adds its headers to responses."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._names = allowed_hosts(settings.host, settings.allow_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http":
            # Clients behind the same proxy have one address, and share its part of the queue.
            CLIENT.set((scope.get("client") or ("",))[0])
            await self._answer(scope)(scope, receive, _with_headers(send))
        elif scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        else:  # no web sockets are served
            await send({"type": "websocket.close", "code": 1008})

    def _answer(self, scope: Scope) -> ASGIApp:
        headers = _headers(scope)
        refusal = (
            check_host(headers, self._names, self._settings)
            or check_origin(scope["method"], scope["path"], headers)
            or self._check_token(scope, headers)
            or check_content_type(scope["method"], scope["path"], headers)
        )
        if refusal is not None:
            challenge = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else None
            return problem(refusal.status, refusal.sentence, challenge)
        if self._settings.token and scope["path"] == "/" and b"token=" in scope["query_string"]:
            return _welcome(self._settings.token, self._settings.port)
        return self._app

    def _check_token(self, scope: Scope, headers: Mapping[str, str]) -> Refusal | None:
        token = self._settings.token
        if token is None or any(
            _same(token, carried) for carried in _tokens(scope, headers, self._settings)
        ):
            return None
        return Refusal(
            401,
            f"this server needs its token: open the address that `{self._settings.opened_with}` "
            "printed, or send the token with the request",
        )


def allowed_hosts(host: str, further: Iterable[str] = ()) -> frozenset[str]:
    """Return the host names that requests to a server at `host` may name, in lower case."""
    names = {*LOOPBACK, host.lower().strip("[]"), *(name.lower() for name in further)}
    if host in WILDCARDS:
        names |= {socket.gethostname().lower(), socket.getfqdn().lower()}
    return frozenset(names - set(WILDCARDS))


def check_host(
    headers: Mapping[str, str], names: frozenset[str], settings: Settings
) -> Refusal | None:
    """Return a refusal if a request names a foreign host, or None.

    A server that listens at all addresses accepts any numeric address, since DNS rebinding needs a
    name.
    """
    match = HOST_FORM.fullmatch(headers.get("host", ""))
    name = (match[1] or match[2]).lower().rstrip(".") if match else ""
    addresses = settings.host in WILDCARDS
    if name and (name in names or (addresses and _is_address(name))):
        return None
    return Refusal(
        403,
        "this server does not accept that host name: open the address that "
        f"`{settings.opened_with}` printed, or start it with --allow-host and that name",
    )


def check_origin(method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
    """Return a refusal if a request comes from another site's page, or None."""
    origin = headers.get("origin")
    foreign = headers.get("sec-fetch-site", "none") not in OWN_SITE or (
        origin is not None and origin.lower().partition("://")[2] != headers["host"].lower()
    )
    if foreign and (method not in READING or path.startswith("/api")):
        return Refusal(
            403, "another site's page sent this request: only this server's own page may send it"
        )
    return None


def check_content_type(method: str, path: str, headers: Mapping[str, str]) -> Refusal | None:
    """Return a refusal of a body that is neither JSON nor an upload at its path, or None."""
    bodiless = headers.get("content-length", "0") == "0" and "transfer-encoding" not in headers
    content_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    if method in READING or (bodiless and not content_type):
        return None
    accepted = (
        ("application/json", "multipart/form-data") if path == UPLOADS else ("application/json",)
    )
    if content_type in accepted:
        return None
    return Refusal(
        415,
        f"expected the content type {' or '.join(accepted)}, got {content_type[:100]!r}: "
        "send the right header",
    )


def _tokens(scope: Scope, headers: Mapping[str, str], settings: Settings) -> list[str]:
    """Return the tokens that a request carries.

    As bearer, as a Basic password, in the header that the settings name, in the cookie or in the
    address.
    """
    found = []
    kind, _, value = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        found.append(value.strip())
    if kind.lower() == "basic":
        found.append(_password(value.strip()))
    if settings.token_header is not None:
        found.append(headers.get(settings.token_header.lower(), ""))
    # The browser also sends the cookies of other servers on this host.
    cookie = cookie_parser(headers.get("cookie", "")).get(_cookie(settings.port))
    if cookie is not None:
        found.append(cookie)
    try:
        query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20)
    except ValueError:
        query = {}
    return found + query.get("token", [])


def _password(credentials: str) -> str:
    """Return the password of Basic credentials, "" if they are damaged.  Ignores the user name."""
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except ValueError:
        return ""
    return text.partition(":")[2]


def _welcome(token: str, port: int) -> Response:
    answer = HTMLResponse(WELCOME)
    answer.set_cookie(_cookie(port), token, httponly=True, samesite="strict")
    return answer


def _cookie(port: int) -> str:
    """Return the cookie's name; it contains the port, since browsers share cookies across ports."""
    return f"fcfi-token-{port}"


def _same(given: str, other: str) -> bool:
    """Return whether two texts are equal, in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def _headers(scope: Scope) -> dict[str, str]:
    """Return the request's headers; repeated headers are joined, so that they pass no check."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _with_headers(send: Send) -> Send:
    """Return a `send` that adds HEADERS to responses that do not set them."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name.lower() for name, _ in message["headers"]}
            more = {**HEADERS, "cache-control": NOT_KEPT}
            added = [(k.encode(), v.encode()) for k, v in more.items() if k.encode() not in present]
            message = {**message, "headers": [*message["headers"], *added]}
        await send(message)

    return sending


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
