"""The hundred says what its interval says: bars, bracket and words come from one estimate."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.charts import hundred, palette
from nami_monitor.charts import hundred_data as words
from nami_monitor.charts.hundred import LARGE, PANEL, hundred_spec, strip_img, strip_svg
from nami_monitor.charts.hundred_data import ALL, Hundred
from nami_monitor.core.words import Unit
from nami_monitor.i18n import LANGS, text
from nami_monitor.reports import branding
from nami_monitor.waterbed.effects import Effects
from nami_monitor.waterbed.verdicts import (
    critical,
    degrees_of,
    interval,
    net,
    quotient_of,
    surely_back,
)

SHARES = np.arange(1, ALL + 1) / ALL
FORMS = (LARGE, PANEL)


def sized(of, reach):
    """Gross, spill and net effect with limits that reach so far."""
    return (
        interval(of.gross, of.gross_var, reach),
        interval(of.spill, of.spill_var, reach),
        interval(*net(of), reach),
    )


def effects(spill, gross_se, spill_se, correlation):
    """Effects of a target that went down by one."""
    return Effects(
        gross=np.array(-1.0),
        spill=np.array(float(spill)),
        gross_var=np.array(gross_se**2),
        spill_var=np.array(spill_se**2),
        covariance=np.array(correlation * gross_se * spill_se),
    )


def made(spill=0.78, gross_se=0.05, spill_se=0.08, degrees=30.0, **changed):
    of, reach = effects(spill, gross_se, spill_se, 0.0), critical(degrees)
    found = quotient_of(of, reach)
    sure = surely_back(*sized(of, reach), 0.025, SHARES)
    one = Hundred(
        *(ALL * each for each in (found.value, found.low, found.high)),
        sure=tuple(map(float, sure)),
        tail=0.025,
        unit=Unit.BASE,
        target="cabinet",
        substitutes=("webshop",),
        provisional=False,
    )
    return replace(one, **changed)


@given(
    st.floats(-1.0, 2.0),
    st.floats(0.01, 0.4),
    st.floats(0.01, 2.0),
    st.floats(-0.95, 0.95),
    st.floats(2.0, 200.0),
    st.sampled_from([0.001, 0.01, 0.025, 0.05]),
)
def test_the_bars_pass_the_limits_of_confidence_where_the_interval_ends(
    spill, gross_se, spill_se, correlation, degrees, tail
):
    of, reach = effects(spill, gross_se, spill_se, correlation), critical(degrees, 1 - 2 * tail)
    found = quotient_of(of, reach)
    sure = surely_back(*sized(of, reach), tail, SHARES)
    if not np.isfinite(found.high - found.low):
        return
    assert degrees_of(reach, tail) == pytest.approx(degrees, rel=1e-4)
    for share, confidence in zip(SHARES, sure, strict=True):
        if abs(share - found.low) > 1e-6:
            assert (confidence > 1 - tail) == (share < found.low)
        if abs(share - found.high) > 1e-6:
            assert (confidence < tail) == (share > found.high)
        if abs(share - found.value) > 1e-6:
            assert (confidence > 0.5) == (share < found.value)
    inside = [sure[at] for at in range(ALL) if found.low < SHARES[at] < found.high]
    assert inside == sorted(inside, reverse=True)


def drawn(spec, name):
    """The rows of a layer; none where it is left out."""
    return [
        row for layer in spec["layer"] if layer["name"] == name for row in layer["data"]["values"]
    ]


def colour(spec, name):
    return next(layer["mark"]["color"] for layer in spec["layer"] if layer["name"] == name)


def said(spec):
    return [row["text"] for row in drawn(spec, "labels")]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lang", LANGS)
def test_clay_hangs_from_above_and_ink_stands_on_the_ground(form, lang):
    found = made()
    spec = hundred_spec(found, lang, form)
    above, below = drawn(spec, "back"), drawn(spec, "less")
    assert (colour(spec, "back"), colour(spec, "less")) == (palette.SECOND, palette.INK)
    assert len(above) == len(below) == ALL
    top, foot = form.bars
    for clay, ink, share in zip(above, below, found.sure, strict=True):
        assert (clay["py"], ink["py2"], clay["py2"]) == (top, foot, ink["py"])
        assert (clay["py2"] - top) / (foot - top) == pytest.approx(share)
    assert len(drawn(spec, "before")) == (ALL if form is LARGE else 0)
    assert (words.heading(found, lang) in said(spec)) == (form is LARGE)


@pytest.mark.parametrize("form", FORMS)
def test_the_bracket_is_the_interval_and_the_tick_the_estimate(form):
    found = made()
    lines = drawn(hundred_spec(found, "nl", form), "edge")
    bracket, *upright = lines
    assert (bracket["x"], bracket["x2"]) == (found.low, found.high)
    assert [line["x"] for line in upright] == [found.low, found.high, found.value]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("found", "ends"),
    [
        (made(0.2, spill_se=0.2), ["below"]),
        (made(0.95, spill_se=0.1), ["above"]),
        (made(0.5, spill_se=0.5), ["below", "above"]),
        (made(-0.12), ["below"]),
        (made(1.3), ["above"]),
        (made(), []),
    ],
)
def test_what_lies_beyond_the_picture_is_cut_off_and_said(found, ends, lang):
    spec = hundred_spec(found, lang)
    lines, arrows = drawn(spec, "edge"), drawn(spec, "beyond")
    assert all(0 <= line[end] <= ALL for line in lines for end in ("x", "x2"))
    assert [arrow["x"] for arrow in arrows] == [{"below": 0, "above": ALL}[end] for end in ends]
    told = words.sentence(found, lang)
    for end in ("below", "above"):
        phrase = text(f"hundred.clipped.{end}", lang, via="|", low="|", high="|").split("|")[0]
        assert (phrase in told) == (end in ends)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("spill", [-0.4, 0.0, 0.004, 0.625, 0.78, 1.0, 1.3])
def test_both_labels_add_up_to_a_hundred(spill, lang):
    found = made(spill)
    less = int(words.really_less(found, "en").split()[0].replace("\N{MINUS SIGN}", "-"))
    assert words.whole(found.value) + less == ALL
    numbers = words.in_words(found, lang)
    for each in (found.low, found.high):
        assert str(abs(words.whole(each))) in numbers
        assert str(abs(ALL - words.whole(each))) in numbers


@pytest.mark.parametrize("lang", LANGS)
def test_what_is_provisional_says_so_and_claims_nothing(lang):
    found = made(provisional=True)
    spec = hundred_spec(found, lang)
    assert any({"nl": "voorlopig", "en": "so far"}[lang] in label for label in said(spec))
    assert text("hundred.back", lang, value="78", via="").strip() not in words.sentence(found, lang)


def test_a_channel_named_like_the_other_is_told_apart_by_its_code():
    found = made(target="voorraadkast", substitutes=("cabinet",))
    assert words.heading(found, "nl") == "100 stuks minder uit “voorraadkast”"
    assert "(cabinet)" in words.came_back(found, "nl")
    same = made(substitutes=("cabinet",))
    assert "andere artikelen uit de voorraadkast" in words.came_back(same, "nl")
    several = made(substitutes=("webshop", "contract", "loket 3"))
    assert words.came_back(several, "en").endswith(
        "via the web shop, via the contract and via “loket 3”"
    )


def test_names_of_others_are_plain_in_the_picture():
    found = made(target="a\u202eb", substitutes=("<script>\u202e", "x" * 120))
    spec, image = hundred_spec(found, "nl"), strip_img(found, "nl")
    assert "\u202e" not in str(spec)
    assert "<script>" not in image
    assert "\u202e" not in image


def test_both_forms_are_one_description_that_is_compiled_once():
    large, panel = hundred_spec(made(), "nl"), hundred_spec(made(), "nl", PANEL)
    names = [layer["name"] for layer in large["layer"]]
    assert [layer["name"] for layer in panel["layer"]] == [
        each for each in names if each != "before"
    ]
    for one in large["layer"][1:]:
        for other in panel["layer"][1:]:
            if one["name"] == other["name"]:
                assert one["mark"] is other["mark"]


@pytest.mark.parametrize("found", [made(), made(-0.3), made(1.3), made(0.5, spill_se=0.5)])
@pytest.mark.parametrize("form", FORMS)
def test_report_and_screen_draw_the_same_marks(found, form):
    spec = hundred_spec(found, "nl", form)
    drawing = branding.svg(spec, 1000, branding.NEUTRAL)
    assert drawing.count(f'fill="{palette.SECOND}"') >= ALL
    for label in said(spec):
        assert label in drawing


def test_the_strip_steps_down_where_the_bars_do():
    found = made()
    drawing = strip_svg(found)
    (path,) = [part for part in drawing.split('"') if part.startswith("M0 20V")]
    heights = [float(step.split("H")[0]) for step in path.split("V")[1:-1]]
    assert [height / 20 for height in heights] == pytest.approx(found.sure, abs=0.001)
    assert palette.SECOND in drawing
    assert palette.INK in drawing


def test_the_table_says_how_sure_each_tenth_is():
    table = hundred.hundred_table(made(), "nl")
    assert [row[0] for row in table.rows] == list(range(10, 101, 10))
    shares = [row[1] for row in table.rows]
    assert shares == sorted(shares, reverse=True)
