"""A changed definition raises its version: what each version says is kept in ``definitions.json``.

``python -m tests.kpis.test_definitions`` keeps new versions; it never changes what was kept.
"""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nami_monitor.kpis import CATALOGUE

KEPT = Path(__file__).with_name("definitions.json")
DEFINES = ("numerator", "denominator", "covered", "reads", "over_time", "unit", "activity")


def defined(kpi):
    said = {name: getattr(kpi, name) for name in DEFINES} | {"over_time": kpi.over_time.code}
    return json.loads(json.dumps(said))


def kept():
    return json.loads(KEPT.read_text("utf-8"))


def advice(kpi, known):
    """What to do when a definition is not the one that was kept; None when it is."""
    if str(kpi.version) not in known.get(kpi.code, {}):
        return (
            f"{kpi.code} version {kpi.version} is new. Run: python -m tests.kpis.test_definitions"
        )
    before, now = known[kpi.code][str(kpi.version)], defined(kpi)
    changed = [name for name in DEFINES if before[name] != now[name]]
    if not changed:
        return None
    return (
        f"The definition of {kpi.code} changed ({', '.join(changed)}) without a new version. Raise"
        f" its version to {kpi.version + 1}, add a Change to its history, say what changed in both"
        f" catalogues under kpis.{kpi.code}.changes.{kpi.version + 1}, and run: python"
        " -m tests.kpis.test_definitions"
    )


@pytest.mark.parametrize("kpi", CATALOGUE.values(), ids=CATALOGUE)
def test_a_changed_definition_has_a_new_version(kpi):
    found = advice(kpi, kept())
    assert found is None, found


def test_nothing_is_kept_of_what_is_gone():
    assert set(kept()) == set(CATALOGUE)


@pytest.mark.parametrize("change", [{"numerator": "sum(lines)"}, {"reads": ("order_lines",)}])
def test_a_change_without_a_new_version_is_told_what_to_do(change):
    found = advice(replace(CATALOGUE["impact_spend"], **change), kept())
    assert f"({next(iter(change))}) without a new version. Raise its version to 2" in found


def keep():
    known = kept() if KEPT.exists() else {}
    for kpi in CATALOGUE.values():
        known.setdefault(kpi.code, {}).setdefault(str(kpi.version), defined(kpi))
    known = {code: known[code] for code in CATALOGUE}
    KEPT.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    keep()
