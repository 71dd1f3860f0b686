"""Running a network: which file, in which library, at which precision."""
