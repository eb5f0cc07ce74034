"""The assortment of office supplies: 60 articles in the web shop, 24 in the cabinets too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Article:
    """An article of office supplies.

    Args:
        name: Dutch name, unique.
        group: Dutch name of the product group.
        cabinet: relative popularity in the cabinets; 0: not kept there.
        webshop: relative popularity in the web shop.
        price: EUR per piece without VAT, in the first year.
        grams: mass of a piece; None: nobody knows.
        pack: pieces in a pack of the web shop.
        sustainable: whether it bears a sustainability mark.
        removed: whether it left the cabinet of the pilot office.
        late: whether the web shop sells it only from a later date.
    """

    name: str
    group: str
    cabinet: int
    webshop: int
    price: float
    grams: float | None
    pack: int
    sustainable: bool = False
    removed: bool = False
    late: bool = False


ARTICLES: Final = (
    # Stays in every cabinet.
    Article("Kopieerpapier A4 wit 80 g", "Papier", 30, 9, 3.85, 2495, 5),
    Article("Kopieerpapier A4 gerecycled 80 g", "Papier", 14, 6, 4.1, 2495, 5, sustainable=True),
    Article("Kopieerpapier A3 wit 80 g", "Papier", 4, 2, 8.2, 4990, 5),
    Article("Balpen navulbaar blauw", "Schrijfwaren", 12, 4, 0.62, 10, 10, sustainable=True),
    Article("Balpen navulbaar zwart", "Schrijfwaren", 9, 3, 0.62, 10, 10, sustainable=True),
    Article("Potlood HB", "Schrijfwaren", 5, 2, 0.28, 5, 12, sustainable=True),
    Article("Schrijfblok A4 gelinieerd", "Papier", 8, 3, 1.45, 310, 5),
    Article("Envelop C5 met venster", "Enveloppen", 10, 3, 0.05, 7.5, 50),
    Article("Envelop C4 akte", "Enveloppen", 6, 2, 0.11, 19, 50),
    Article("Batterij AA oplaadbaar", "Elektra", 4, 2, 2.35, 27, 4, sustainable=True),
    Article("Nietjes 24/6", "Bureau", 3, 1, 0.55, 33, 10),
    Article("Paperclips 32 mm", "Bureau", 3, 1, 0.48, 45, 10),
    # Left the cabinet of the pilot office.
    Article("Balpen wegwerp blauw", "Schrijfwaren", 20, 6, 0.21, 6, 10, removed=True),
    Article("Balpen wegwerp zwart", "Schrijfwaren", 14, 5, 0.21, 6, 10, removed=True),
    Article("Markeerstift geel", "Schrijfwaren", 9, 3, 0.74, 14, 10, removed=True),
    Article("Markeerstift assorti", "Schrijfwaren", 5, 2, 0.79, 14, 4, removed=True),
    Article("Memoblaadjes 76 x 76 geel", "Papier", 14, 5, 0.52, 48, 12, removed=True),
    Article("Memoblaadjes index smal", "Papier", 6, 2, 1.15, None, 5, removed=True),
    Article("Insteekhoes A4 glashelder", "Ordenen", 16, 5, 0.06, 6, 25, removed=True),
    Article("Ordner A4 75 mm", "Ordenen", 5, 3, 2.05, 470, 5, removed=True),
    Article("Plakband 19 mm", "Bureau", 6, 2, 0.58, 25, 8, removed=True),
    Article("Correctieroller", "Bureau", 4, 2, 1.65, 21, 5, removed=True),
    Article("Lijmstift 20 g", "Bureau", 4, 2, 0.95, 33, 6, removed=True),
    Article("Batterij AA wegwerp", "Elektra", 8, 3, 0.39, 23, 8, removed=True),
    # Web shop only.
    Article("Tabbladen A4 1-12", "Ordenen", 0, 2, 1.1, 130, 5),
    Article("Snelhechter A4", "Ordenen", 0, 2, 0.34, 42, 10),
    Article("Ringband A4 4-rings", "Ordenen", 0, 2, 2.6, 360, 5, sustainable=True),
    Article("Archiefdoos A4", "Ordenen", 0, 3, 1.75, 290, 10, sustainable=True),
    Article("Hangmap A4", "Ordenen", 0, 2, 0.72, 68, 25),
    Article("Tijdschriftcassette karton", "Ordenen", 0, 1, 2.15, 240, 5, sustainable=True),
    Article("Bureauagenda", "Kalenders", 0, 1, 6.4, 380, 1),
    Article("Wandkalender met drie maanden", "Kalenders", 0, 1, 4.9, 260, 1),
    Article("Whiteboardstift set van 4", "Presentatie", 0, 2, 3.2, 62, 3),
    Article("Whiteboardwisser", "Presentatie", 0, 1, 3.6, 74, 1),
    Article("Flip-overpapier", "Presentatie", 0, 1, 7.9, 1650, 5),
    Article("Magneten rond 30 mm", "Presentatie", 0, 1, 0.45, 15, 10),
    Article("Fineliner zwart 0,4", "Schrijfwaren", 0, 3, 0.83, 8, 10),
    Article("Rollerpen blauw", "Schrijfwaren", 0, 2, 1.9, 13, 12),
    Article("Vulpotlood 0,5", "Schrijfwaren", 0, 1, 1.55, 12, 6),
    Article("Gum wit", "Schrijfwaren", 0, 1, 0.35, 19, 10),
    Article("Liniaal 30 cm", "Bureau", 0, 1, 0.65, 28, 5),
    Article("Schaar 21 cm", "Bureau", 0, 1, 2.8, 85, 2),
    Article("Nietmachine", "Bureau", 0, 1, 7.5, 210, 1),
    Article("Perforator 2-gaats", "Bureau", 0, 1, 6.9, 295, 1),
    Article("Elastieken assorti", "Bureau", 0, 1, 0.9, None, 5),
    Article("Verpakkingstape 50 mm", "Verzenden", 0, 2, 1.6, 130, 6),
    Article("Verzenddoos klein", "Verzenden", 0, 2, 0.7, 120, 20, sustainable=True),
    Article("Luchtkussenenvelop D", "Verzenden", 0, 2, 0.28, 21, 20),
    Article("Adresetiketten 70 x 37", "Verzenden", 0, 1, 6.8, 690, 1),
    Article("Naambadge met clip", "Ontvangst", 0, 2, 0.55, None, 25),
    Article("Bezoekersboek geïllustreerd", "Ontvangst", 0, 1, 5.2, 320, 1),
    Article("Kopieerpapier A4 crème 120 g", "Papier", 0, 1, 9.4, 3740, 5),
    # In the web shop from a later date.
    Article("Notitieboek A5 steenpapier", "Papier", 0, 2, 4.3, 290, 2, sustainable=True, late=True),
    Article("Balpen karton", "Schrijfwaren", 0, 2, 0.44, 7, 10, sustainable=True, late=True),
    Article("Markeerpotlood hout", "Schrijfwaren", 0, 1, 0.98, 9, 6, sustainable=True, late=True),
    Article("Ordner gerecycled karton", "Ordenen", 0, 2, 2.3, 455, 5, sustainable=True, late=True),
    Article("Plakband papier", "Bureau", 0, 1, 1.2, 28, 8, sustainable=True, late=True),
    Article("Uitwisbaar notitieblok", "Papier", 0, 1, 11.5, None, 1, sustainable=True, late=True),
    Article("Laptopstandaard karton", "Werkplek", 0, 1, 9.8, 410, 1, sustainable=True, late=True),
    Article("Polssteun gel", "Werkplek", 0, 1, 8.6, None, 1, late=True),
)
