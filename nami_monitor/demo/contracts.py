"""The contract register: open-ended, rolling and to-be-confirmed ends, frameworks with lots."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from nami_monitor.demo.organisation import NAME
from nami_monitor.demo.write import Row, Workbook

NOTES: Final = {
    "open": "onbepaalde tijd",
    "tbc": "nog te bevestigen",
    "rolling": "stilzwijgend verlengd",
}


@dataclass(frozen=True)
class Contract:
    """A line of the register.

    Args:
        number: contract number.
        title: Dutch title.
        supplier: made-up name.
        category: Dutch name of the category in this register.
        starts: first day; None: not written down.
        ends: last day, or one of ``NOTES``.
        value: EUR over the whole term; None: unknown.
        form: Dutch name of the contract form.
        specification: Technisch, Functioneel or Dienst; None: unknown.
        cpv: codes, separated by ``;``.
        stream: Dutch name of the stream, for sanitary supplies.
        parent: number of the framework that it is a lot of.
        replaces: numbers of its predecessors, separated by ``;``.
        options: dates on which it can be extended, separated by ``;``.
        notice: months of notice.
        status: Dutch word.
    """

    number: str
    title: str
    supplier: str | None
    category: str
    starts: date | None
    ends: date | str
    value: float | None
    form: str = "Raamovereenkomst"
    specification: str | None = "Technisch"
    cpv: str | None = None
    stream: str | None = None
    parent: str | None = None
    replaces: str | None = None
    options: str | None = None
    notice: int | None = 6
    status: str = "Lopend"


OFFICE: Final = "Kantoorartikelen"
SANITARY: Final = "Sanitaire voorzieningen"
IT: Final = "IT-middelen"
FURNISHING: Final = "Inrichting"
SPLIT_OPTIONS: Final = "2029-01-01;2030-01-01"

CONTRACTS: Final = (
    Contract(
        *("ZL-2021-004", "Kantoorartikelen voorraadkasten", "Pennenhuis Demo", OFFICE),
        *(date(2021, 4, 1), date(2027, 3, 31), 1_450_000.0),
        cpv="30192000-1;30197643-5",
        options="2027-04-01;2028-04-01",
    ),
    Contract(
        *("ZL-2021-005", "Webwinkel kantoorartikelen", "Klikbureau Demo", OFFICE),
        *(date(2021, 4, 1), "rolling", 620_000.0),
        cpv="30192000-1",
        notice=3,
    ),
    Contract(
        *("ZL-2024-019", "Kopieerpapier", "Vezelpapier Demo", OFFICE),
        *(date(2024, 7, 1), date(2028, 6, 30), 380_000.0),
        specification="Functioneel",
        cpv="30197643-5",
    ),
    Contract(
        *("ZL-2019-011", "Sanitaire voorzieningen totaal", "Totaalhygiëne Demo", SANITARY),
        *(date(2019, 1, 1), date(2024, 12, 31), 1_900_000.0),
        specification="Dienst",
        cpv="33761000-2;39514400-2",
        status="Beëindigd",
    ),
    Contract(
        *("ZL-2025-001", "Sanitaire voorzieningen (raam)", None, SANITARY),
        *(date(2025, 1, 1), date(2028, 12, 31), 1_350_000.0),
        specification="Functioneel",
        cpv="33761000-2;39514400-2;39831700-3",
        replaces="ZL-2019-011",
        options=SPLIT_OPTIONS,
    ),
    Contract(
        *("ZL-2025-001-P1", "Perceel 1: apparatuur", "Dispenserwerk Demo", SANITARY),
        *(date(2025, 1, 1), date(2028, 12, 31), 240_000.0),
        form="Perceel",
        cpv="39514400-2;39831700-3;39811110-4",
        stream="Apparatuur",
        parent="ZL-2025-001",
        replaces="ZL-2019-011",
        options=SPLIT_OPTIONS,
    ),
    Contract(
        *("ZL-2025-001-P2", "Perceel 2: vullingen", "Vulgoed Demo", SANITARY),
        *(date(2025, 1, 1), date(2028, 12, 31), 820_000.0),
        form="Perceel",
        cpv="33761000-2;33763000-6;33711900-6",
        stream="Vulling",
        parent="ZL-2025-001",
        replaces="ZL-2019-011",
        options=SPLIT_OPTIONS,
    ),
    Contract(
        *("ZL-2025-001-P3", "Perceel 3: diensten", "Ronde Demo", SANITARY),
        *(date(2025, 1, 1), date(2028, 12, 31), 290_000.0),
        form="Perceel",
        specification="Dienst",
        stream="Dienst",
        parent="ZL-2025-001",
        replaces="ZL-2019-011",
        options=SPLIT_OPTIONS,
    ),
    Contract(
        *("ZL-2022-090", "Stembiljetten (raam, acht jaar)", "Drukwerk Demo", "Stembiljetten"),
        *(date(2022, 1, 1), date(2029, 12, 31), 6_400_000.0),
        cpv="22458000-5",
        notice=12,
    ),
    Contract(
        *("ZL-2020-030", "IT-werkplek (raam)", None, IT),
        *(date(2020, 9, 1), date(2027, 8, 31), 5_200_000.0),
        specification="Functioneel",
        cpv="30213100-6",
        options="2027-09-01",
        notice=12,
    ),
    Contract(
        *("ZL-2020-030-P1", "Perceel 1: laptops en desktops", "Rekenwerk Demo", IT),
        *(date(2020, 9, 1), date(2027, 8, 31), 3_300_000.0),
        form="Perceel",
        cpv="30213100-6",
        parent="ZL-2020-030",
        options="2027-09-01",
        notice=12,
    ),
    Contract(
        *("ZL-2020-030-P2", "Perceel 2: telefoons en tablets", "Belgoed Demo", IT),
        *(date(2020, 9, 1), date(2027, 8, 31), 1_100_000.0),
        form="Perceel",
        cpv="32250000-0",
        parent="ZL-2020-030",
        options="2027-09-01",
        notice=12,
    ),
    Contract(
        *("ZL-2023-044", "Refurbished apparatuur", "Tweederonde Demo", IT),
        *(date(2024, 1, 1), date(2027, 12, 31), 600_000.0),
        specification="Functioneel",
        cpv="30213100-6;32250000-0",
        options="2028-01-01;2029-01-01",
    ),
    Contract(
        *("ZL-2018-007", "Reparatie van apparatuur", "Schroefdraai Demo", IT),
        *(date(2018, 5, 1), "open", None),
        form="Overeenkomst van opdracht",
        specification="Dienst",
        notice=3,
    ),
    Contract(
        *("ZL-2026-008", "Monitoren en toebehoren", None, IT),
        *(None, "tbc", 450_000.0),
        status="In voorbereiding",
        notice=None,
    ),
    Contract(
        *("ZL-2017-021", "Kantoormeubilair", "Zithout Demo", FURNISHING),
        *(date(2017, 3, 1), date(2027, 2, 28), 2_100_000.0),
        cpv="39130000-2",
    ),
    Contract(
        *("ZL-2022-013", "Herstel en hergebruik van meubilair", "Herstelkring Demo", FURNISHING),
        *(date(2022, 10, 1), date(2026, 9, 30), 340_000.0),
        specification="Dienst",
        options="2026-10-01;2027-10-01",
        status="Verlengd",
    ),
    Contract(
        *("ZL-2016-002", "Opslag van meubilair", "Loodsbeheer Demo", FURNISHING),
        *(date(2016, 1, 1), "open", 90_000.0),
        form="Huur",
        specification="Dienst",
    ),
    Contract(
        *("ZL-2023-002", "Organisatie van bijeenkomsten", "Samenkomst Demo", "Evenementen"),
        *(date(2023, 2, 1), date(2027, 1, 31), 510_000.0),
        specification="Dienst",
        cpv="79952000-2",
        options="2027-02-01",
    ),
    Contract(
        *("ZL-2024-031", "Relatiegeschenken", None, "Evenementen"),
        *(date(2024, 11, 1), "tbc", 45_000.0),
        specification=None,
        notice=None,
    ),
    Contract(
        *("ZL-2022-040", "Drukwerk", "Inktvlek Demo", "Overig"),
        *(date(2022, 12, 1), date(2026, 11, 30), 275_000.0),
        options="2026-12-01",
    ),
    Contract(
        *("ZL-2015-009", "Koffie en thee", "Bonenmaal Demo", "Overig"),
        *(date(2015, 6, 1), "rolling", None),
        notice=1,
    ),
    Contract(
        *("ZL-2021-050", "Schoonmaak", "Bezemvast Demo", "Overig"),
        *(date(2021, 1, 1), date(2028, 12, 31), 6_800_000.0),
        specification="Functioneel",
        options="2029-01-01",
        notice=12,
    ),
    Contract(
        *("ZL-2023-017", "Afvalinzameling", "Kringloop Demo", "Overig"),
        *(date(2023, 4, 1), date(2027, 3, 31), 410_000.0),
        specification="Functioneel",
    ),
    Contract(
        *("ZL-2020-005", "Post en pakketten", "Bodedienst Demo", "Overig"),
        *(date(2020, 2, 1), date(2026, 1, 31), 330_000.0),
        specification="Dienst",
        status="Beëindigd",
    ),
    Contract(
        *("ZL-2026-002", "Pakketten", "Bodedienst Demo", "Overig"),
        *(date(2026, 2, 1), date(2030, 1, 31), 260_000.0),
        specification="Dienst",
        replaces="ZL-2020-005",
    ),
)


def _row(contract: Contract) -> Row:
    ends = contract.ends
    return (
        *(contract.number, contract.title, contract.supplier, contract.category, contract.stream),
        *(contract.parent, contract.replaces, contract.form, contract.specification),
        *(contract.starts, None if isinstance(ends, str) else ends),
        NOTES[ends] if isinstance(ends, str) else None,
        *(contract.options, contract.notice, contract.value, contract.cpv, contract.status),
    )


def register() -> Workbook:
    """The register as the purchasing desk keeps it."""
    return Workbook(
        sheet="Contracten",
        header=(
            *("Contractnummer", "Titel", "Leverancier", "Categorie", "Stroom"),
            *("Raamovereenkomst", "Vervangt", "Contractvorm", "Specificatie", "Ingangsdatum"),
            *("Einddatum", "Opmerking einddatum", "Verlengingsopties", "Opzegtermijn (maanden)"),
            *("Contractwaarde", "CPV-code", "Status"),
        ),
        rows=tuple(_row(contract) for contract in CONTRACTS),
        titles=(f"Contractregister {NAME}", "Stand: 2 november 2026"),
        money=("Contractwaarde",),
    )
