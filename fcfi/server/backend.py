"""What the routes share: the project, the threads that ask it, and caches of what was encoded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from fcfi.prediction.lazy import NetworkStatus
from fcfi.project.cache import ByteCache
from fcfi.project.project import Project
from fcfi.server.exports import Exports
from fcfi.server.journal import Journal
from fcfi.server.settings import Settings
from fcfi.server.workers import Workers

READERS: Final = 4
"""Threads that read lists, states and tiles."""
READS: Final = 256
"""Reads that may wait: a browser asks for a screen of thumbnails at once."""
JOBS: Final = 4
"""Imports and exports that may wait; one runs."""


@dataclass(frozen=True)
class Backend:
    """actions: act on pictures.  reads: quick ones.  jobs: imports, exports and looking through the folder.

    large: held by who decodes a large picture that is not kept.  journal: the log.
    """

    project: Project
    network: Callable[[], NetworkStatus | None]
    actions: Workers
    reads: Workers
    jobs: Workers
    encoded: ByteCache
    exports: Exports
    large: Lock = field(default_factory=Lock)
    journal: Journal = field(default_factory=Journal)

    @classmethod
    def of(
        cls, project: Project, settings: Settings, network: Callable[[], NetworkStatus | None]
    ) -> "Backend":
        """With threads and caches as the settings say."""
        return cls(
            project,
            network,
            Workers("act", settings.threads, settings.queue),
            Workers("read", READERS, READS),
            Workers("job", 1, JOBS),
            ByteCache(settings.tile_bytes),
            Exports(project),
        )

    def close(self) -> None:
        """Wait for what runs.  The project stays open."""
        for workers in (self.actions, self.reads, self.jobs):
            workers.close()
        self.exports.close()
