"""What rows do not say, or say twice: each has its sentence."""

from contextlib import closing

import pytest

from nami_monitor.briefing.cases import DoubtKind, doubts
from nami_monitor.i18n import LANGS, text
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.store import Store
from nami_monitor.ui.pages.case import WRITERS
from tests.support.case_page import shown

FILES = {
    "categories": "category,name_nl,name_en,kit_cases\nworks,Werk,Works,8\n",
    "programmes": "programme,title,category,unit,cap,starts_on,ends_on\n"
    "T,Werk,works,werk,,2024-01-01,2024-06-30\n"
    "V,Velden,works,veld,1,2024-01-01,2024-12-31\n",
    "materials": "project,scenario,component,material,mass_kg,collected_share,impact,impact_value,"
    "impact_set\n"
    "T,as_built,wall,concrete,900,0.5,,,\nT,as_built,pump,steel,,,,,\n"
    "T,as_built,tank,steel,100,,HTP,5,A2\nT,as_built,lid,steel,5,1.2,,,\n"
    "GONE,as_built,wall,concrete,7,,,,\n",
    "products": "product_id,name,category,base_unit\nDESK,Bureau,works,stuk\n",
    "materials of products": "product_id,scenario,component,material,mass_kg\n"
    "DESK,as_built,top,wood,20\nDESK,as_built,leg,steel,9\n",
    "shadow_prices": "impact_set,impact,price_eur,source\nA1,GWP,0.08,own\nA1,AP,4,own\n",
    "measurements": "period_start,period_end,subject,activity_measure,value,unit,proxy\n"
    "2024-06-01,2024-06-30,T,total_mass,1200,kg,false\n",
    "programme_units": "programme,unit_id,period,status\n"
    "V,V1,2024-02,done\nV,V2,2024-03,done\nV,V3,2024-03,done\n",
    "programme_units again": "programme,unit_id,period,status\nV,V1,2024-02,cancelled\n"
    "V,V4,2024-04,done\nV,V4,2024-04,cancelled\n",
}
PROFILE = """
source = "S"
grain = "line"
delivery = "adds"
vat = "excl"
[file]
delimiter = ","
decimal = "."
dates = ["%Y-%m-%d"]
[[table]]
name = "{table}"
[table.columns]
{columns}
"""
SET_ASIDE = [
    ("materials", "1.2", "too_high"),
    ("programme_units", "V / V4 / 2024-04", "repeated_key"),
]
"""A share above 1, and a post that answers twice in one file: the import says so itself."""

EXPECTED = {
    DoubtKind.UNWEIGHED: {"project": "T", "count": 1, "of": 3},
    DoubtKind.MASSES: {"project": "T", "added": 1000, "stated": 1200},
    DoubtKind.NO_PROJECT: {"project": "GONE", "count": 1},
    DoubtKind.UNPRICED: {"set": "A2", "effects": "HTP", "count": 1},
    DoubtKind.PRODUCT_ONLY: {"count": 2, "products": 1},
    DoubtKind.PUBLISHED: {"set": "A1", "effects": "GWP", "own": 0.08, "price": 0.05},
    DoubtKind.ABOVE_CAP: {"programme": "V", "done": 3, "cap": 1},
    DoubtKind.TWICE: {"programme": "V", "unit": "V1", "period": "2024-02", "times": 2},
    DoubtKind.SET_ASIDE: {"table": "materials", "count": 1},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("doubts")


@pytest.fixture(scope="module")
def found(folder):
    with closing(Store(folder / "own.duckdb")) as store:
        for name, content in FILES.items():
            table = name.partition(" ")[0]
            file = folder / f"{name}.csv"
            file.write_text(content, "utf-8")
            names = content.partition("\n")[0].split(",")
            columns = "\n".join(f'{name} = "{name}"' for name in names)
            profile = parse_profile(PROFILE.format(table=table, columns=columns))
            import_file(store, file, profile, answers=Answers.yes(), who="t")
        with store.read() as db:
            told = db.rows("select table_name, value, rule from set_aside order by batch, line")
            assert told == SET_ASIDE
            return {(one.kind, one.seen.get("table")): one.seen for one in doubts(db, ("works",))}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("kind", DoubtKind)
def test_what_is_doubtful_is_found(found, kind):
    assert found[kind, EXPECTED[kind].get("table")] == EXPECTED[kind]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", DoubtKind)
def test_each_has_its_sentence(kind, lang):
    seen = {
        name: WRITERS[name](value, lang) if name in WRITERS else value
        for name, value in EXPECTED[kind].items()
    }
    said = text(f"cases.doubts.{kind}", lang, **seen)
    assert "{" not in said
    assert all(str(value) in said for value in seen.values())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.usefixtures("found")
def test_the_page_of_the_case_says_each_of_them(folder, tmp_path, monkeypatch, lang):
    _, said = shown(folder / "own.duckdb", tmp_path, monkeypatch, 8, lang)
    for kind, expected in EXPECTED.items():
        seen = {
            name: WRITERS[name](value, lang) if name in WRITERS else value
            for name, value in expected.items()
        }
        if "table" in seen:
            seen["table"] = text(f"tables.{seen['table']}.name", lang)
        assert text(f"cases.doubts.{kind}", lang, **seen) in said
