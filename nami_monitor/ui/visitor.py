"""What the visitor may do: asked here alone, by every page, button and job.

On a laptop nobody signs in, and everything is allowed.
"""

import hashlib
from typing import Final

from nami_monitor.access.roles import Person, Role, decide
from nami_monitor.i18n import text
from nami_monitor.ui import browser, sign_in
from nami_monitor.ui.session import Session, language

NEEDED: Final = {"upload": Role.IMPORT, "set_aside": Role.IMPORT, "backup": Role.MANAGE}
"""The parts of the data page that not everybody sees: set-aside rows are those of small places too,
as they came."""
OF_ALL: Final = (*NEEDED, "batches", "completeness", "codes", "trail")
"""Those that are about all data together: who sees a part of the data does not see them."""


def person() -> Person | None:
    """Who is signed in; None on a laptop. For who has no access the page ends with a sentence."""
    claims = sign_in.claims()
    if claims is None:
        return None
    by, _ = sign_in.service()
    found = decide(claims, by.roles, by.people)
    if found is None:
        sign_in.say(text("access.none", language()), inside=True)
    return found


def owner() -> str:
    """Whose jobs are told here: those of a browser, and of who is signed in in it."""
    claims = sign_in.claims()
    if claims is None:
        return browser.number()
    signed = hashlib.sha256(repr(sorted(claims.items())).encode()).hexdigest()
    return f"{browser.number()} {signed}"


def may(needed: Role) -> bool:
    """Whether the visitor may do what a role is needed for."""
    signed_in = person()
    return signed_in is None or signed_in.may(needed)


def refused_part(session: Session, part: str) -> str:
    """Catalogue key of why the visitor does not see a part of the data page; empty if they do."""
    needed = NEEDED.get(part)
    if needed and not may(needed):
        return f"access.refused.{'set_aside' if part == 'set_aside' else needed}"
    return "access.refused.limited" if session.limit and part in OF_ALL else ""
