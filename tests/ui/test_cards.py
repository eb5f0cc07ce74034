import re
import tomllib
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.charts import palette
from nami_monitor.core.periods import Period
from nami_monitor.core.words import PeriodKind, State, Unit
from nami_monitor.i18n import LANGS, catalogue
from nami_monitor.kpis.result import KpiResult, Reason
from nami_monitor.ui import links, theme
from nami_monitor.ui.cards import ICONS, Card, Chip, ComparedFigure, card_html, cards_html
from nami_monitor.ui.session import Session

ROOT = Path(__file__).parents[2]
HOSTILE = "<script>alert('x')</script>\"' onerror=x & <img src=x>"
VALUE = Card(
    "Volume per werkdag",
    value="0,384",
    unit="st. per werkdag",
    strategy="Reduce",
    beside=(ComparedFigure("Doel", "0,350", "nog 0,034"), ComparedFigure("okt 2025", "0,436")),
    spark=(1, None, 2),
    spark_alt="Van 1 naar 2",
    chip=Chip.IMPROVEMENT,
)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.seen, self.words = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


def read(html):
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert not tags.open
    return tags


@given(st.text(max_size=40) | st.just(HOSTILE), st.sampled_from(State))
def test_nothing_that_a_card_says_becomes_markup(words, state):
    card = Card(
        words,
        state,
        words,
        words,
        words,
        (ComparedFigure(words, words, words),),
        (1.0, 2.0),
        words,
        Chip.CONCERN,
        words,
        words,
        words,
        words,
    )
    tags = read(cards_html((card,), "nl"))
    assert {tag for tag, _ in tags.seen} <= {
        "ul",
        "li",
        "p",
        "h2",
        "strong",
        "span",
        "dl",
        "div",
        "dt",
        "dd",
        "img",
    }
    allowed = {"class", "role", "aria-hidden", "alt", "src"}
    assert all(set(attrs) <= allowed for _, attrs in tags.seen)


def test_a_card_shows_value_target_last_year_and_its_picture():
    tags = read(card_html(VALUE, "nl"))
    for words in ("Volume per werkdag", "0,384", "Doel", "0,350", "nog 0,034", "okt 2025", "0,436"):
        assert words in tags.words
    assert [attrs["alt"] for tag, attrs in tags.seen if tag == "img"] == ["Van 1 naar 2"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("chip", list(Chip))
def test_a_chip_bears_an_icon_and_words(chip, lang):
    html = card_html(Card("x", value="1", chip=chip, chip_words="Lower since then"), lang)
    words = re.search(r"nami-chip-icon[^>]*>(.)</span><span>([^<]+)</span>", html)
    assert words[1] == ICONS[chip]
    assert words[2] == "Lower since then"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("state", [State.NOT_COMPUTABLE, State.NOT_APPLICABLE])
def test_a_card_without_a_value_says_why_and_what_next_and_shows_no_number(state, lang):
    card = Card(
        "Uitstoot",
        state,
        value="999",
        unit="kg",
        reason="Geen factor.",
        next_step="Laad factoren.",
        chip=Chip.IMPROVEMENT,
        spark=(1.0,),
    )
    tags = read(card_html(card, lang))
    assert "Geen factor." in tags.words
    assert "Laad factoren." in tags.words
    assert "999" not in tags.words
    assert "img" not in {tag for tag, _ in tags.seen}


@pytest.mark.parametrize("lang", LANGS)
def test_a_reason_that_tells_to_undo_a_delivery_has_the_way_there_beside_it(lang):
    """Every reason that does: found by its words, so that none is added without."""
    told = {key: said for key, said in catalogue(lang).items() if key.startswith("reasons.")}
    asking = {key.removeprefix("reasons.") for key, said in told.items() if "nami undo" in said}
    assert asking == links.TO_UNDO
    session = Session(lang, None, demo=False, who="")
    month = Period(date(2025, 1, 1), date(2025, 1, 1), PeriodKind.MONTH)
    for key in (*asking, "no_data"):
        reason = Reason(key)
        result = KpiResult("x", month, {}, State.NOT_COMPUTABLE, Unit.EUR, 1, reason=reason)
        address = links.where_to_undo(session, result)
        tags = read(card_html(Card("x", State.NOT_COMPUTABLE, undo=address), lang))
        found = [attrs["href"] for tag, attrs in tags.seen if tag == "a"]
        assert bool(found) == (key in asking)
        assert all("part=batches" in href for href in found)


def test_a_bare_card_leaves_out_what_it_has_not():
    tags = read(card_html(Card("x", value="1"), "nl"))
    assert {"dl", "img"}.isdisjoint({tag for tag, _ in tags.seen})
    assert "Volgende" not in read(card_html(Card("x", State.NOT_APPLICABLE), "nl")).words


STREAMLIT = {
    "base": "light",
    "primaryColor": palette.INK,
    "backgroundColor": palette.WHITE,
    "secondaryBackgroundColor": palette.SURFACE,
    "textColor": palette.BODY,
    "linkColor": palette.LINK,
    "borderColor": palette.BORDER,
    "dataframeBorderColor": palette.GRID,
    "blueColor": palette.LINK,
    "orangeColor": palette.SECOND,
    "grayColor": palette.GREY_TEXT,
    "chartCategoricalColors": list(palette.SERIES),
    "baseFontSize": 15,
    "baseRadius": "4px",
    "headingFont": "serif",
    "headingFontSizes": ["2rem", "1.3333rem", "1.0667rem"],
    "headingFontWeights": [600, 600, 600],
    "showWidgetBorder": True,
    "sidebar": {"backgroundColor": palette.WHITE},
}
"""What the theme of Streamlit must say."""


def test_streamlits_configuration_bears_the_same_colours():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["theme"] == STREAMLIT
    assert config["browser"] == {"gatherUsageStats": False}
    assert config["server"]["address"] == "127.0.0.1"
    assert config["server"]["showEmailPrompt"] is False
    assert config["client"] == {
        "disableDataExport": True,
        "showErrorDetails": "none",
        "showErrorLinks": False,
        "toolbarMode": "minimal",
    }


def test_the_style_sheet_knows_every_variable_and_holds_no_colour_of_its_own():
    css = theme.STYLE.read_text(encoding="utf-8")
    assert set(re.findall(r"var\(--nami-([a-z-]+)\)", css)) <= set(theme.VARIABLES)
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b", css)
    assert "://" not in css
    assert f"--nami-ink:{palette.INK};" in theme.stylesheet()


def test_every_class_on_a_card_is_styled():
    css = theme.STYLE.read_text(encoding="utf-8")
    html = card_html(VALUE, "nl") + card_html(Card("x", State.NOT_APPLICABLE, next_step="y"), "nl")
    used = {name for names in re.findall(r'class="([^"]+)"', html) for name in names.split()}
    assert used - set(re.findall(r"\.([a-z-]+)", css)) <= {"nami-reason"}


def test_the_icon_is_a_local_picture():
    assert theme.ICON.read_bytes().startswith(b"\x89PNG")
