"""Small generated files, and everything that a database says, without batch numbers."""

from contextlib import suppress
from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.codes import Code, merge
from nami_monitor.ingest.book.file_import import Answers, import_file
from nami_monitor.ingest.book.import_report import Report
from nami_monitor.ingest.profiles.profile import parse_profile
from nami_monitor.tables import TABLES
from tests.support.databases import new_store

ANSWERS = Answers(create=frozenset(), accept_set_aside=True, assume_vat=True)
DERIVED = (
    "by_place",
    "by_product",
    "by_cell",
    "delivered",
    "activity",
    "source_months",
    "breaks",
    "codes",
    "category_facts",
    "location_facts",
)
HEADERS = {
    "categories": "category;name_nl;name_en;activity_measure",
    "locations": "location_id;name;organisation;group",
    "products": "product_id;name;category;base_unit;units_per_pack;mass_kg;same_as",
    "contracts": "contract_id;title;category;stream",
    "orders": "ordered_on;location_id;category;product_id;contract_id;channel;quantity;amount_eur",
    "measurements": "period_start;period_end;location_id;activity_measure;value;unit;proxy",
}
DAYS = ("2024-01-05", "2024-02-05", "2024-03-05")


@dataclass(frozen=True)
class File:
    """A file to import: its table, its feed and its lines."""

    table: str
    rows: tuple[str, ...]
    source: str = "X"
    delivery: str = "adds"
    create: tuple[str, ...] = ()
    packs: bool = False
    mends: int | None = None

    @property
    def text(self):
        return "\n".join([HEADERS[self.table], *self.rows]) + "\n"

    @property
    def profile(self):
        columns = [f'{name} = "{name}"' for name in HEADERS[self.table].split(";")]
        if self.packs:
            columns = [
                'quantity = { from = "quantity", unit = "pack" }' if c.startswith("quantity") else c
                for c in columns
            ]
        codes = "\n".join(f'{name} = "create"' for name in self.create)
        return parse_profile(
            f'source = "{self.source}"\ndelivery = "{self.delivery}"\nvat = "excl"\n'
            'products_of = "X"\n[file]\ndelimiter = ";"\ndecimal = "."\ndates = ["%Y-%m-%d"]\n'
            f'[[table]]\nname = "{self.table}"\n[table.columns]\n'
            + "\n".join(columns)
            + f"\n[table.codes]\n{codes}\n"
        )


def some(values, least=1, most=3):
    return st.lists(values, min_size=least, max_size=most).map(tuple)


def joined(*parts):
    return st.tuples(*parts).map(";".join)


def pick(*values):
    return st.sampled_from(values)


order_lines = joined(
    pick(*DAYS),
    pick("A", "B", "C"),
    pick("paper", "ink"),
    pick("", "P1", "P2"),
    pick("", "K1"),
    pick("shop", "desk"),
    pick("1", "2", "-1", "oops"),
    pick("", "5.5", "10"),
)
good_orders = order_lines.filter(lambda line: "oops" not in line)
orders = st.builds(
    File,
    table=st.just("orders"),
    rows=some(order_lines, 1, 6),
    source=pick("X", "Y"),
    delivery=pick("adds", "adds", "full_period"),
    create=pick((), (), ("location_id",), ("product_id", "category")),
    packs=st.booleans(),
)
masters = st.one_of(
    st.builds(
        File, st.just("categories"),
        some(joined(pick("paper", "ink"), pick("Een", "Twee"), st.just("One"), pick("", "days")),
             1, 2),
    ),
    st.builds(
        File, st.just("locations"),
        some(joined(pick("A", "B", "C"), pick("Een", "Twee"), st.just("Org"), pick("", "n"))),
    ),
    st.builds(
        File, st.just("products"),
        some(joined(pick("P1", "P2"), st.just("Iets"), pick("paper", "ink"), st.just("stuk"),
                    pick("", "10"), pick("", "0.5"), pick("", "same")), 1, 2),
    ),
    st.builds(
        File, st.just("contracts"),
        some(joined(st.just("K1"), pick("Een", "Twee"), pick("paper", "ink"),
                    pick("", "hardware", "refill")), 1, 1),
    ),
    st.builds(
        File, st.just("measurements"),
        some(joined(pick("2024-01-01;2024-01-31", "2024-02-01;2024-02-29"), pick("A", "B"),
                    st.just("days"), pick("5", "6"), st.just("days"), st.just("false"))),
        delivery=pick("adds", "full_period"),
    ),
)  # fmt: skip
START = (
    File("categories", ("paper;Papier;Paper;days", "ink;Inkt;Ink;")),
    File("locations", ("A;Een;Org;n", "B;Twee;Org;")),
    File("products", ("P1;A4;paper;stuk;10;0.5;",)),
)


@dataclass
class Database:
    """A database and the batch that each file became."""

    folder: object
    name: str
    batches: list = field(default_factory=list)

    def __post_init__(self):
        self.store = new_store(self.folder / f"{self.name}.duckdb", idle=60)

    def offer(self, file):
        """Import a file; note its batch, or None when it changed nothing or was refused."""
        path = self.folder / "offered.csv"
        text = file.text
        if file.mends is not None:
            text = self._mended(file)
        path.write_text(text, encoding="utf-8")
        before = self.batches[:]
        try:
            report = import_file(self.store, path, file.profile, answers=ANSWERS, who="t")
        except UserError as error:
            if error.key != "import.read_otherwise":  # two generated files may be the same
                raise
            report = Report(path.name, refused=(error.key, error.values))
        self.batches.append(None if report.batch in before else report.batch)
        return report

    def _mended(self, file):
        """The rows that could not be read, mended, at their old lines."""
        lines = [
            f"{self.batches[file.mends]};{number};{row.replace('oops', '3')}"
            for number, row in enumerate(file.rows, start=2)
            if "oops" in row
        ]
        return "\n".join([f"nami_batch;nami_line;{HEADERS[file.table]}", *lines]) + "\n"

    def merge(self, code, into):
        with suppress(UserError):  # one of the two is not known
            merge(self.store, Code("locations", "", code), into, who="t")

    def says(self):
        """Every table and everything derived, as sorted rows without batch and line."""
        said = {}
        with self.store.read() as db:
            for name in (*TABLES, *DERIVED):
                frame = db.frame(f"select * from {name}")
                dropped = [c for c in ("batch", "line", "since_batch") if c in frame.columns]
                said[name] = sorted(map(repr, frame.drop(dropped).rows()))
        return said

    def rows(self, sql):
        with self.store.read() as db:
            return db.rows(sql)


def with_mends(files):
    """Every file, and after some of them their mended rows."""
    out = []
    for file, mend in files:
        out.append(file)
        if mend and file.table == "orders" and any("oops" in row for row in file.rows):
            out.append(replace(file, mends=len(out) - 1))
    return out


histories = st.lists(
    st.tuples(st.one_of(orders, orders, masters), st.booleans()), min_size=2, max_size=6
).map(lambda files: with_mends([(file, False) for file in START] + files))
