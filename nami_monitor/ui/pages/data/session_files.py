"""What a visitor's session keeps between runs: offered files, drafts of profiles, looked-up things.

Uploaded bytes and parsed cells are written to a folder that goes with the session; no path is ever
typed by a user.
"""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import streamlit as st

from nami_monitor.core.errors import DatabaseHeldError, UserError
from nami_monitor.ingest.book.booking import Answers
from nami_monitor.ingest.deliveries import batches
from nami_monitor.ingest.parse.sheets import content_hash
from nami_monitor.ingest.profiles.profile import Profile
from nami_monitor.store import Store
from nami_monitor.ui import visitor
from nami_monitor.ui.jobs import JOBS

if TYPE_CHECKING:
    from nami_monitor.ingest.book.import_report import Report
    from nami_monitor.ui.session import Session

T = TypeVar("T")
FOLDER, LOOKED_UP, OFFERED = "data.folder", "data.looked_up", "data.offered"
WAITING = "data.waiting"
DRAFT = "data.draft"
BOOK_ALL = "book_all"
MOST_KEPT = 24
BLOCK = 1 << 20
LONGEST_NAME = 200
NAMELESS = "file"


def larger_files(session: Session, command: str) -> None:
    """Say which command takes files that are too large to upload: an upload waits in memory."""
    most = st.get_option("server.maxUploadSize")
    st.caption(session.md("data.upload.larger", megabytes=most, command=command))


class Uploaded(Protocol):
    """What Streamlit gives of an uploaded file."""

    name: str
    file_id: str

    def seek(self, place: int, /) -> int:
        """Go on from a place."""

    def read(self, size: int = ..., /) -> bytes:
        """At most so many bytes from where it stands."""


