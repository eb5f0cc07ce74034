"""Whether the database reads a pattern: its patterns never take longer than the text is long."""

from __future__ import annotations

from functools import lru_cache

import duckdb


@lru_cache(maxsize=1024)
def unreadable(pattern: str) -> str | None:
    """Why the database cannot read a regular expression; None when it can."""
    try:
        with duckdb.connect() as db:
            db.execute("select regexp_matches(?, ?)", ["", pattern]).fetchall()
    except duckdb.Error as error:
        return " ".join(str(error).split())
    return None
