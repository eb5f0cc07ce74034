"""The command line in a test: what it imports, and where it keeps its things."""

import json

from typer.testing import CliRunner

from nami_monitor.cli import app

LOCATIONS = """location_id;name;organisation;opened_on
L1;Hoofdkantoor;Dienst;01-01-2020
L2;Bijkantoor;Dienst;01-01-2020
"""
CATEGORIES = """category;name_nl;name_en;activity_measure
paper;Papier;Paper;fte
"""
ORDERS = """ordered_on;location_id;category;channel;quantity;amount_eur;order_ref
05-01-2025;L1;paper;web;10;100,00;A1
06-01-2025;L2;paper;web;2;20,50;A2
05-02-2025;L1;paper;desk;8;80,00;A3
31-02-2025;L1;paper;web;1;10,00;A4
07-02-2025;L9;paper;web;1;10,00;A5
"""
MEASUREMENTS = """period_start;location_id;activity_measure;value
01-01-2025;L1;fte;45
01-01-2025;L2;fte;8
01-02-2025;L1;fte;45
01-02-2025;L2;fte;8
"""
FILES = {
    "locations": LOCATIONS,
    "categories": CATEGORIES,
    "orders": ORDERS,
    "measurements": MEASUREMENTS,
}
PROFILE = """source = "Winkel"
vat = "excl"
[[table]]
name = "{table}"
[table.columns]
"""


def profile_of(table, header):
    grain = 'grain = "month"\n' if table == "measurements" else ""
    return grain + PROFILE.format(table=table) + "".join(f'{n} = "{n}"\n' for n in header)


class Nami:
    """The command line in this process, with places of its own."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.db = folder / "own.duckdb"
        self.profiles = folder / "home" / "profiles"
        monkeypatch.setenv("NAMI_HOME", str(folder / "home"))
        monkeypatch.setenv("NAMI_CACHE", str(folder / "cache"))
        monkeypatch.setenv("NAMI_DB", str(self.db))
        monkeypatch.setenv("NAMI_LANG", "en")
        monkeypatch.setenv("NAMI_WHO", "CM")

    def __call__(self, *args):
        return CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False)

    def json(self, *args, code=0):
        done = self(*args, "--json")
        assert done.exit_code == code, done.output
        return json.loads(done.stdout)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def load(self, *tables):
        for table in tables or FILES:
            path = self.write(f"{table}.csv", FILES[table])
            header = FILES[table].splitlines()[0].split(";")
            profile = self.write(f"{table}.toml", profile_of(table, header))
            self.json("import", path, "--profile", profile, "--yes")
