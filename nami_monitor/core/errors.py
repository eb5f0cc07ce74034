"""What a user can mend. Any other exception is a bug."""

from __future__ import annotations


class UserError(Exception):
    """Something that a user can mend.

    Args:
        key: names the sentence in the catalogues, under ``errors.``.
        values: what was seen, for the placeholders of that sentence; lists of near matches too.
    """

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key, values)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        """Key and values, for logs and tests; people read the catalogue's sentence."""
        seen = ", ".join(f"{name}={value!r}" for name, value in self.values.items())
        return f"{self.key}({seen})"


class DatabaseHeldError(UserError):
    """Another process holds the database file.

    Args:
        path: the file.
        holder: who holds it, as far as the system tells.
    """

    def __init__(self, path: str, holder: str) -> None:
        super().__init__("store.held", path=path, holder=holder)
