"""The strip of what came back says what the verdict says: both come from the interval."""

import altair as alt
import numpy as np
import pytest

from nami_monitor.charts.zone_strip import strip_sentence, strip_spec, zone
from nami_monitor.core.words import Verdict
from nami_monitor.i18n import LANGS, text
from nami_monitor.waterbed.verdicts import rungs

ZONES = {
    (Verdict.WATERBED_SHOWN, Verdict.NET_REDUCTION_SHOWN): "part",
    (Verdict.WATERBED_SHOWN,): "part_or_all",
    (Verdict.WATERBED_SHOWN, Verdict.BACKFIRE_SHOWN): "more",
    (Verdict.NET_REDUCTION_SHOWN,): "not_all",
    (Verdict.INCONCLUSIVE,): "anything",
}


def test_the_words_are_those_of_the_verdict():
    seen = set()
    ends = [-np.inf, -0.4, 0.0, 1e-9, 0.3, 0.99, 1.0, 1.01, 2.0, np.inf]
    for low in ends:
        for high in (end for end in ends if end > low):
            fell = np.asarray(-2.0), np.asarray(-1.0)
            held = rungs(fell, (np.asarray(low), np.asarray(high)))
            verdicts = tuple(verdict for verdict, holds in held.items() if holds)
            assert zone(100 * low, 100 * high) == ZONES[verdicts]
            seen.add(ZONES[verdicts])
    assert seen == set(ZONES.values())


@pytest.mark.parametrize("lang", LANGS)
def test_a_share_is_never_drawn_without_its_interval(lang):
    spec = strip_spec(78.4, 63.0, 98.4, lang)
    alt.LayerChart.from_dict(spec)
    values = [row for layer in spec["layer"] for row in layer["data"]["values"]]
    said = {row[name] for row in values for name in ("label", "words") if name in row}
    between = {"nl": "78\N{NO-BREAK SPACE}% (63 tot 98)", "en": "78% (63 to 98)"}[lang]
    assert said == {between, text("charts.strip.part", lang)}
    assert text("charts.strip.part", lang) in strip_sentence(78.4, 63.0, 98.4, lang)


def test_an_interval_without_bounds_is_said():
    spec = strip_spec(78.4, -np.inf, np.inf, "nl")
    labels = [row.get("label") for layer in spec["layer"] for row in layer["data"]["values"]]
    assert "78\N{NO-BREAK SPACE}% (onbegrensd tot onbegrensd)" in labels
