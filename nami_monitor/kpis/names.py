"""What people call the groups of a figure: the name in a master, else a word of the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Final

from nami_monitor.i18n import has_text, text
from nami_monitor.store import Transaction

NAMES: Final = {
    "location": ("location_id", "name", "locations"),
    "product": ("product_id", "name", "products"),
    "article": ("coalesce(same_as, source || '/' || product_id)", "name", "products"),
    "contract": ("contract_id", "title", "contracts"),
    "programme": ("programme", "title", "programmes"),
    "project": ("programme", "title", "programmes"),
    "intervention": ("intervention_id", "title", "interventions"),
}
"""Dimensions whose codes have a name: the code, the name and the table, as SQL."""


def names(
    db: Transaction, dimension: str, keys: Collection[str | None], lang: str
) -> dict[str | None, str]:
    """A name for each value of a dimension.

    Args:
        db: a consistent look at the file.
        dimension: as in ``relations.DIMENSIONS``.
        keys: its values; None where the data does not say.
        lang: ``nl`` or ``en``.

    Returns:
        Every key with a name of its own: with its code behind it where two share a name, and the
        code alone where nobody names it.
    """
    known = _known(db, dimension, [key for key in keys if key is not None], lang)
    found = {key: known.get(key or "") or word(dimension, key, lang) for key in keys}
    times = Counter(found.values())
    return {key: name if times[name] == 1 else f"{name} ({key})" for key, name in found.items()}


def _known(db: Transaction, dimension: str, codes: list[str], lang: str) -> dict[str, str]:
    found = NAMES | {"category": ("category", f"name_{lang}", "categories")}
    if dimension not in found:
        return {}
    code, name, table = found[dimension]
    return dict(
        db.rows(
            f"select {code} as code, min({name}) from {table}"
            f" where {code} in (select unnest(?::varchar[])) group by code",
            [codes],
        )
    )


def word(dimension: str, code: str | None, lang: str) -> str:
    """The catalogue's word for a value of a dimension or a role, else the code itself."""
    if code is None:
        return text("words.unknown", lang)
    key = f"codes.{dimension}.{code}"
    return text(key, lang) if has_text(key, lang) else code
