"""The session of a visitor: in which language they read, which database they look at, who they are.

Every page gets it from ``app.page``.
"""

from dataclasses import dataclass

from nami_monitor.core.errors import UserError
from nami_monitor.core.escapes import Markdown, markdown
from nami_monitor.i18n import Lang, has_text, text
from nami_monitor.store import Store

LANGUAGE = "lang"
DATA = "data"
"""What every address says: the language, and which data."""


@dataclass(frozen=True)
class Session:
    """The language, database and name of one visitor.

    Args:
        lang: language of the screen.
        store: the database that is shown.
        demo: whether it holds demo data.
        who: role or initials, as the visitor gave them; empty until then.
    """

    lang: Lang
    store: Store
    demo: bool
    who: str

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
        values = dict(error.values)
        for key, of in (("column", "columns.{}"), ("table", "tables.{}.name")):
            name = of.format(values.get(key, ""))
            if has_text(name, self.lang):
                values[key] = text(name, self.lang)
        return text(f"errors.{error.key}", self.lang, **values)
