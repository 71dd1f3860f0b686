"""Fixtures for tests of the server: a small project with a fast network."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from fcfi.prediction.lazy import NetworkStatus, status_of
from fcfi.project.project import Project
from fcfi.server.app import create_app
from fcfi.server.settings import Settings
from tests.project.builders import opened, write_photos

NAMES = ("a.png", "b.jpg", "sub/c.png")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_photos(tmp_path / "photos", *NAMES)


@pytest.fixture
def project(folder: Path) -> Iterator[Project]:
    with opened(folder, labels=("person", "dog")) as project:
        yield project


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """Make a built page, with a secret file next to it."""
    page = tmp_path / "static"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>page</title>")
    (page / "icon.svg").write_text("<svg/>")
    (page / "assets" / "index-BqX3f9aZ.js").write_text("1")
    (page / "assets" / "plain.css").write_text("a{}")
    (page / "assets" / "out.js").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "secret.txt").write_text("secret")
    return page


@pytest.fixture
def app(project: Project, static: Path) -> Iterator[FastAPI]:
    app = create_app(project, Settings(static=static), lambda: status(project))
    yield app
    closed(app)


def status(project: Project) -> NetworkStatus:
    assert project.predictor is not None
    return status_of(project.predictor)


def closed(app: FastAPI) -> None:
    """End its threads, like a server that stops."""

    async def scene() -> None:
        async with app.router.lifespan_context(app):
            pass

    asyncio.run(scene())
