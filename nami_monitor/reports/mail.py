"""The mail of a month, or of what came up since: as text and HTML, and sent to a mail server.

What it says comes from the briefing: its headline, its to-dos, its findings. An alert has a name
that stays the same for as long as what it tells of stands, so that it is told once.
"""

import hashlib
import smtplib
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime
from typing import Final

from nami_monitor.briefing import wording
from nami_monitor.briefing.decisions import Decision, asked_of, propose, soon_judged
from nami_monitor.briefing.headline import headline_of
from nami_monitor.briefing.month import Briefing, BriefingSection, Finding
from nami_monitor.core.errors import UserError, short
from nami_monitor.core.escapes import html, plain
from nami_monitor.core.thresholds import DUE_SOON
from nami_monitor.core.words import AlertKind, KitSignal
from nami_monitor.i18n import Lang, formats, text
from nami_monitor.kpis.interventions.evaluation import Evaluation
from nami_monitor.reports.branding import MailSettings
from nami_monitor.store.journal import JournalEntry

TODOS: Final = 3
MOST: Final = 8
"""So many lines stand below a heading; it says how many more there are."""
SECONDS: Final = 30
"""How long a mail server may take to answer."""
PASSWORD: Final = "NAMI_MAIL_PASSWORD"  # noqa: S105 - the name of the variable that holds it


@dataclass(frozen=True)
class Alert:
    """Something that came up, in one sentence; ``name`` is the same whenever it is seen again.

    A signal that goes on may begin anew every month: ``about`` stays the same, empty for others.
    """

    kind: AlertKind
    name: str
    said: str
    about: str = ""


@dataclass(frozen=True)
class MonthMail:
    """What a mail says: its subject and first sentence, then lines below headings.

    ``link`` is the address of the dashboard, empty without one.
    """

    subject: str
    headline: str
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    link: str


def alerts_of(
    found: Briefing,
    beside: Sequence[Finding],
    records: Iterable[Decision],
    late: Iterable[tuple[str, date]],
    today: date,
    lang: Lang,
) -> tuple[Alert, ...]:
    """Everything that an alert may tell of, each with a name of its own.

    Args:
        found: the briefing, one section for each category.
        beside: findings on all categories together.
        records: what people filled in of decisions.
        late: sources that owe a month, with that month, as ``late_sources`` gives them.
        today: the day from which the days to a decision are counted.
        lang: language of the sentences.
    """
    alerts = [
        _of_finding(one, wording.full(one, found, lang), lang)
        for section in found.sections
        for one in section.findings
    ]
    alerts += [_of_finding(one, wording.sentence(one, lang), lang) for one in beside]
    alerts += [one for section in found.sections for one in _of_measures(section, lang)]
    soon = today + timedelta(days=DUE_SOON.value)
    for one in records:
        if one.chosen is None and one.due <= soon:
            name = f"{AlertKind.DECISION}:{one.name}:{one.due}"
            alerts.append(Alert(AlertKind.DECISION, name, _named(one, found.sections, lang)))
    for source, month in late:
        said = text("monthly.late", lang, source=source, month=formats.long_month(month, lang))
        alerts.append(Alert(AlertKind.DELIVERY, f"{AlertKind.DELIVERY}:{source}:{month}", said))
    return tuple({one.name: one for one in alerts}.values())


def _of_finding(one: Finding, said: str, lang: Lang) -> Alert:
    window = one.kind is KitSignal.CONTRACT_WINDOW_OPEN
    kind = AlertKind.CONTRACT if window else AlertKind.SIGNAL
    return Alert(kind, f"{one.kind}:{propose(one, one.month, lang).name}", said, one.name)


def _of_measures(section: BriefingSection, lang: Lang) -> Iterator[Alert]:
    """The evaluation date of each measure: once when it comes near, once with the verdict."""
    month = section.glance.month
    for one in section.answers:
        judged = one.frozen is not None and not one.excused
        if judged or soon_judged(one, month):
            asked = propose(one, month, lang)
            name = f"{AlertKind.EVALUATION}:{asked.name}:{'judged' if judged else 'ahead'}"
            yield Alert(AlertKind.EVALUATION, name, _named(asked, [section], lang))


def _named(one: Decision, sections: Sequence[BriefingSection], lang: Lang) -> str:
    """A to-do on one line, after its measure, else its category where there are several."""
    about = one.about.about if isinstance(one.about, Finding) else one.about
    names = {each.category: wording.section_name(each, lang) for each in sections}
    name = names.get(one.category, "") if len(names) > 1 else ""
    if isinstance(about, Evaluation):
        name = about.intervention.title
    said = asked_of(one, lang)
    return text("briefing.full", lang, name=name, said=said) if name else said


def month_mail(
    sections: Sequence[BriefingSection],
    todos: Sequence[Decision],
    filled: Mapping[str, JournalEntry],
    alerts: Sequence[Alert],
    files: tuple[Sequence[str], Sequence[tuple[str, str]]],
    lang: Lang,
    *,
    monthly: bool,
    organisation: str = "",
    link: str = "",
) -> MonthMail:
    """What the mail says.

    Args:
        sections: those of the briefing, at least one.
        todos: its open to-dos, in their order.
        filled: what people kept of decisions.
        alerts: what is told for the first time.
        files: the names of those that were imported, and those that wait with what is asked.
        lang: language of the mail.
        monthly: whether it is the mail of the month, not that of what came up since.
        organisation: its name, empty without one.
        link: the address of the dashboard, empty without one.
    """
    came, waiting = files
    month = formats.long_month(sections[0].glance.month, lang)
    key = "monthly.subject" if monthly else "monthly.subject_alerts"
    parts = [("check.mail.questions", [_named(one, sections, lang) for one in todos[:TODOS]])]
    parts += [
        (f"monthly.alerts.{kind}", [one.said for one in alerts if one.kind is kind])
        for kind in AlertKind
    ]
    named = ", ".join(came[:MOST]) + ", …" * (len(came) > MOST)
    said = [text("check.since.came", lang, n=len(came), files=named)] if came else []
    parts.append(("monthly.changed", said if alerts or came else [text("monthly.nothing", lang)]))
    parts.append(("monthly.waiting", [f"{file}: {asked}" for file, asked in waiting]))
    return MonthMail(
        _line(text(key, lang, month=month, name=organisation or "NAMI monitor")),
        _line(headline_of(sections, lang, filled)),
        tuple((text(head, lang), _lines(lines, lang)) for head, lines in parts if lines),
        link,
    )


