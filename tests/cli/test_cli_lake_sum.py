"""The sum of organisations adds up what each has, keeps them apart, and tells nothing of a few."""

import shutil
from contextlib import closing
from functools import partial

import pytest

from nami_monitor.briefing.funnel import compare
from nami_monitor.core.errors import UserError
from nami_monitor.core.words import Flag, PeriodKind
from nami_monitor.kpis import CATALOGUE, Ask, compute, latest_month
from nami_monitor.store import Store, lake
from nami_monitor.store.limited import keep_only
from tests.cli.command_line import Nami
from tests.cli.test_cli_lake import LATE, late

NAMES = ("Aa", "Bo", "Ce", "De", "Ee")


def rolled(nami, place, name):
    nami.json("lines", "export", "--out", place, "--organisation", name)
    nami.json("rollup", "--lines", place, "--out", place, "--organisation", name)


@pytest.fixture(scope="module")
def five(template, tmp_path_factory):
    """A lake of five organisations with equal codes: each has one delivery more than the last."""
    folder = tmp_path_factory.mktemp("five")
    shutil.copytree(template, folder, dirs_exist_ok=True)
    with pytest.MonkeyPatch.context() as monkeypatch:
        nami = Nami(folder, monkeypatch)
        for number, name in enumerate(NAMES):
            if number:
                late(nami, "05-02-2025", number)
            rolled(nami, folder / "lake", name)
            shutil.copytree(nami.db, folder / name)
        nami.json("open", folder / "lake", "--sum", "--db", folder / "sum")
    return folder


@pytest.fixture
def organisations(nami, five):
    """The command line, the lake, the database of each organisation and that of their sum."""
    shutil.copytree(five, nami.folder, dirs_exist_ok=True)
    own = {name: nami.folder / name for name in NAMES}
    return nami, nami.folder / "lake", own, nami.folder / "sum"


def rows(path, sql):
    with closing(Store(path)) as store, store.read() as db:
        return db.rows(sql)


def figures(path, **where):
    """Every key figure of months by its code, for places that are named; none that knows none."""
    found = {}
    with closing(Store(path)) as store, store.read() as db:
        for code, kpi in CATALOGUE.items():
            for kind in (PeriodKind.MONTH, PeriodKind.YTD):
                ask = Ask(kind=kind, until=latest_month(db), where=where)
                try:
                    found[code, kind] = compute(db, kpi, ask)
                except Exception as error:  # noqa: BLE001 - compared by its key
                    found[code, kind] = getattr(error, "key", repr(error))
    return found


def test_the_sum_is_that_of_all_and_codes_are_kept_apart(organisations):
    nami, _, own, path = organisations
    of = "select month, category, sum(lines), sum(amount_eur) from by_place group by all"
    added = {}
    for one in own.values():
        for month, category, count, amount in rows(one, of):
            was = added.get((month, category), (0, 0))
            added[month, category] = (was[0] + count, was[1] + amount)
    there = {(month, category): found for month, category, *found in rows(path, of)}
    assert there.keys() == added.keys()
    assert all(tuple(there[key]) == pytest.approx(added[key]) for key in added)
    places = rows(path, 'select location_id, "group", organisation from locations order by 1')
    assert {(place.split("/")[0],) * 2 for place, *_ in places} == {tuple(g) for _, *g in places}
    assert len(places) == len(NAMES) * len(rows(own["Aa"], "from locations"))
    assert len(set(rows(path, "select category from categories"))) == len(
        rows(path, "from categories")
    )
    nami.json("check", "--db", path)


def test_each_organisation_is_compared_by_its_own_figures(organisations):
    nami, _, own, path = organisations
    compared = 0
    for name in ("Aa", "Ee"):
        whole, part = figures(own[name]), figures(path, group=(name,))
        for key, results in part.items():
            if results == "kpi.dimensions_apart":
                continue
            assert len(results) == len(whole[key])
            for one, other in zip(results, whole[key], strict=True):
                if Flag.SMALL_CELL in one.flags or Flag.SMALL_CELL in other.flags:
                    continue
                assert one.value == pytest.approx(other.value), key
                compared += one.value is not None
    assert compared
    asked = nami.json("kpi", "impact_spend", "--by", "group", "--db", path)
    assert {one["group"] for one in asked} == set(NAMES)
    with closing(Store(path)) as store, store.read() as db:
        compared_with = compare(db, CATALOGUE["reduce_spend_per_activity"], Ask(), "nl")
    assert {site.name for site in compared_with.sites} <= set(NAMES)
    traced = nami.json("trace", "impact_spend", "--db", path)
    assert not traced["batches"]


