"""What the routes share: the project, the threads that ask it, and caches of what was encoded."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from fcfi.prediction.lazy import NetworkStatus
from fcfi.project.cache import ByteCache
from fcfi.project.project import Project
from fcfi.server.exports import Exports
from fcfi.server.jobs import Jobs
from fcfi.server.journal import Journal
from fcfi.server.paths import folders_of, without_folders
from fcfi.server.problems import explain
from fcfi.server.settings import Settings
from fcfi.server.workers import Workers

READERS: Final = 4
"""Threads that read lists, states and tiles."""
READS: Final = 256
"""Reads that may wait: a browser asks for a screen of thumbnails at once."""
WRITES: Final = 64
"""Changes of labels and settings that may wait; they run one after the other, as the store does."""
JOBS: Final = 8
"""Scans, imports and exports that may run or wait; one runs."""


@dataclass(frozen=True)
class Backend:
    """actions: act on pictures.  reads: quick ones, which never wait for a lock of the store.

    writes: change labels and settings.  jobs: scans, imports and exports.
    folders: whose paths no answer names.  large: held by who decodes a large picture that is not
    kept.  journal: the log.
    """

    project: Project
    network: Callable[[], NetworkStatus | None]
    actions: Workers
    reads: Workers
    writes: Workers
    jobs: Jobs
    encoded: ByteCache
    exports: Exports
    folders: tuple[str, ...] = ()
    large: Lock = field(default_factory=Lock)
    journal: Journal = field(default_factory=Journal)

    @classmethod
    def of(
        cls, project: Project, settings: Settings, network: Callable[[], NetworkStatus | None]
    ) -> "Backend":
        """With threads and caches as the settings say."""
        folders, journal = folders_of(project.folder, Path(project.place).parent), Journal()
        actions = Workers("act", settings.threads, settings.queue)

        def explained(kind: str, error: Exception) -> str:
            return without_folders(explain(error, journal, f"the {kind}"), folders)

        return cls(
            project,
            network,
            actions,
            Workers("read", READERS, READS),
            Workers("write", 1, WRITES),
            Jobs(Workers("job", 1, JOBS), explained, actions),
            ByteCache(settings.tile_bytes),
            Exports(project),
            folders,
            journal=journal,
        )

    def shown(self, sentence: str) -> str:
        """Return a sentence as an answer may say it: without paths of this machine."""
        return without_folders(sentence, self.folders)

    def close(self) -> None:
        """Wait for what runs.  The project stays open."""
        self.jobs.cancel_all()
        for workers in (self.actions, self.reads, self.writes, self.jobs):
            workers.close()
        self.exports.close()