def _line(words: str) -> str:
    """A text on one line, without signs that have no shape: no text of others makes a line."""
    return " ".join(plain(words).split())


def _lines(lines: Sequence[str], lang: Lang) -> tuple[str, ...]:
    more = [text("check.mail.more", lang, n=len(lines) - MOST)] if len(lines) > MOST else []
    return (*map(_line, lines[:MOST]), *more)


def as_text(mail: MonthMail, lang: Lang) -> str:
    """The mail as plain text."""
    said = [mail.headline]
    for head, lines in mail.parts:
        said += ["", head, *(f"- {one}" for one in lines)]
    if mail.link:
        said += ["", text("check.mail.address", lang, address=mail.link)]
    return "\n".join(said) + "\n"


def as_html(mail: MonthMail, lang: Lang) -> str:
    """The mail as a page of HTML: no picture, no script, nothing from elsewhere."""
    body = [f"<h1 style='font-size:1.2em'>{html(mail.headline)}</h1>"]
    for head, lines in mail.parts:
        body.append(f"<h2 style='font-size:1em'>{html(head)}</h2>")
        body.append(f"<ul>{''.join(f'<li>{html(one)}</li>' for one in lines)}</ul>")
    if mail.link:
        link = f"<a href='{html(mail.link)}'>{html(mail.link)}</a>"
        body.append(f"<p>{text('check.mail.address', lang, address=link)}</p>")
    return (
        f"<!doctype html><html lang='{lang}'><head><meta charset='utf-8'>"
        f"<title>{html(mail.subject)}</title></head>"
        f"<body style='font-family:sans-serif'>{''.join(body)}</body></html>\n"
    )


def message(mail: MonthMail, lang: Lang, sender: str | None, to: str | None) -> EmailMessage:
    """The mail with its headers, from one address to another; its content gives its name."""
    made = EmailMessage(policy=SMTP)
    made["Subject"] = mail.subject
    if sender:
        made["From"] = Address("NAMI monitor", addr_spec=sender)
    if to:
        made["To"] = Address(addr_spec=to)
    made["Date"] = localtime()
    told = as_text(mail, lang)
    digest = hashlib.sha256(f"{to}\n{mail.subject}\n{told}".encode()).hexdigest()[:32]
    made["Message-ID"] = f"<{digest}@{(sender or '@nami.invalid').rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(told, cte="quoted-printable")
    made.add_alternative(as_html(mail, lang), subtype="html", cte="quoted-printable")
    made["Content-Language"] = lang
    return made


@contextmanager
def mail_server(settings: MailSettings, password: str | None) -> Iterator[smtplib.SMTP]:
    """The mail server, spoken to as the settings say, for as long as the block lasts.

    Raises:
        UserError: ``mail.no_password``, ``mail.away``, ``mail.tls``, ``mail.login`` or
            ``mail.refused``.
    """
    host, port = settings.at
    if settings.user and not password:
        raise UserError("mail.no_password", name=PASSWORD)
    with _in_sentences(settings):
        safe = ssl.create_default_context()
        if settings.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=safe)
        else:
            server = smtplib.SMTP(host, port, timeout=SECONDS)
    try:
        with _in_sentences(settings):
            if settings.tls == "starttls":
                server.starttls(context=safe)
            if settings.user and password:
                server.login(settings.user, password)
        yield server
        with suppress(OSError):
            server.quit()
    finally:
        server.close()


def hand_over(server: smtplib.SMTP, mail: EmailMessage, settings: MailSettings) -> None:
    """Give a mail with its sender and recipient to a server; raises as ``mail_server`` does."""
    with _in_sentences(settings):
        server.send_message(mail)


@contextmanager
def _in_sentences(settings: MailSettings) -> Iterator[None]:
    """Turn what goes wrong with a server into something that a person can mend.

    No error holds what the server answered: it may repeat what it was given.
    """
    host, port = settings.at
    try:
        yield
    except smtplib.SMTPAuthenticationError as error:
        raise UserError("mail.login", host=host, code=error.smtp_code) from None
    except (smtplib.SMTPNotSupportedError, ssl.SSLError) as error:
        why = short(getattr(error, "reason", None) or type(error).__name__)
        raise UserError("mail.tls", host=host, port=port, why=why) from None
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        raise UserError("mail.refused", host=host, code=code) from None
    except smtplib.SMTPConnectError as error:  # it is too busy, or no mail server at all
        raise UserError("mail.away", host=host, port=port, why=error.smtp_code) from None
    except smtplib.SMTPResponseException as error:
        raise UserError("mail.refused", host=host, code=error.smtp_code) from None
    except (OSError, UnicodeError) as error:  # the latter of a name that no server can have
        why = short(getattr(error, "strerror", None) or type(error).__name__)
        raise UserError("mail.away", host=host, port=port, why=why) from None
