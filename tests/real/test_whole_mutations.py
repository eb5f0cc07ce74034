"""A real file written in ten ways gives the same accepted rows or a refusal, never other rows."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.stage import stage
from nami_monitor.ingest.profiles.source_cells import source_cells
from nami_monitor.ingest.readers import read
from nami_monitor.store import Store
from nami_monitor.tables import columns
from tests.real.mutate import Style, grid_of, mutations, renamed, write
from tests.real.trial import kept, mapped

pytestmark = pytest.mark.real

ROWS = 200
REFUSED = {
    ("begrotingsstaten", "decimals"): "import.decimal_contradicted",
    ("exeter", "dates"): "import.dates_contradicted",
}
"""Where the profile itself states the decimal sign or the date pattern."""


@dataclass(frozen=True)
class File:
    path: str
    profile: object
    style: Style
    numbers: dict = field(default_factory=dict)
    dates: dict = field(default_factory=dict)


EXETER_VALUE = kept("exeter").tables[0].columns["value_eur"].columns[0]
FILES = {
    "birmingham": File(
        "birmingham-pcard/purchasecardtransactionsaugust2014.xls",
        kept("birmingham"),
        Style(delimiter=",", decimal=".", date="%d/%m/%Y"),
    ),
    "exeter": File(
        "exeter-contract-register.csv",
        kept("exeter"),
        Style(delimiter=",", decimal=".", date="%d/%m/%Y"),
        {EXETER_VALUE: "."},
        {"Original Start/Commencement Date": "%d/%m/%Y", "Current end date": "%d/%m/%Y"},
    ),
    "boavizta": File(
        "boavizta-data-fr.csv",
        kept("boavizta"),
        Style(decimal=","),
        {"gwp_total": ",", "weight": ","},
    ),
    "snipe": File(
        "snipe-it/snipeit_assets-sample-BAD.csv",
        mapped("snipe_assets", product_id=None),
        Style(delimiter=",", decimal=".", date="%m/%d/%y"),
        dates={"Purchase Date": "%m/%d/%y"},
    ),
    "holders": File(
        "snipe-it/snipeit_assets-sample.csv",
        kept("snipe_holders"),
        Style(delimiter=",", decimal=".", date="%m/%d/%y"),
        dates={"Purchase Date": "%m/%d/%y", "Asset EOL Date": "%m/%d/%y"},
    ),
    "superstore": File(
        "superstore_leonism.csv",
        kept("superstore"),
        Style(delimiter=",", decimal=".", date="%m/%d/%Y"),
        {"Sales": ".", "Quantity": ".", "Discount": ".", "Profit": "."},
        {"Order Date": "%m/%d/%Y", "Ship Date": "%m/%d/%Y"},
    ),
    "apparaatskosten": File(
        "nl_apparaatskosten.csv",
        kept("nl_apparaatskosten"),
        Style(delimiter=",", decimal=","),
        {"Realisatie (*Eu 1000)": ","},
    ),
    "begrotingsstaten": File(
        "nl_begrotingsstaten_fixed_chars.csv",
        kept("nl_begrotingsstaten"),
        Style(decimal=","),
        {"ontwerpbegroting": ","},
    ),
    "fte": File(
        "nl_agentschappen_fte.csv",
        kept("nl_agentschappen_fte"),
        Style(delimiter=",", decimal=","),
        {"FTE (in aantallen)": ","},
    ),
}
WAYS = ("separator", "encoding", "decimals", "dates", "titles", "order", "blank column", "total",
        "xlsx", "headers")  # fmt: skip


@pytest.fixture(scope="module")
def grids(real_data):
    @cache
    def grid(name):
        file = FILES[name]
        (sheet,) = read(real_data / file.path)
        return grid_of(sheet, ROWS, file.numbers, file.dates), sheet.rows["line"][:ROWS].max()

    return grid


@pytest.fixture(scope="module")
def accepted(tmp_path_factory):
    """The good rows of a file's first table, converted and checked, and booked nowhere."""
    store = Store(tmp_path_factory.mktemp("mutations") / "empty.duckdb")

    def rows(path, profile, until=None):
        (sheet,) = read(path, profile.layout)
        table = profile.tables[0]
        listed = ", ".join(f'"{column.name}"' for column in columns(table.name))
        within = f" and line <= {until}" if until else ""
        with store.write() as db:
            db.keep_view("sheet", sheet.rows)
            cells = source_cells(sheet, profile, file=path, frame="sheet", period=None)
            stage(db, table, cells, profile, name="staged", known={})
            found = db.rows(
                f"select {listed} from staged where skip is null and problems is null{within}"
            )
            db.run("drop table temp.staged")
        return Counter(
            tuple(float(f"{cell:.10g}") if isinstance(cell, float) else cell for cell in row)
            for row in found
        )

    yield rows
    store.close()


@pytest.fixture(scope="module")
def originals(real_data, grids, accepted):
    @cache
    def rows(name):
        file = FILES[name]
        return accepted(real_data / file.path, file.profile, grids(name)[1])

    return rows


@pytest.mark.sampled(3)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", FILES)
def test_the_same_rows_or_a_refusal(name, way, tmp_path, grids, accepted, originals):
    file = FILES[name]
    grid, _ = grids(name)
    path = write(grid, mutations(file.style, grid)[way], tmp_path)
    if (name, way) in REFUSED:
        with pytest.raises(UserError) as refused:
            accepted(path, file.profile)
        assert refused.value.key == REFUSED[name, way]
    else:
        assert accepted(path, file.profile) == originals(name)
        assert originals(name)


def renamings():
    """Each mapped header without another to fall back on, under each alias of its column."""
    for name in ("birmingham", "exeter", "holders", "superstore"):
        table = FILES[name].profile.tables[0]
        for column in columns(table.name):
            origin = table.columns.get(column.name)
            if origin and column.aliases and len(origin.columns) == 1:
                yield pytest.param(
                    name, origin.columns[0], column.aliases[0], id=f"{name} {column.name}"
                )


@pytest.mark.parametrize(("name", "old", "alias"), list(renamings()))
def test_a_header_that_took_another_name_is_asked_for(name, old, alias, tmp_path, grids, accepted):
    file = FILES[name]
    grid, _ = grids(name)
    path = write(renamed(grid, old, alias), file.style, tmp_path)
    with pytest.raises(UserError) as refused:
        accepted(path, file.profile)
    assert refused.value.key == "import.column_missing"
    assert old in refused.value.values["wanted"]
