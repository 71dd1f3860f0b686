"""Access control: hosts, origins, content types and tokens."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fcfi.errors import ConfigError
from fcfi.server.security import Guard, allowed_hosts
from fcfi.server.settings import Settings, is_loopback
from tests.generated import examples
from tests.server.client import ask

TOKEN = "correct-horse"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Says that the request came through."""
    await PlainTextResponse("in")(scope, receive, send)


def guarded(**settings_: object) -> ASGIApp:
    return Guard(echo, Settings(**settings_))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:8017", "localhost", "LOCALHOST:9000", "[::1]:8017", "127.0.0.1", "localhost.:80"],
)
def test_this_machine_is_asked_for_by_its_own_names(host: str) -> None:
    assert ask(guarded(), "GET", "/", host=host).status == 200


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "evil.example:8017",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1, evil.example",
        "192.168.0.7",
        "0.0.0.0",
        "[::2]",
        "[localhost]",
        "localhost:8017:1",
        "localhost/evil",
        "user@localhost",
    ],
)
def test_another_name_that_points_here_is_refused(host: str) -> None:
    answer = ask(guarded(), "GET", "/api/project", host=host)
    assert answer.status == 403
    assert "that host name" in answer.error


def test_a_server_at_all_addresses_is_asked_for_by_numbers_and_not_by_foreign_names() -> None:
    app = guarded(host="0.0.0.0", token=TOKEN)
    for host in ("192.168.0.7:8017", "[fe80::1]:8017", "localhost:8017"):
        assert ask(app, "GET", "/api", host=host, authorization=f"Bearer {TOKEN}").status == 200
    assert (
        ask(app, "GET", "/api", host="evil.example", authorization=f"Bearer {TOKEN}").status == 403
    )
    assert "evil.example" not in allowed_hosts("0.0.0.0")
    assert "gpu-box" in allowed_hosts("gpu-box")


def test_the_name_of_a_proxy_is_allowed_and_its_page_may_write() -> None:
    app = guarded(token=TOKEN, allow_hosts=("masks.example.org",))
    host = {"host": "masks.example.org", "authorization": f"Bearer {TOKEN}"}
    own = ask(app, "POST", "/api/a", {}, **host, origin="https://masks.example.org")
    assert own.status == 200
    other = ask(app, "POST", "/api/a", {}, **host, origin="https://evil.example")
    assert other.status == 403
    refused = ask(app, "GET", "/api/a", host="other.example")
    assert "start it with --allow-host" in refused.error


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "http://localhost:8017",
        "http://127.0.0.1:9999",
        "http://127.0.0.1",
    ],
)
def test_pages_of_other_sites_cannot_write(method: str, origin: str) -> None:
    answer = ask(guarded(), method, "/api/labels", {}, origin=origin)
    assert answer.status == 403
    assert "another site's page" in answer.error


def test_the_own_page_and_programs_can_write() -> None:
    assert ask(guarded(), "POST", "/api/labels", {}, origin="http://127.0.0.1:8017").status == 200
    assert ask(guarded(), "POST", "/api/labels", {}, sec_fetch_site="same-origin").status == 200
    assert ask(guarded(), "POST", "/api/labels", {}).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_other_sites_cannot_ask_the_interface_but_may_link_to_the_page(site: str) -> None:
    assert ask(guarded(), "GET", "/api/pictures", sec_fetch_site=site).status == 403
    assert ask(guarded(), "GET", "/", sec_fetch_site=site).status == 200


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/jsonp",
    ],
)
def test_forms_of_other_sites_cannot_write(kind: str) -> None:
    answer = ask(guarded(), "POST", "/api/labels", {"name": "x"}, content_type=kind)
    assert answer.status == 415
    assert "application/json" in answer.error
    assert (
        ask(
            guarded(),
            "POST",
            "/api/labels",
            [b"{}"],
            content_type=kind,
            transfer_encoding="chunked",
        ).status
        == 415
    )


def test_files_are_taken_at_one_path_and_nothing_needs_no_type() -> None:
    kind = "multipart/form-data; boundary=x"
    assert ask(guarded(), "POST", "/api/imports", b"--x--", content_type=kind).status == 200
    assert ask(guarded(), "POST", "/api/imports", b"--x--", content_type="text/plain").status == 415
    assert (
        ask(
            guarded(), "POST", "/api/labels", {}, content_type="application/json; charset=utf-8"
        ).status
        == 200
    )
    assert ask(guarded(), "POST", "/api/pictures/scan").status == 200


