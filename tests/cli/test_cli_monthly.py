"""``nami monthly``: a whole run, what waits, what is told once, and what goes wrong."""

import contextlib
import email
import email.policy
import errno
import json
import pathlib
import shutil
from datetime import date

import pytest
from filelock import FileLock

from nami_monitor.briefing import decisions
from nami_monitor.briefing.month import briefing
from nami_monitor.cli import monthly
from nami_monitor.core.words import AlertKind
from nami_monitor.ingest.book import file_import
from nami_monitor.ingest.deliveries import late_sources
from nami_monitor.kpis import latest_month
from nami_monitor.reports.mail import Alert, alerts_of
from nami_monitor.store import Store, Work
from nami_monitor.store.journal import category_names
from tests.cli.command_line import CATEGORIES, FILES, LOCATIONS, Nami, profile_of
from tests.support.smtp_server import smtp_server

pytestmark = pytest.mark.slow

HOSTILE = "Papier\r\nBcc: a@example.org <b>"
HEAD = "ordered_on;location_id;category;channel;quantity;amount_eur;order_ref\n"
CONTRACTS = """contract_id;title;category;supplier;starts_on;ends_on;status
C1;Kantoorpapier <b>;paper;P;01-01-2022;31-12-2025;running
"""
BEGIN = {
    "locations": LOCATIONS,
    "categories": CATEGORIES.replace("Papier", f'"{HOSTILE}"'),
    "measurements": FILES["measurements"],
    "contracts": CONTRACTS,
    "orders": f"{HEAD}05-01-2025;L1;paper;web;10;100,00;A1\n",
}
UNKNOWN = "a;b\n1;2\n"


class Office(Nami):
    """An organisation with a folder of deliveries, and profiles that know them."""

    def __init__(self, folder, monkeypatch):
        super().__init__(folder, monkeypatch)
        self.inbox, self.out = folder / "in", folder / "out"

    def deliver(self, name, content):
        (self.inbox / f"{name}.csv").write_bytes(content.encode())

    def run(self, *more, code=0):
        done = self("monthly", self.inbox, "--out", self.out, "--json", *more)
        assert done.exit_code == code, done.output
        assert done.stdout.count("\n") == 1
        document = json.loads(done.stdout)
        assert document.get("exit", 1) == code
        return document

    def order(self, month, n=20):
        self.deliver(
            f"orders{month}", f"{HEAD}05-{month:02}-2025;L1;paper;web;{n};200,00;B{month}\n"
        )

    def mails(self, folder="mail"):
        found = sorted((self.out / folder).glob("*.eml"))
        return [email.message_from_bytes(one.read_bytes(), policy=email.policy.default)
                for one in found]  # fmt: skip

    def settings(self, port, more=""):
        (self.profiles.parent / "organisation.toml").write_text(
            f'name = "Gemeente Voorbeeld"\n[mail]\nfrom = "nami@example.org"\nhost = "127.0.0.1"\n'
            f'port = {port}\ntls = "none"\nlink = "https://nami.example/"\n'
            f'[[mail.to]]\naddress = "a@example.org"\n{more}',
            "utf-8",
        )

    def on_disk(self):
        return {one: (one.stat().st_mtime_ns, one.read_bytes())
                for place in (self.out, self.db, self.inbox)
                for one in place.rglob("*") if one.is_file()}  # fmt: skip


def words(mail):
    return mail.get_body(("plain",)).get_content()


def begin(folder, monkeypatch):
    office = Office(folder, monkeypatch)
    office.inbox.mkdir()
    office.profiles.mkdir(parents=True)
    for name, content in BEGIN.items():
        office.deliver(name, content)
        profile = profile_of(name, content.splitlines()[0].split(";"))
        (office.profiles / f"{name}.toml").write_text(profile, "utf-8")
    return office


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    """A folder of which the files were imported, and nothing was told."""
    folder = tmp_path_factory.mktemp("begun")
    with pytest.MonkeyPatch.context() as monkeypatch:
        office = begin(folder, monkeypatch)
        office.json("import", office.inbox)
    return folder


