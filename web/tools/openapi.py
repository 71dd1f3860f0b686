"""Print the server's OpenAPI description as JSON, from the application; no server is started.

    python web/tools/openapi.py > openapi.json

Left out are the framework's own descriptions of invalid requests: the page does not read them, and
they change with the framework's version.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from fcfi.project.project import Project
from fcfi.server.app import create_app

FRAMEWORK = ("HTTPValidationError", "ValidationError")
"""Schemas that the framework adds."""


def description() -> dict[str, Any]:
    """Return the description that the server answers at /api/openapi.json, without FRAMEWORK."""
    with tempfile.TemporaryDirectory() as folder, Project.open(Path(folder), None) as project:
        schema = create_app(project).openapi()
    for name in FRAMEWORK:
        schema["components"]["schemas"].pop(name, None)
    for path in schema["paths"].values():
        for operation in path.values():
            reference = json.dumps(operation["responses"].get("422", {}))
            if any(f"/{name}" in reference for name in FRAMEWORK):
                del operation["responses"]["422"]
    return _untitled(schema)


def _untitled(value: Any) -> Any:
    """Return the schema without titles, which only repeat the names."""
    if isinstance(value, list):
        return [_untitled(item) for item in value]
    if isinstance(value, dict):
        return {
            key: _untitled(item)
            for key, item in value.items()
            if key != "title" or not isinstance(item, str)
        }
    return value


if __name__ == "__main__":
    json.dump(description(), sys.stdout, indent=1)
