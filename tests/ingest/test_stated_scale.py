"""Headings and titles that say that numbers are in thousands, in cents or in another unit."""

import contextlib

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.set_aside import write_set_aside
from nami_monitor.ingest.profiles.profile import parse_profile
from tests.ingest.test_silent_values import PLAIN, orders, rows
from tests.support.databases import new_store

YES = Answers.yes()


@pytest.fixture
def store(tmp_path):
    with contextlib.closing(new_store(tmp_path / "own.duckdb")) as made:
        yield made


@pytest.fixture
def offer(store, tmp_path):
    def book(text, profile, **more):
        file = tmp_path / "lijst.csv"
        file.write_text(text, "utf-8")
        return import_file(store, file, profile, answers=YES, who="t", **more)

    return book


FTE = """
source = "Personeel"
grain = "month"
[[table]]
name = "measurements"
[table.columns]
period_start = "Maand"
value = {{ from = "{head}"{scale} }}
[table.constants]
activity_measure = "{measure}"
"""


@pytest.mark.parametrize(
    ("head", "measure", "ways"),
    [
        ("FTE (uren per week)", "fte", ("hours_36", "hours_38", "hours_40", "keep")),
        ("Contracturen", "fte", ("hours_36", "hours_38", "hours_40", "keep")),
        ("hours", "fte", ("hours_36", "hours_38", "hours_40", "keep")),
        ("Dienstverband in %", "fte", ("percent", "keep")),
        ("Deeltijdpercentage", "fte", ("percent", "keep")),
        ("Bezoekers (x 1.000)", "visitors", ("thousands", "keep")),
        ("FTE", "fte", None), ("Gewerkte uren", "gewerkte uren", None),
        ("Huurders", "visitors", None), ("Deeltijdfactor", "fte", None),
    ],
)  # fmt: skip
def test_a_measured_figure_in_another_unit_is_asked_about_until_the_profile_says(
    store, offer, head, measure, ways
):
    text = f"Maand;{head}\n2026-01;36\n2026-02;18\n"
    profile = parse_profile(FTE.format(head=head, measure=measure, scale=""))
    report = offer(text, profile, look_only=True)
    assert [one.values["ways"] for one in report.questions] == ([ways] if ways else [])
    if ways:
        with pytest.raises(UserError, match=r"^questions\.scale\("):
            offer(text, profile)
        said = parse_profile(FTE.format(head=head, measure=measure, scale=", scale = 0.5"))
        assert offer(text, said).questions == ()
        assert rows(store, "select sum(value) from measurements") == [(27.0,)]


SCALED_HEADS = {
    "Bedrag (in centen)": ("cents", "keep"), "Kosten x 1.000": ("thousands", "keep"),
    "Kosten x 1.000.000": ("millions", "keep"), "Bedrag (\u20ac mln)": ("millions", "keep"),
    "Omzet in miljard": ("billions", "keep"),
}  # fmt: skip


@pytest.mark.parametrize("head", SCALED_HEADS)
def test_the_factors_that_are_offered_are_those_that_the_heading_says(offer, head):
    report = offer(PLAIN.format(head=head), orders(amount=f'"{head}"'), look_only=True)
    assert [one.values["ways"] for one in report.questions] == [SCALED_HEADS[head]]


def test_rows_that_come_back_are_not_asked_about_a_scale_again(store, offer, tmp_path):
    text = PLAIN.format(head="Kosten x 1.000").replace("02-03-2025", "31-02-2025")
    profile = orders(amount='{ from = "Kosten x 1.000", scale = 1000 }')
    assert offer(text, profile).main.set_aside == 1
    out = tmp_path / "herstel.csv"
    with store.read() as db:
        write_set_aside(db, 1, out, "nl")
    out.write_text(out.read_text("utf-8-sig").replace("31-02", "27-02"), "utf-8-sig")
    assert import_file(store, out, orders(), answers=YES, who="t").main.accepted == 1
    assert rows(store, "select sum(amount_eur) from orders") == [(1_108_000.0,)]