@pytest.fixture
def office(tmp_path, monkeypatch, begun):
    shutil.copytree(begun, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(monthly, "today", lambda: date(2025, 2, 3))
    return Office(tmp_path, monkeypatch)


def test_three_months_one_after_the_other(tmp_path, monkeypatch):
    office = begin(tmp_path, monkeypatch)
    office.deliver("aaa", UNKNOWN)
    first = office.run(code=3)
    assert first["imported"] == [f"{name}.csv" for name in sorted(BEGIN)]
    ((waits,),) = [first["waiting"]]
    assert waits["file"] == "aaa.csv"
    assert "--table" in waits["asked"]
    assert (office.inbox / "aaa.csv").read_text("utf-8") == UNKNOWN
    (mail,) = office.mails()
    assert waits["asked"] in words(mail)
    assert "January 2025" in mail["Subject"]
    before = office.on_disk()
    again = office.run(code=3)
    assert (again["imported"], again["reports"], again["new_alerts"]) == ([], [], 0)
    assert again["known"] == len(BEGIN)
    assert office.on_disk() == before
    (office.inbox / "aaa.csv").unlink()
    for month in (2, 3):
        office.order(month)
        done = office.run("--format", "html", "--format", "xlsx")
        assert (done["month"], done["imported"]) == (f"2025-0{month}", [f"orders{month}.csv"])
        reports = [office.out / done["month"] / f"paper.{kind}" for kind in ("html", "xlsx")]
        assert done["reports"] == list(map(str, reports))
        assert len(office.mails()) == month
    before = office.on_disk()
    assert office.run("--format", "html", "--format", "xlsx")["sent"] == []
    assert office.on_disk() == before


def test_a_copy_that_was_passed_over_does_not_undo_a_correction(tmp_path, monkeypatch):
    office = begin(tmp_path, monkeypatch)
    profile = office.profiles / "orders.toml"
    profile.write_text('delivery = "full_period"\n' + profile.read_text("utf-8"), "utf-8")
    office.deliver("zz", BEGIN["orders"])
    assert office.run("--alerts-only")["known"] == 1
    office.deliver("corrected", f"{HEAD}05-01-2025;L1;paper;web;90;900,00;A1\n")
    done = office.run("--alerts-only")
    assert (done["imported"], done["known"]) == (["corrected.csv"], len(BEGIN) + 1)


def test_a_file_that_is_still_written_to_waits_and_is_booked_when_it_is_whole(office, monkeypatch):
    office.order(2)
    file, book = office.inbox / "orders2.csv", file_import._book

    def booked(booking):
        outcome = book(booking)
        with file.open("a") as more:
            more.write("06-02-2025;L1;paper;web;5;50,00;B9\n")
        return outcome

    with monkeypatch.context() as patched:
        patched.setattr(file_import, "_book", booked)
        (waits,) = office.run("--alerts-only", code=3)["waiting"]
    assert "orders2.csv" in waits["asked"]
    assert "whole" in waits["asked"]
    assert office.run("--alerts-only")["imported"] == ["orders2.csv"]
    assert [one["accepted"] for one in office.json("batches")][:1] == [2]


def test_files_that_come_before_what_they_need_are_tried_again(tmp_path, monkeypatch):
    office = begin(tmp_path, monkeypatch)
    (office.inbox / "orders.csv").rename(office.inbox / "aa.csv")
    assert office.run("--alerts-only")["imported"][-1] == "aa.csv"


def test_a_mail_is_sent_once_also_where_the_server_was_away(office):
    with smtp_server() as server:
        port = server.server_address[1]
    office.settings(port)
    away = office.run(code=1)
    assert (away["sent"], len(away["ready"]), len(away["problems"])) == ([], 1, 1)
    assert str(port) in away["problems"][0]
    assert office.run(code=1)["ready"] == away["ready"]
    with smtp_server(port=port) as server:
        sent = office.run()
        assert (len(sent["sent"]), sent["ready"], sent["problems"]) == (1, [], [])
        assert office.run()["sent"] == []
        ((_, recipients, content),) = server.mails
    assert recipients == ["a@example.org"]
    seen = email.message_from_bytes(content, policy=email.policy.default)
    assert seen["Subject"] == "Gemeente Voorbeeld: the figures of January 2025"
    assert "https://nami.example/" in words(seen)
    assert seen["Bcc"] is None
    assert "<b>" not in seen.get_body(("html",)).get_content()
    assert "Kantoorpapier <b>" in words(seen)


def test_each_recipient_gets_the_kinds_that_were_chosen(office):
    with smtp_server(refused={"gone@example.org"}) as server:
        office.settings(
            server.server_address[1],
            '[[mail.to]]\naddress = "b@example.org"\nkinds = ["delivery"]\n'
            '[[mail.to]]\naddress = "gone@example.org"\nkinds = ["contract"]\n',
        )
        done = office.run("--alerts-only", code=1)
        assert (done["reports"], len(done["sent"]), len(done["ready"])) == ([], 1, 1)
        assert [to for _, to, _ in server.mails] == [["a@example.org"]]
        done = office.run(code=1)
        assert [to for _, to, _ in server.mails[1:]] == [["a@example.org"], ["b@example.org"]]
        assert done["new_alerts"] == 0
        assert "nothing new" in words(email.message_from_bytes(
            server.mails[2][2], policy=email.policy.default))  # fmt: skip


def test_nothing_is_told_twice_after_an_undo_and_a_restore(office):
    office.json("backup", office.folder / "b.zip")
    assert office.run("--alerts-only")["new_alerts"] == 1
    assert office.run("--alerts-only")["new_alerts"] == 0
    office.order(2)
    assert office.run("--alerts-only")["new_alerts"] == 0
    assert len(office.mails()) == 1
    office.json("undo", len(BEGIN) + 1, "--yes")
    assert office.run("--alerts-only")["imported"] == []
    office.json("restore", office.folder / "b.zip", "--yes")
    back = office.run("--alerts-only")
    assert (back["imported"], back["new_alerts"]) == (["orders2.csv"], 0)
    assert len(office.mails()) == 1


def test_a_delivery_that_stays_away_and_a_decision_that_is_due(office, monkeypatch):
    office.order(2)
    office.order(3)
    office.run("--alerts-only")
    with contextlib.closing(Store(office.db)) as store, store.write(Work.NOTE, "CM") as db:
        found = briefing(db, date(2025, 3, 1), ["paper"])
        one = decisions.todos(found, {}, "en")[0]
        decisions.save(db, monthly.replace(one, due=date(2025, 5, 20)), "en", "CM")
    for day, alerts in (
        (date(2025, 4, 30), []),
        (date(2025, 5, 10), ["Decisions"]),
        (date(2025, 5, 11), []),
        (date(2025, 6, 1), ["Deliveries"]),
        (date(2025, 7, 1), []),
    ):
        monkeypatch.setattr(monthly, "today", lambda day=day: day)
        done = office.run("--alerts-only")
        assert done["new_alerts"] == len(alerts), day
    heads = [
        line for mail in office.mails() for line in words(mail).splitlines() if line[-1:] == ":"
    ]
    assert sum("date is near" in head for head in heads) == 1
    assert sum("stay away" in head for head in heads) == 1


def test_two_at_the_same_time(office):
    office.out.mkdir()
    with FileLock(office.out / monthly.LOCK):
        assert office.run(code=1)["error"]["key"] == "monthly.running"
    assert office.run("--alerts-only")["exit"] == 0


def test_a_wrong_setting_is_said_and_the_mail_follows_when_it_is_mended(office):
    office.settings(70_000)
    office.order(2)
    wrong = office.run(code=1)
    assert wrong["imported"] == ["orders2.csv"]
    assert "line 5" in wrong["problems"][0]
    assert office.mails() == []
    with smtp_server() as server:
        office.settings(server.server_address[1])
        assert len(office.run("--alerts-only")["sent"]) == 1


def test_on_a_full_disk_nothing_is_half_written_and_the_next_run_makes_it(office, monkeypatch):
    write = pathlib.Path.write_bytes

    def full(path, content):
        write(path, content[:10])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(pathlib.Path, "write_bytes", full)
        done = office.run(code=1)
    assert "No space left" in done["problems"][0]
    assert [one.name for one in office.out.rglob("*") if one.is_file()] == [monthly.LOCK]
    done = office.run()
    assert (len(done["reports"]), len(done["ready"])) == (1, 1)


def test_a_run_that_is_killed_before_it_notes_what_it_tells_sends_nothing_twice(
    office, monkeypatch
):
    write = monthly._write

    def killed(file, content):
        if file.name == monthly.TOLD:
            raise KeyboardInterrupt
        write(file, content)

    with smtp_server() as server:
        office.settings(server.server_address[1])
        with monkeypatch.context() as patched:
            patched.setattr(monthly, "_write", killed)
            assert office("monthly", office.inbox, "--out", office.out).exit_code not in {0, 3}
        assert (len(office.mails()), server.mails) == (1, [])
        assert len(office.run()["sent"]) == 1
        assert (office.mails(), len(server.mails)) == ([], 1)


@pytest.mark.parametrize("content", ["{", '{"months": 3}', '{"ready": [1]}', '{"since": []}'])
def test_what_was_told_and_cannot_be_read_stops_the_mail(office, content):
    (office.out / "mail").mkdir(parents=True)
    (office.out / "mail" / "told.json").write_text(content, "utf-8")
    done = office.run("--alerts-only", code=1)
    assert "told.json" in done["problems"][0]
    assert len(done["problems"]) == 1
    assert office.mails() == []


def test_a_database_that_is_not_sound_makes_no_mail(office, monkeypatch):
    monkeypatch.setattr(monthly, "check_store", lambda _: [1, 2])
    assert "nami check" in office.run(code=1)["problems"][0]
    assert office.mails() == []


def test_people_read_what_was_done(office):
    office.deliver("aaa", UNKNOWN)
    done = office("monthly", office.inbox, "--out", office.out, "--lang", "nl")
    assert done.exit_code == 3
    assert "1 mail ligt klaar" in done.stdout
    assert "aaa.csv wacht: Bij aaa.csv weten we nog niet" in done.stdout
    (mail,) = office.mails()
    assert mail["Subject"] == "NAMI monitor: de cijfers van januari 2025"
    assert "Contracten om nu voor te bereiden:" in words(mail)
    (office.inbox / "aaa.csv").unlink()
    done = office("monthly", office.inbox, "--out", office.out, "--alerts-only")
    assert done.stdout.startswith("1 mail lies ready")


def test_a_folder_that_is_not_there_and_one_without_data(tmp_path, monkeypatch):
    office = Office(tmp_path, monkeypatch)
    assert office.run(code=1)["error"]["key"] == "import.no_file"
    office.inbox.mkdir()
    done = office("monthly", office.inbox, "--out", office.out)
    assert done.stdout == "There is nothing new: all was done before.\n"


def test_a_signal_that_begins_anew_every_month_is_told_once_for_as_long_as_it_stands():
    told, signal = monthly.Told(), AlertKind.SIGNAL

    def new(*alerts):
        made = [Alert(signal, name, "Beter.", about) for name, about in alerts]
        return [one.name for one in monthly._newly(made, told)]

    assert new(("a 2026-02", "a"), ("b 2026-02", "b")) == ["a 2026-02", "b 2026-02"]
    assert new(("a 2026-03", "a")) == []
    assert new(("a 2026-04", "a"), ("b 2026-02", "b")) == []
    assert new() == []
    assert new(("a 2026-04", "a")) == []
    assert new(("a 2026-07", "a"), ("b 2026-07", "b")) == ["b 2026-07"]
    late = Alert(AlertKind.DELIVERY, "c", "Niets.")
    assert monthly._newly([late], told) == [late]
    assert monthly._newly([late], told) == []


def test_codes_of_categories_name_files_and_no_two_alike():
    names = [
        monthly._file_name(code) for code in ("paper", "../paper", "..\\paper", "a\nb", "x" * 80)
    ]
    assert names[0] == "paper"
    assert len(set(names)) == len(names)
    assert all(len(name) < 80 and not set(name) & set("/\\.\n") for name in names)


def test_every_kind_of_alert_of_the_demo_has_one_name_in_both_languages(demo):
    with contextlib.closing(Store(demo)) as store, store.read() as db:
        found = briefing(db, latest_month(db), list(category_names(db)))
        late = late_sources(db, date(2027, 3, 1))
        day = date(2026, 11, 1)
        told = {lang: alerts_of(found, [], (), late, day, lang) for lang in ("nl", "en")}
    names = [one.name for one in told["nl"]]
    assert names == [one.name for one in told["en"]]
    assert len(set(names)) == len(names) > 20
    assert {one.kind for one in told["nl"]} == set(AlertKind) - {AlertKind.DECISION}
    assert all(one.said and "{" not in one.said for lang in told for one in told[lang])
    said = [one.said for one in told["nl"] if one.kind is AlertKind.EVALUATION]
    assert len(set(said)) == len(said) > 3
    titles = [one.intervention.title for part in found.sections for one in part.answers]
    assert all(one.startswith(tuple(titles)) for one in said)
