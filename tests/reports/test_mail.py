"""The mail as a message, and how it is handed to a server; no text of others makes a header."""

import email
import email.policy
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import AlertKind
from nami_monitor.i18n import LANGS, text
from nami_monitor.reports.branding import MailSettings, Recipient
from nami_monitor.reports.mail import (
    PASSWORD,
    Alert,
    MonthMail,
    as_html,
    as_text,
    hand_over,
    mail_server,
    message,
    month_mail,
)
from tests.support.smtp_server import CERTIFICATE, smtp_server

HOSTILE = "Papier\r\nBcc: a@example.org\n\n<img src=x onerror=alert(1)> \u202e\x1b[31m & {name} %s"
PLAIN = MailSettings(
    "nami@example.org", "127.0.0.1", None, "none", to=(Recipient("a@example.org"),)
)
SPOKEN = "onze haan kraait"


class Tags(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found, self.said = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.said += data


def made(subject="De cijfers", **more):
    mail = MonthMail(subject, "Kop", (("Te beslissen:", ("Een", "Twee")),), "https://nami.example/")
    return message(mail, "nl", "nami@example.org", **{"to": "a@example.org", **more})


def settings_of(server, **more):
    return MailSettings(**{**vars(PLAIN), "port": server.server_address[1], **more})


def send(settings, password=None):
    with mail_server(settings, password) as server:
        hand_over(server, made(), settings)


def refused(settings, password=None):
    with pytest.raises(UserError) as caught:
        send(settings, password)
    for lang in LANGS:
        said = text(f"errors.{caught.value.key}", lang, **caught.value.values)
        assert "\n" not in said
        assert SPOKEN not in said
    assert SPOKEN not in f"{caught.value} {caught.value.__cause__}"
    return caught.value.key


def parsed(content):
    return email.message_from_bytes(content, policy=email.policy.default)


def test_both_parts_say_the_same_and_a_standard_parser_reads_them():
    seen = parsed(bytes(made()))
    assert seen.get_content_type() == "multipart/alternative"
    assert (seen["To"], seen["Content-Language"]) == ("a@example.org", "nl")
    plain, page = (seen.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert plain.splitlines() == [
        "Kop", "", "Te beslissen:", "- Een", "- Twee", "", "Zie https://nami.example/",
    ]  # fmt: skip
    said = Tags(page).said
    assert [word for word in plain.split() if word != "-" and word not in said] == []
    assert ("a", {"href": "https://nami.example/"}) in Tags(page).found


def test_the_same_mail_has_the_same_name_and_another_recipient_another():
    assert made()["Message-ID"] == made()["Message-ID"]
    assert made(to="b@example.org")["Message-ID"] != made()["Message-ID"]


class Glance:
    month = date(2026, 10, 1)


class Section:
    """As much of a section as the mail asks, beside what its headline says."""

    glance = Glance


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("monthly", [True, False])
def test_texts_of_others_make_no_header_no_line_and_no_tag(monkeypatch, lang, monthly):
    monkeypatch.setattr("nami_monitor.reports.mail.headline_of", lambda *_: HOSTILE)
    alerts = [Alert(kind, f"{kind}", HOSTILE) for kind in AlertKind]
    mail = month_mail(
        [Section], (), {}, alerts, ([HOSTILE], [(HOSTILE, HOSTILE)]), lang,
        monthly=monthly, organisation=HOSTILE, link="https://nami.example/?a=1&b='",
    )  # fmt: skip
    seen = parsed(bytes(message(mail, lang, "nami@example.org", "a@example.org")))
    assert seen["Bcc"] is None
    assert "Bcc: a@example.org" in seen["Subject"]
    assert len(seen.keys()) == len(set(seen.keys()))
    plain = seen.get_body(("plain",)).get_content()
    assert "\x1b" not in plain + seen["Subject"]
    assert "\u202e" not in plain
    assert not re.search(r"^Bcc", plain, re.MULTILINE)
    page = Tags(seen.get_body(("html",)).get_content())
    assert {tag for tag, _ in page.found} <= {
        "html", "head", "meta", "title", "body", "h1", "h2", "ul", "li", "p", "a",
    }  # fmt: skip
    assert page.said.count("<img src=x onerror=alert(1)>") == 2 + len(AlertKind) + 3


def test_of_many_lines_it_says_how_many_more_there_are(monkeypatch):
    monkeypatch.setattr("nami_monitor.reports.mail.headline_of", lambda *_: "Kop")
    alerts = [Alert(AlertKind.SIGNAL, str(n), f"Nummer {n}.") for n in range(11)]
    mail = month_mail([Section], (), {}, alerts, ([], []), "nl", monthly=False)
    for said in (as_text(mail, "nl"), as_html(mail, "nl")):
        assert "Nummer 7." in said
        assert "Nummer 8." not in said
        assert "en nog 3" in said


def test_a_server_gets_the_mail_whole():
    with smtp_server() as server:
        send(settings_of(server))
        ((sender, recipients, content),) = server.mails
    assert ("nami@example.org" in sender, recipients) == (True, ["a@example.org"])
    assert (
        parsed(content).get_body(("html",)).get_content()
        == parsed(bytes(made())).get_body(("html",)).get_content()
    )


def test_with_starttls_and_a_user(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with smtp_server(tls=True, user=("nami", SPOKEN)) as server:
        with_tls = settings_of(server, tls="starttls", user="nami")
        send(with_tls, SPOKEN)
        assert len(server.mails) == 1
        assert refused(with_tls, f"{SPOKEN}?") == "mail.login"
        assert refused(with_tls) == "mail.no_password"
        assert refused(settings_of(server)) == "mail.refused"
        assert len(server.mails) == 1


def test_with_tls_from_the_first_byte(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with smtp_server(tls=True, at_once=True, user=("nami", SPOKEN)) as server:
        with_tls = settings_of(server, tls="tls", user="nami")
        send(with_tls, SPOKEN)
        ((_, recipients, _),) = server.mails
        assert recipients == ["a@example.org"]
        assert refused(with_tls, f"{SPOKEN}?") == "mail.login"


def test_a_certificate_that_nobody_vouches_for_is_refused(monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with smtp_server(tls=True) as server:
        assert refused(settings_of(server, tls="starttls")) == "mail.tls"
        assert server.mails == []


def test_a_server_without_tls_gets_nothing_where_tls_is_set():
    with smtp_server() as server:
        assert refused(settings_of(server, tls="starttls")) == "mail.tls"
        assert refused(settings_of(server, tls="tls")) == "mail.tls"
        assert server.mails == []


def test_a_recipient_that_is_refused_and_a_server_that_is_away():
    with smtp_server(refused={"a@example.org"}) as server:
        settings = settings_of(server)
        assert refused(settings) == "mail.refused"
    assert refused(settings) == "mail.away"
    assert refused(replace(settings, host="mail..example.org")) == "mail.away"
    assert PASSWORD.startswith("NAMI_")


@pytest.mark.parametrize("greeting", [b"421 too busy\r\n", b"HTTP/1.1 400 Bad Request\r\n"])
def test_who_does_not_greet_as_a_mail_server_is_away(greeting):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings = replace(PLAIN, port=listening.getsockname()[1])

        def greet():
            peer, _ = listening.accept()
            with peer:
                peer.sendall(greeting)

        with ThreadPoolExecutor(1) as other:
            other.submit(greet)
            assert refused(settings) == "mail.away"
