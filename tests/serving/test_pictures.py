"""Only the configured folder and server are read, and the token is sent only there."""

import base64
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

import fcfi.serving.pictures
from fcfi.errors import ConfigError, InputError
from fcfi.serving.pictures import Source, ToolServer, from_base64

FILE = b"a picture's bytes"
JWT = "head.body.signature"


class Handler(BaseHTTPRequestHandler):
    """A tool's server, with files for requests with a token, and redirects to other servers."""

    seen: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        given = self.headers.get("Authorization", "")
        self.seen.append((self.path, given))
        if self.path == "/moved.jpg":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/steal")
            self.end_headers()
        elif given in ("Token legacy", "Bearer short-lived"):
            self._send(FILE)
        else:
            self.send_response(401)
            self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.path, body.decode()))
        good = json.loads(body) == {"refresh": JWT}
        self._send(json.dumps({"access": "short-lived"} if good else {}).encode())

    def _send(self, data: bytes) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    Handler.seen.clear()
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_legacy_token_is_sent(address: str) -> None:
    found = ToolServer(address, "legacy").read(
        f"{address}/data/upload/3/a b.jpg".replace(" ", "%20")
    )
    assert found.data == FILE
    assert found == ToolServer(address, "legacy").read("/data/upload/3/another.jpg")
    assert Handler.seen[0] == ("/data/upload/3/a%20b.jpg", "Token legacy")


def test_a_personal_token_is_exchanged_once(address: str) -> None:
    server = ToolServer(address, JWT)
    assert server.read("/a.jpg").data == server.read("/b.jpg").data == FILE
    assert [path for path, _ in Handler.seen] == ["/api/token/refresh", "/a.jpg", "/b.jpg"]
    assert {given for path, given in Handler.seen if path.endswith("jpg")} == {"Bearer short-lived"}
    with pytest.raises(InputError, match="to return an access token: give another token"):
        ToolServer(address, "another.good.form").read("/a.jpg")


def test_a_wrong_token_a_redirect_and_silence_are_one_sentence(address: str) -> None:
    with pytest.raises(InputError, match="returned status 401: give a token that it accepts"):
        ToolServer(address, "wrong").read("/a.jpg")
    with pytest.raises(InputError, match="returned status 302"):
        ToolServer(address, "legacy").read("/moved.jpg")
    with pytest.raises(InputError, match="cannot be reached"):
        ToolServer("http://127.0.0.1:9").read("/a.jpg")


@pytest.mark.parametrize(
    "foreign",
    [
        "http://elsewhere.example/a.jpg",
        "https://127.0.0.1/a.jpg",
        "//elsewhere.example/a.jpg",
        "ftp://127.0.0.1/a.jpg",
        "http://user@elsewhere.example/a.jpg",
    ],
)
def test_no_other_server_is_asked(foreign: str, address: str) -> None:
    with pytest.raises(InputError, match="with that server as --tool-server"):
        ToolServer(address, "legacy").read(foreign)
    assert Handler.seen == []
    with pytest.raises(InputError, match="fcfi knows none: start it with --tool-server"):
        ToolServer().read(foreign)


def test_local_files_are_those_of_the_folder(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "photos").mkdir(parents=True)
    (root / "photos" / "ä b.jpg").write_bytes(FILE)
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (root / "link.jpg").symlink_to(tmp_path / "secret.jpg")
    server = ToolServer(root=root)
    for name in (
        "http://any.example/data/local-files/?d=photos/%C3%A4%20b.jpg",
        "/data/local-files/?d=photos/ä b.jpg",
    ):
        assert server.read(name).data == FILE
    for name in ("../secret.jpg", "link.jpg", "/etc/hostname", "", "photos", "missing.jpg", "a%00"):
        with pytest.raises(InputError, match="inside the folder of --root"):
            server.read(f"/data/local-files/?d={name}")


def test_pictures_come_in_base64_with_and_without_a_head() -> None:
    text = base64.b64encode(FILE).decode()
    found = from_base64(text)
    assert found == from_base64(f"data:image/jpeg;base64,{text}")
    assert isinstance(found, Source)
    assert found.data == FILE
    for damaged in ("", "data:image/png;base64,", "not base64!", None, 3, text[:-1]):
        with pytest.raises(InputError, match="expected the picture in base64"):
            from_base64(damaged)


def test_too_large_pictures_are_refused_wherever_they_come_from(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcfi.serving.pictures, "LONGEST", len(FILE) - 1)
    (tmp_path / "a.jpg").write_bytes(FILE)
    server = ToolServer(address, "legacy", tmp_path)
    for named, where in (
        ("data:," + base64.b64encode(FILE).decode(), "the request"),
        ("/data/local-files/?d=a.jpg", "'a.jpg'"),
        ("/data/upload/a.jpg", address),
    ):
        with pytest.raises(InputError, match=f"got more from {where}: make it smaller"):
            server.read(named)


def test_the_tools_server_is_an_address() -> None:
    for damaged in ("127.0.0.1:8080", "file:///etc", "http://", ""):
        with pytest.raises(ConfigError, match="expected the address of a server"):
            ToolServer(damaged)