def test_off_loopback_a_token_is_needed() -> None:
    with pytest.raises(ConfigError, match=r"0\.0\.0\.0 can be reached by others: give it a token"):
        Settings(host="0.0.0.0")
    with pytest.raises(ConfigError):
        Settings(host="0.0.0.0", token="")
    assert [
        is_loopback(host)
        for host in ("localhost", "127.0.0.2", "::1", "10.0.0.1", "example.org", "")
    ] == [
        *[True] * 3,
        *[False] * 3,
    ]


@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("/api/project", {}, 401),
        ("/", {}, 401),
        ("/assets/index.js", {}, 401),
        (f"/api/project?token={TOKEN}", {}, 200),
        ("/api/project?token=wrong", {}, 401),
        ("/api/project?token=", {}, 401),
        ("/api/project?token=%ff%00", {}, 401),
        ("/api/project", {"authorization": f"Bearer {TOKEN}"}, 200),
        ("/api/project", {"authorization": f"bearer  {TOKEN}"}, 200),
        ("/api/project", {"authorization": "Bearer corrèct-horse"}, 401),
        ("/api/project", {"authorization": f"Basic {TOKEN}"}, 401),
        ("/api/project", {"cookie": f"fcfi-token-8017={TOKEN}"}, 200),
        ("/api/project", {"cookie": f"a=b; fcfi-token-8017={TOKEN}"}, 200),
        ("/api/project", {"cookie": f'other={{"a": 1}}; no name; fcfi-token-8017={TOKEN}'}, 200),
        ("/api/project", {"cookie": f"fcfi-token-8018={TOKEN}"}, 401),
        ("/api/project", {"cookie": "fcfi-token-8017=wrong"}, 401),
    ],
)
def test_the_token_comes_in_the_address_a_cookie_or_as_bearer(
    address: str, headers: dict[str, str], status: int
) -> None:
    answer = ask(
        guarded(host="10.0.0.1", token=TOKEN), "GET", address, host="10.0.0.1:8017", **headers
    )
    assert answer.status == status
    if status == 401:
        assert "needs its token" in answer.error
        assert answer.headers["www-authenticate"] == "Bearer"


def test_the_printed_address_gives_a_strict_cookie_and_leads_to_the_page() -> None:
    app = guarded(host="10.0.0.1", token=TOKEN)
    answer = ask(app, "GET", f"/?token={TOKEN}", host="10.0.0.1:8017", sec_fetch_site="cross-site")
    assert answer.status == 200
    assert b'content="0;url=/"' in answer.body
    assert TOKEN.encode() not in answer.body
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(f"fcfi-token-8017={TOKEN};")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_on_loopback_no_token_is_wanted() -> None:
    answer = ask(guarded(), "GET", "/?token=anything")
    assert answer.body == b"in"
    assert "set-cookie" not in answer.headers


def test_every_answer_forbids_what_a_browser_could_do_with_it() -> None:
    for answer in (ask(guarded(), "GET", "/"), ask(guarded(), "GET", "/", host="evil.example")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        assert "script-src" not in policy  # it is default-src's: no inline script
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers


def test_what_an_answer_says_of_keeping_it_stays() -> None:
    async def kept(scope: Scope, receive: Receive, send: Send) -> None:
        assert Request(scope).url.path == "/"
        await Response("x", headers={"Cache-Control": "private, max-age=5"})(scope, receive, send)

    assert ask(Guard(kept, Settings()), "GET", "/").headers["cache-control"] == "private, max-age=5"


def test_web_sockets_are_closed() -> None:
    sent: list[Message] = []

    async def scene() -> None:
        async def receive() -> Message:
            return {"type": "websocket.connect"}

        async def send(message: Message) -> None:
            sent.append(message)

        await guarded()({"type": "websocket", "path": "/", "headers": []}, receive, send)

    asyncio.run(scene())
    assert sent == [{"type": "websocket.close", "code": 1008}]


LATIN = st.text(st.characters(max_codepoint=255), max_size=40)


@examples(200)
@given(
    st.sampled_from(["GET", "POST", "BREW"]),
    st.dictionaries(
        st.sampled_from(
            [
                "host",
                "origin",
                "cookie",
                "authorization",
                "content-type",
                "content-length",
                "sec-fetch-site",
            ]
        ),
        LATIN,
    ),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
)
def test_no_header_makes_the_guard_stumble(
    method: str, headers: dict[str, str], query: str
) -> None:
    answer = ask(guarded(host="10.0.0.1", token=TOKEN), method, f"/api?{query}", **headers)
    assert answer.status in (401, 403)
