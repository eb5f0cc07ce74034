"""What is wrong in a file of the kit is said at once, with the file's name."""

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Dimension, KitSignal, LessonKind, Strategy
from nami_monitor.i18n import LANGS, text
from nami_monitor.kit import read_kit

LESSON = "lessons/both-channels.toml"


def test_a_kit_is_read_as_it_stands(folder):
    kit = read_kit(folder)
    assert list(kit.cases) == [1, 2]
    assert kit.cases[1].words["nl"].organisation == "Dienst"
    assert sorted(kit.lessons) == ["a-team", "advice-break", "both-channels", "less-stock"]
    found = kit.lessons["less-stock"]
    assert (found.kind, found.cases, found.strategies) == (
        LessonKind.STRATEGY,
        (1, 2),
        (Strategy.REFUSE,),
    )
    assert (found.dimension, found.signals, found.advice) == (None, (), False)
    assert found.figures == ("refuse_rate", "refuse_avoided_spend")
    assert (found.unless, found.bound) == ((), False)
    assert kit.lessons["both-channels"].signals == (KitSignal.WATERBED_SHOWN,)
    assert kit.lessons["both-channels"].words["en"].to_try == "Try this."


def test_a_dimension_is_one_of_the_kits_angles(folder):
    path = folder / LESSON
    path.write_text('dimension = "legal"\n' + path.read_text("utf-8"), "utf-8")
    assert read_kit(folder).lessons["both-channels"].dimension is Dimension.LEGAL


SPOILT = {
    "no TOML": (LESSON, "kind", "kind =", "kit.unreadable", {}),
    "an unknown key": (LESSON, "cases =", "case =", "kit.unknown_key", {"key": "case"}),
    "an unknown key of a language": (LESSON, "try", "tri", "kit.unknown_key", {"key": "nl.tri"}),
    "an unknown signal": (
        LESSON, "waterbed_shown", "waterbed_shwon", "kit.unknown_value",
        {"key": "signals", "seen": "waterbed_shwon"},
    ),
    "an unknown kind": (LESSON, '"lesson"', '"lessen"', "kit.unknown_value", {"seen": "lessen"}),
    "a language missing": (LESSON, "[en]", "[nl.en]", "kit.unknown_key", {"key": "nl.en"}),
    "no kind": (LESSON, 'kind = "lesson"\n', "", "kit.missing", {"key": "kind"}),
    "no text": (LESSON, 'text = "In de casus."\n', "", "kit.missing", {"key": "nl.text"}),
    "an empty text": (LESSON, "Kijk samen", " ", "kit.value", {"key": "nl.title"}),
    "a text of two lines": (LESSON, "Kijk samen", "a\\nb", "kit.value", {"key": "nl.title"}),
    "a number for a text": (LESSON, '"Kijk samen"', "3", "kit.value", {"seen": "3"}),
    "a case twice": (LESSON, "[1]", "[1, 1]", "kit.value", {"seen": "[1, 1]"}),
    "a case that is no number": (LESSON, "[1]", "[true]", "kit.value", {"key": "cases"}),
    "a long title": (LESSON, "Kijk samen", "x" * 81, "kit.long", {"n": 81, "most": 80}),
    "a long text": (LESSON, "In de casus.", "x" * 501, "kit.long", {"n": 501, "most": 500}),
    "a long suggestion": (LESSON, "Probeer dit.", "x" * 201, "kit.long", {"most": 200}),
    "an unknown case": (LESSON, "[1]", "[1, 7]", "kit.no_case", {"seen": 7, "known": "1, 2"}),
    "a strategy of steering": (
        "lessons/less-stock.toml", "refuse", "steer", "kit.no_strategy", {"seen": Strategy.STEER},
    ),
    "no case and no advice": (LESSON, "cases = [1]", "", "kit.advice", {}),
    "advice with a case": (LESSON, "cases = [1]", "cases = [1]\nadvice = true", "kit.advice", {}),
    "a conclusion as advice": (
        "lessons/a-team.toml", "signals", "advice = true\nsignals", "kit.advice", {},
    ),
    "one who disagrees alone": (
        LESSON, "cases = [1]", 'cases = [1]\ndisagrees = ["less-stock"]', "kit.one_sided",
        {"seen": "less-stock"},
    ),
    "one who disagrees with nobody": (
        LESSON, "cases = [1]", 'cases = [1]\ndisagrees = ["none"]', "kit.one_sided",
        {"seen": "none"},
    ),
    "an unknown key of a case": ("cases/2.toml", "[nl]", "a = 1\n[nl]", "kit.unknown_key", {}),
    "nothing that calls it up": (LESSON, 'signals = ["waterbed_shown"]', "", "kit.uncalled", {}),
    "a signal that calls it up and contradicts it": (
        LESSON, "signals", 'unless = ["waterbed_shown"]\nsignals', "kit.contradicts",
        {"seen": KitSignal.WATERBED_SHOWN},
    ),
    "a group that is no list": (
        "kit_figures.toml", '["refuse_rate", "refuse_avoided_spend"]', '"refuse_rate"',
        "kit.value", {"key": "groups.refused"},
    ),
    "a figure named in one language": (
        "cases/2.toml", 'by = "decision"', 'nl = "Besluit"', "kit.missing", {"key": "figures.en"},
    ),
    "a figure that is no table": (
        "cases/2.toml", '[[figures]]\ncode = "refuse_rate"\nby = "decision"', "figures = [3]",
        "kit.value", {"seen": "3"},
    ),
    "a case without a part": ("cases/2.toml", 'involved = "Wie."', "", "kit.missing", {}),
}  # fmt: skip


