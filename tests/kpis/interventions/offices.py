"""A small organisation with one pilot, as rows, for the tests of this folder.

Fourteen offices order pens (P1) and paper (P2) from a cabinet, and the same pens (W1) in a web
shop. From July 2024 the pens left the cabinet of office L01; seven in ten came back. Counts follow
a fixed pattern around a level of each office, so that every test sees the same ones.
"""

import datetime as dt
from dataclasses import dataclass, field

MONTHS = [dt.date(2022 + k // 12, 1 + k % 12, 1) for k in range(42)]
START = dt.date(2024, 7, 1)
PILOT = "L01"
OFFICES = [f"L{number:02d}" for number in range(1, 15)]

CATEGORIES = """
category name_nl name_en activity_measure
office   Kantoor Office  fte
cleaning Schoon  Clean   fte
"""
PRODUCTS = """
product_id name  category product_group base_unit units_per_pack mass_kg same_as
P1         Pen   office   writing       piece     1              0.01    .
P2         Paper office   paper         piece     1              2.5     .
W1         Pen   office   writing       piece     1              0.01    P1
"""
REGISTER = {
    "intervention_id": "I1",
    "title": "Pens out",
    "category": "office",
    "strategy": "refuse",
    "status": "running",
    "starts_on": "2024-07-01",
    "ends_on": "",
    "ramp_months": 0,
    "anticipation_months": 1,
    "target_channel": "cabinet",
    "substitute_channels": "webshop",
    "substitute_products": "",
    "locations": PILOT,
    "products": "P1",
    "may_spread": "false",
    "planned_reduction": 1,
}


def group_of(office):
    return "north" if int(office[1:]) % 2 else "south"


def wobble(office, month, salt):
    """A number between -1 and 1 that looks random and never changes."""
    n = (int(office[1:]) * 7919 + month * 104729 + salt * 1299709) * 2654435761 % 2**32
    return 2 * n / 2**32 - 1


def count(office, month, channel):
    """Pens without any intervention."""
    level = {"cabinet": 60, "webshop": 40}[channel] + 5 * int(office[1:])
    shared = 0.15 * wobble(office, month, 1)
    own = 0.15 * wobble(office, month, 2 if channel == "cabinet" else 3)
    return round(level * (1 + shared + own))


@dataclass
class Offices:
    """The rows; tests change a few of them before they are loaded."""

    pens: dict = field(default_factory=dict)
    locations: dict = field(default_factory=dict)
    register: list = field(default_factory=lambda: [dict(REGISTER)])
    happened: bool = True
    paper: dict = field(default_factory=dict)

    def __post_init__(self):
        for office in OFFICES:
            self.locations[office] = {"group": group_of(office), "opened_on": "", "closed_on": ""}
            for at, month in enumerate(MONTHS):
                cabinet, webshop = (count(office, at, where) for where in ("cabinet", "webshop"))
                if self.happened and office == PILOT and month >= START:
                    webshop += round(0.7 * cabinet)
                    cabinet = 0
                self.pens[office, month, "cabinet"] = cabinet
                self.pens[office, month, "webshop"] = webshop

    def load(self, monitor):
        """Load everything at once, each channel as a source of its own."""
        header = ["location_id", "name", "organisation", "group", "opened_on", "closed_on"]
        rows = [[code, code, "Org", *one.values()] for code, one in self.locations.items()]
        files = [
            monitor.text("categories", CATEGORIES),
            monitor.file("locations", header, rows),
            *(monitor.text("products", PRODUCTS, source=at) for at in ("cabinet", "webshop")),
            self.channel(monitor, "cabinet", "P1"),
            self.channel(monitor, "webshop", "W1"),
        ]
        if self.register:
            files.append(monitor.file("interventions", [*self.register[0]], self.register_rows()))
        monitor.load_together(*files)

    def load_register(self, monitor):
        """Load the measures alone."""
        monitor.load_rows("interventions", [*self.register[0]], self.register_rows())

    def register_rows(self):
        return [list(one.values()) for one in self.register]

    def channel(self, monitor, channel, article, **more):
        """The file of what a channel sold, and its profile."""
        header = ["ordered_on", "location_id", "category", "product_id", "quantity", "amount_eur"]
        rows = []
        for (office, month, where), pens in self.pens.items():
            if where != channel:
                continue
            if pens:
                rows.append([month, office, "office", article, pens, pens / 2])
            if channel == "cabinet":
                rows.append([month, office, "office", "P2", self.paper.get((office, month), 3), 30])
        more |= {"source": channel, "channel": channel}
        return monitor.file("orders", header, rows, grain="month", **more)


def load_orders(monitor):
    """Load everything but a measure."""
    Offices(register=[]).load(monitor)


def load_all(monitor):
    Offices().load(monitor)
