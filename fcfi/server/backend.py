"""The objects that all routes share: the project, its threads, caches and the server log."""

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
from fcfi.server.learning import Learning
from fcfi.server.paths import folders_of, without_folders
from fcfi.server.problems import explain
from fcfi.server.server_log import ServerLog
from fcfi.server.settings import Settings
from fcfi.server.workers import Workers

READERS: Final = 4
"""Threads that read lists, states and tiles."""
READS: Final = 256
"""Reads that may run or wait: a browser requests a screenful of thumbnails at once."""
WRITES: Final = 64
"""Changes of labels and settings that may run or wait; one runs at a time."""
JOBS: Final = 8
"""Scans, imports and exports that may run or wait; one runs at a time."""


@dataclass(frozen=True)
class Backend:
    """The project, and the threads, caches and log that the routes use with it.

    actions, reads, writes: threads for actions on pictures, for reads, and for changes of labels
        and settings.
    encoded: cache of tiles and thumbnails.
    folders: folders whose paths are removed from responses.
    large: lock that lets one thumbnail of a large picture be made at a time.
    server_log: the lines in the terminal.
    """

    project: Project
    network: Callable[[], NetworkStatus | None]
    actions: Workers
    reads: Workers
    writes: Workers
    jobs: Jobs
    encoded: ByteCache
    exports: Exports
    learning: Learning
    folders: tuple[str, ...] = ()
    large: Lock = field(default_factory=Lock)
    server_log: ServerLog = field(default_factory=ServerLog)

    @classmethod
    def of(
        cls,
        project: Project,
        settings: Settings,
        network: Callable[[], NetworkStatus | None],
        learning: Learning,
    ) -> "Backend":
        """Return a backend with the threads and caches that the settings ask for."""
        folders = folders_of(project.folder, Path(project.location).parent)
        server_log = ServerLog()
        actions = Workers("act", settings.threads, settings.queue)

        def explained(kind: str, error: Exception) -> str:
            return without_folders(explain(error, server_log, f"the {kind}"), folders)

        return cls(
            project,
            network,
            actions,
            Workers("read", READERS, READS),
            Workers("write", 1, WRITES),
            Jobs(Workers("job", 1, JOBS), explained, actions),
            ByteCache(settings.tile_bytes),
            Exports(project),
            learning,
            folders,
            server_log=server_log,
        )

    def shown(self, sentence: str) -> str:
        """Return a sentence for a response: without paths of this machine."""
        return without_folders(sentence, self.folders)

    def close(self) -> None:
        """Cancel the jobs, wait for the running calls and delete the exports.

        The project stays open.
        """
        self.jobs.cancel_all()
        for workers in (self.actions, self.reads, self.writes, self.jobs, self.learning):
            workers.close()
        self.exports.close()