@pytest.mark.parametrize("what", SPOILT)
def test_what_is_wrong_is_said_with_the_file(folder, what):
    name, old, new, key, seen = SPOILT[what]
    path = folder / name
    spoilt = path.read_text("utf-8").replace(old, new, 1)
    assert spoilt != path.read_text("utf-8")
    path.write_text(spoilt, "utf-8")
    with pytest.raises(UserError) as caught:
        read_kit(folder)
    assert caught.value.key == key
    assert caught.value.values["file"] == path.name
    assert caught.value.values.items() >= seen.items()
    for lang in LANGS:
        assert path.name in text(f"errors.{key}", lang, **caught.value.values)


@pytest.mark.parametrize("lang", LANGS)
def test_a_language_that_is_missing_is_named(folder, lang):
    path = folder / LESSON
    parts = path.read_text("utf-8").split("\n[")
    kept = [part for part in parts if not part.startswith(f"{lang}]")]
    path.write_text("\n[".join(kept), "utf-8")
    with pytest.raises(UserError) as caught:
        read_kit(folder)
    assert caught.value.key == "kit.no_language"
    assert caught.value.values == {"file": path.name, "lang": lang}


def test_an_unknown_signal_brings_what_was_probably_meant(folder):
    path = folder / LESSON
    path.write_text(path.read_text("utf-8").replace("waterbed_shown", "waterbed_show"), "utf-8")
    with pytest.raises(UserError) as caught:
        read_kit(folder)
    assert caught.value.values["near"].startswith("waterbed_shown")


def test_those_who_disagree_name_each_other(folder):
    for name, other in (("both-channels", "less-stock"), ("less-stock", "both-channels")):
        path = folder / "lessons" / f"{name}.toml"
        path.write_text(f'disagrees = ["{other}"]\n' + path.read_text("utf-8"), "utf-8")
    kit = read_kit(folder)
    assert kit.lessons["less-stock"].disagrees == ("both-channels",)


def test_a_case_is_named_by_its_number(folder):
    (folder / "cases" / "2.toml").rename(folder / "cases" / "two.toml")
    with pytest.raises(UserError, match=r"kit\.no_number"):
        read_kit(folder)


def test_a_folder_without_a_kit_says_what_to_do(tmp_path):
    with pytest.raises(UserError) as caught:
        read_kit(tmp_path)
    assert caught.value.key == "kit.no_files"


def test_a_kit_cannot_be_changed(folder):
    kit = read_kit(folder)
    with pytest.raises(TypeError):
        kit.lessons["new"] = kit.lessons["a-team"]