def test_what_people_wrote_and_lines_are_not_in_it(organisations):
    *_, path = organisations
    told = rows(path, "select file, who, profile, report from batches")
    assert set(told) == {(None,) * 4}
    for table in ("orders_offered", "set_aside", "line_groups", "interventions_offered"):
        assert not rows(path, f"from {table}")
    assert rows(path, "select kind from kept") == [("lake_sum",)]


def test_there_is_no_part_of_a_sum(organisations, tmp_path):
    *_, together = organisations
    with closing(Store(together)) as whole, closing(Store(tmp_path / "part")) as store:
        keep = partial(keep_only, categories=["papier"], organisations=())
        with pytest.raises(UserError, match=r"access\.sum"):
            store.take_part(whole, keep)


def test_a_column_that_no_register_has_is_refused_and_stands_in_no_statement(tmp_path):
    file, stolen = tmp_path / "meta.parquet", tmp_path / "stolen"
    name = f"demo\" from (select 1); copy (select 1) to '{stolen}'; --"
    quoted = name.replace('"', '""')
    with closing(Store(tmp_path / "sum")) as store, store.write() as db:
        db.run(f"copy (select true as demo) to '{tmp_path / 'whole.parquet'}' (format parquet)")
        db.run(f"copy (select 1 as \"{quoted}\") to '{file}' (format parquet)")
        files = {key: [file] for key in lake.SUMMED} | {"meta": [tmp_path / "whole.parquet"]}
        with pytest.raises(UserError, match=r"lake\.damaged"):
            lake._add(db, "Aa", files)
    assert not stolen.exists()


def test_a_folder_whose_name_is_no_organisation_is_passed_over(organisations):
    _, place, *_ = organisations
    shutil.copytree(place / "organisation=Aa", place / "organisation=.. x")
    assert set(lake.organisations(place, "lines.json")) == set(NAMES)


def test_nothing_is_imported_into_a_sum(organisations):
    nami, *_, path = organisations
    more = nami.write("more.csv", LATE.format(day="05-03-2025", n=9))
    profile = nami.folder / "orders.toml"
    done = nami("import", more, "--profile", profile, "--yes", "--db", path)
    assert done.exit_code == 1
    assert str(path) in done.stderr
    assert not rows(path, "from by_place where month >= date '2025-03-01'")
    for args in (("undo", 1, "--yes"), ("lines", "export", "--out", nami.folder / "x")):
        assert nami.json(*args, "--db", path, code=1)["error"]["key"] == "lake.sum"


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_four_organisations_are_too_few(organisations, lang):
    nami, place, *_ = organisations
    shutil.rmtree(place / f"{lake.FOLDER}Ee")
    ask = ("open", place, "--sum", "--db", nami.folder / "x", "--lang", lang)
    refused = nami.json(*ask, code=1)["error"]
    assert refused["key"] == "lake.too_few"
    assert "4" in refused["text"]
    assert "5" in refused["text"]
    both = nami.json(*ask, "--organisation", "Aa", code=1)
    assert both["error"]["key"] == "lake.sum_of_all"


def test_what_organisations_do_not_agree_on_is_unknown(organisations):
    nami, place, own, path = organisations
    of = "select category, activity_measure, refuse_applies from category_facts order by all"
    ((category, measure, _), *_) = [row for row in rows(path, of) if row[1]]
    with closing(Store(own["Ee"])) as store, store.write() as db:
        db.run("update category_facts set activity_measure = 'visitors', refuse_applies = false")
    nami.json("lines", "export", "--out", place, "--organisation", "Ee", "--db", own["Ee"])
    nami.json("rollup", "--lines", place, "--out", place)
    nami.json("open", place, "--sum", "--db", nami.folder / "other")
    after = {row[0]: row[1:] for row in rows(nami.folder / "other", of)}
    assert measure != "visitors"
    assert after[category] == (None, None)


def test_a_small_organisation_is_not_told_from_the_others(organisations):
    nami, place, own, _ = organisations
    for name in NAMES:
        with closing(Store(own[name])) as store, store.write() as db:
            people = 2 if name == "Bo" else 400
            db.run("update activity set value = ?", [people])
        nami.json("lines", "export", "--out", place, "--organisation", name, "--db", own[name])
    nami.json("rollup", "--lines", place, "--out", place)
    path = nami.folder / "other"
    nami.json("open", place, "--sum", "--db", path)
    asked = nami.json("kpi", "impact_spend", "--by", "group", "--db", path)
    told = {one["group"]: one["state"] for one in asked}
    assert told["Bo"] != "value"
    assert any(state == "value" for state in told.values())
    whole = nami.json("kpi", "impact_spend", "--db", path)
    assert [one["state"] for one in whole] == ["value"]
