"""The errors of fcfi: one tree, so that a caller can catch all of them or one kind.

    FCFIError
    ├── InputError      a picture, mask or click that cannot be used
    ├── NetworkError    a network file, checkpoint or runtime that cannot be used
    ├── DatasetError    a data set that is missing, empty or malformed
    └── ConfigError     a recipe, option or setting that cannot be used

Every message says what came, what is accepted and what to do.  The command line prints it on one line and exits with 2.
"""


class FCFIError(Exception):
    """A mistake that the person at the keyboard can mend; the message says how."""


class InputError(FCFIError):
    """A picture, mask or click that cannot be used."""


class NetworkError(FCFIError):
    """A network file, checkpoint or runtime that cannot be used."""


class DatasetError(FCFIError):
    """A data set that is missing, empty or malformed."""


class ConfigError(FCFIError):
    """A recipe, option or setting that cannot be used."""