class TemporaryFolder:
    """A temporary folder that goes when nothing holds on to it any longer."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="nami-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class OfferedFile:
    """A file that a visitor offered.

    Args:
        name: as it is called on the visitor's machine.
        key: names its content in keys of the session.
        path: the temporary copy.
        size: in bytes.
        folder: keeps the copy on disk for as long as anything, a job too, holds on to the file.
    """

    name: str
    key: str
    path: Path
    size: int
    folder: TemporaryFolder = field(compare=False, repr=False)

    @property
    def cells(self) -> Path:
        """The folder with its parsed cells, so that looking and booking parse it once."""
        return self.path.parent.with_suffix(".cells")


def kept_before(file: Uploaded) -> bool:
    """Whether an upload was kept already; dropped again it is another upload."""
    return file.file_id in st.session_state.get(OFFERED, {})


def keep_file(file: Uploaded) -> OfferedFile:
    """Keep a copy of an uploaded file for as long as the session and the jobs with it last."""
    offered = cast("dict[str, OfferedFile]", st.session_state.setdefault(OFFERED, {}))
    if file.file_id not in offered:
        if FOLDER not in st.session_state:
            st.session_state[FOLDER] = TemporaryFolder()
        folder = cast("TemporaryFolder", st.session_state[FOLDER])
        digest, copy = _copied(file, folder.path)
        name = name_on_disk(file.name)
        path = folder.path / digest / name
        path.parent.mkdir(exist_ok=True)
        copy.replace(path)
        key = f"{slug(name)}{digest}"
        offered[file.file_id] = OfferedFile(name, key, path, path.stat().st_size, folder)
    return offered[file.file_id]


def _copied(file: Uploaded, folder: Path) -> tuple[str, Path]:
    """Copy an upload to disk piece by piece: what names its content, and the copy."""
    file.seek(0)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        shutil.copyfileobj(file, copy, BLOCK)
    return content_hash(Path(copy.name))[:24], Path(copy.name)


def name_on_disk(name: str) -> str:
    """The name of an uploaded file as any disk takes it: one name, the end of a very long one."""
    last = Path(name.replace("\0", "")).name.encode("utf-8", "replace")
    kept = last[-LONGEST_NAME:].decode("utf-8", "ignore")
    return kept if kept.strip(".") else NAMELESS


def slug(name: str) -> str:
    """The letters and digits of a name, for keys of widgets."""
    return "".join(sign for sign in name if sign.isalnum())


def remember(key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """Compute something once per session; errors are kept too, but for a locked database."""
    kept = st.session_state.setdefault(LOOKED_UP, {})
    if key not in kept:
        while len(kept) >= MOST_KEPT:
            kept.pop(next(iter(kept)))
        try:
            kept[key] = make()
        except DatabaseHeldError:
            raise
        except UserError as error:
            kept[key] = error
    result = kept[key]
    if isinstance(result, UserError):
        raise result
    return cast("T", result)


@dataclass(frozen=True)
class Draft:
    """How a file is going to be read, as far as was proposed and answered.

    Args:
        profile: how its columns become tables.
        name: of the kept profile that it began with; empty for a new one.
        answers: what the import asked.
        period: the month that the file is about, where it does not say so in a column.
        told: where the file tells that month; empty when a person chose it.
        begun: whether anything was proposed or chosen yet.
        agreed: the questions of ``proposal.asks`` that were answered.
        instead_of: the delivery that is undone with it, because it read the same file wrongly.
        wrong: what is wrong with the profile that was written as text.
        meant: what is chosen of texts that are asked about and not taken over yet, by column and
            text.
    """

    profile: Profile
    name: str = ""
    answers: Answers = field(default_factory=Answers)
    period: date | None = None
    told: str = ""
    begun: bool = False
    agreed: frozenset[str] = frozenset()
    instead_of: int | None = None
    wrong: UserError | None = None
    meant: Mapping[tuple[str, str], str] = field(default_factory=dict)


def draft_of(offered: OfferedFile) -> Draft:
    """How a file is going to be read; an empty profile until anything was proposed."""
    empty = Draft(Profile(source="", tables=()))
    return cast("Draft", st.session_state.get(f"{DRAFT}.{offered.key}", empty))


def keep_draft(offered: OfferedFile, draft: Draft) -> None:
    """Keep how a file is going to be read, on whatever page the visitor is meanwhile."""
    st.session_state[f"{DRAFT}.{offered.key}"] = draft


def drop_draft(offered: OfferedFile) -> None:
    """Forget what was proposed and answered for a file."""
    st.session_state.pop(f"{DRAFT}.{offered.key}", None)


def offered() -> list[OfferedFile]:
    """The files that the visitor offered to be read in and did not put away, in that order."""
    return list(cast("list[OfferedFile]", st.session_state.get(WAITING, [])))


def offer(file: OfferedFile) -> None:
    """Keep a file in sight until it is put away, on whatever page the visitor is meanwhile."""
    st.session_state[WAITING] = [*(one for one in offered() if one != file), file]


def put_away(file: OfferedFile) -> None:
    """Put a file away, with what was answered about it."""
    st.session_state[WAITING] = [one for one in offered() if one != file]
    drop_draft(file)


def job_name(offered: OfferedFile) -> str:
    """The button and the job that book a file."""
    return f"book_{offered.key}"


def booking_now(offered: OfferedFile) -> bool:
    """Whether a job of this browser books a file at this moment."""
    names = {job_name(offered), BOOK_ALL}
    return any(job.running and job.name in names for job in JOBS.of(visitor.owner()))


def done(store: Store, key: str) -> Report | None:
    """The report of a file that this browser booked, unless its delivery was undone since."""
    for job in JOBS.of(visitor.owner()):
        booked = job.outcome and job.outcome.value
        if isinstance(booked, dict) and key in booked and job.store.path == store.path:
            report = cast("Report", booked[key])
            with store.read() as db:
                undone = {batch.number for batch in batches(db) if batch.undone}
            return None if undone & {report.batch, report.already_in} else report
    return None
