"""The session of a visitor: in which language they read, which database they look at, who they are.

Every page gets it from ``app.page``.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import streamlit as st

from nami_monitor.access.roles import ALL, Limit
from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.core.escapes import Markdown, markdown
from nami_monitor.i18n import LANGS, Lang, has_text, text

if TYPE_CHECKING:
    from nami_monitor.store import Store

LANGUAGE = "lang"
DATA = "data"
"""What every address says: the language, and which data."""
AGAIN_SECONDS: Final = 60.0
_SAID: Final[dict[str, float]] = {}
"""What the log was told, and when."""


def language() -> Lang:
    """The visitor's language: what they chose, else the address, else what the browser prefers."""
    chosen = st.session_state.get(LANGUAGE) or st.query_params.get(LANGUAGE)
    if chosen not in LANGS:
        preferred = (st.context.locale or "nl").split("-")[0].lower()
        chosen = preferred if preferred in LANGS else "en"
    st.session_state[LANGUAGE] = chosen
    return "nl" if chosen == "nl" else "en"


@dataclass(frozen=True)
class Session:
    """The language, database and name of one visitor.

    Args:
        lang: language of the screen.
        store: the database that is shown.
        demo: whether it holds demo data.
        who: role or initials, as the visitor gave them or signed in with; empty until then.
        limit: the categories and organisations whose figures alone they see.
    """

    lang: Lang
    store: Store
    demo: bool
    who: str
    limit: Limit = ALL

    def t(self, key: str, **values: object) -> str:
        """A text of the catalogue in the visitor's language."""
        return text(key, self.lang, **values)

    def md(self, key: str, **values: object) -> Markdown:
        """A text of the catalogue for where Streamlit renders Markdown: its values are escaped."""
        escaped = {
            name: markdown(value) if isinstance(value, str) else value
            for name, value in values.items()
        }
        return Markdown(text(key, self.lang, **escaped))

    def sentence(self, error: UserError) -> str:
        """What went wrong and what to do, with the names of columns and tables in words."""
        told_to_operator(error)
        return sentence(error, self.lang)


def told_to_operator(error: UserError) -> None:
    """Log, at most once a minute, what is wrong with the database: a visitor cannot mend it."""
    if error.key.startswith("store.") and not isinstance(error, DatabaseHeldError):
        said = sentence(error, "en")
        log_once(said, said)


def log_once(about: str, said: str) -> None:
    """Log a sentence, unless the log was told of the same within a minute."""
    now = time.monotonic()
    if now - _SAID.get(about, -AGAIN_SECONDS) >= AGAIN_SECONDS:
        _SAID[about] = now
        logging.getLogger(__name__).error("%s", said)


def sentence(error: UserError, lang: Lang) -> str:
    """The sentence of an error in a language, with the names of columns and tables in words."""
    values = dict(error.values)
    for key, of in (("column", "columns.{}"), ("table", "tables.{}.name")):
        name = of.format(values.get(key, ""))
        if has_text(name, lang):
            values[key] = text(name, lang)
    return text(f"errors.{error.key}", lang, **values)
