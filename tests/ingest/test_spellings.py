"""Names in other spellings: proposed as one, decided once, remembered; never merged unseen."""

import pytest

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.book.booking import Answers
from nami_monitor.ingest.book.file_import import import_file
from nami_monitor.ingest.book.spellings import Becomes, decided, proposed_spelling, spelling
from nami_monitor.ingest.profiles.profile import parse_profile, write_profile
from nami_monitor.store import Store

PROFILE = """
source = "Kantoor X"
vat = "excl"
[[table]]
name = "orders"
[table.columns]
ordered_on = "Datum"
location_id = "Locatie"
category = "Categorie"
supplier = "Leverancier"
quantity = "Aantal"
[table.constants]
channel = "webshop"
"""
HEADER = "Datum;Locatie;Categorie;Leverancier;Aantal\n"
LINES = [
    ("Stadhuis", "Papier", "Papyrus B.V."),
    ("Stadhuis", "Papier", "Papyrus B.V."),
    ("STADHUIS", "papier", "PAPYRUS BV"),
    ("Stadhuis, Markt 1", "Papier", "Papyrus"),
    ("Werf 1", "Pennen", "Inkt & Zn."),
    ("Werf 2", "Pennen", "Inkt en Zn."),
]
ALL = Answers(create=frozenset({"locations", "categories"}))


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "db")
    yield opened
    opened.close()


def written(folder, lines, name="a.csv", month=1):
    rows = [
        f"{day:02}-{month:02}-2026;{';'.join(line)};{day}\n" for day, line in enumerate(lines, 1)
    ]
    (folder / name).write_text(HEADER + "".join(rows), "utf-8")
    return folder / name


def looked(store, file, profile, answers=ALL):
    return import_file(store, file, profile, answers=answers, look_only=True)


def by_place(store, column="location_id"):
    with store.read() as db:
        return dict(db.rows(f"select {column}, sum(quantity) from orders group by 1 order by 1"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Stadhuis", "STADHUIS", True),
        ("Stadhuis", "Stadhuis, Markt 1", True),
        ("Stadhuis", "stad-huis (Markt 1, 1234 AB Zuiderlicht)", True),
        ("Bibliotheek", "Bibliotheek Kerkstraat 12a", True),
        ("Café", "cafe", True),
        ("Werf 1", "Werf 2", False),
        ("Markt 1", "Markt 2", False),
        ("Gebouw, vleugel 1", "Gebouw, vleugel 2", False),
        ("Gebouw", "Gebouw, vleugel 2", False),
        ("1-1", "11", False),
        ("1.1", "1-1", True),
        ("?", "!", False),
    ],
)
def test_case_blanks_punctuation_and_addresses_do_not_count_and_numbers_do(one, other, same):
    assert (spelling(one) == spelling(other)) is same


def test_the_legal_form_of_a_supplier_does_not_count_and_of_a_place_does():
    assert spelling("Papyrus B.V.", "supplier") == spelling("PAPYRUS BV", "supplier")
    assert spelling("NV", "supplier") == "nv"
    assert spelling("Loods BV") != spelling("Loods")


def test_nothing_is_merged_unasked_and_one_decision_books_all_spellings_as_one(store, tmp_path):
    profile, file = parse_profile(PROFILE), written(tmp_path, LINES)
    with pytest.raises(UserError, match="spellings"):
        import_file(store, file, profile, answers=ALL, who="cm")
    found = looked(store, file, profile).spellings
    assert {(one.text, one.becomes, one.lines) for one in found} == {
        ("STADHUIS", "Stadhuis", 1),
        ("Stadhuis, Markt 1", "Stadhuis", 1),
        ("papier", "Papier", 1),
        ("PAPYRUS BV", "Papyrus B.V.", 1),
        ("Papyrus", "Papyrus B.V.", 1),
    }
    profile, answers = decided(profile, ALL, {one: proposed_spelling(one) for one in found})
    profile = parse_profile(write_profile(profile))
    import_file(store, file, profile, answers=answers, who="cm")
    assert by_place(store) == {"Stadhuis": 10, "Werf 1": 5, "Werf 2": 6}
    assert by_place(store, "supplier")["Papyrus B.V."] == 10

    later = written(tmp_path, [*LINES, ("Stadhuis - Markt 1", "Papier", "Papyrus")], "b.csv", 2)
    (one,) = looked(store, later, profile).spellings
    assert (one.text, one.becomes) == ("Stadhuis - Markt 1", "Stadhuis")


def test_what_stays_apart_is_not_asked_again(store, tmp_path):
    profile, file = parse_profile(PROFILE), written(tmp_path, LINES)
    found = looked(store, file, profile).spellings
    same, answers = decided(profile, ALL, dict.fromkeys(found, Becomes.APART.value))
    assert same == profile
    import_file(store, file, profile, answers=answers, who="cm")
    assert set(by_place(store)) == {"Stadhuis", "STADHUIS", "Stadhuis, Markt 1", "Werf 1", "Werf 2"}
    assert looked(store, written(tmp_path, LINES, "b.csv", 2), profile, Answers()).spellings == ()


MASTER = """
source = "Lijst"
[[table]]
name = "categories"
[table.columns]
category = "Code"
name_nl = "Naam"
name_en = "Naam"
[table.constants]
"""


def with_categories(store, folder):
    (folder / "c.csv").write_text("Code;Naam\nict;ICT-hardware\noff;Kantoor\n", "utf-8")
    import_file(store, folder / "c.csv", parse_profile(MASTER), answers=Answers.yes(), who="cm")


def test_codes_that_no_list_has_are_mapped_made_or_left_out_one_by_one(store, tmp_path):
    with_categories(store, tmp_path)
    lines = [
        ("A", "ICT hardware", "x"),
        ("A", "Groen", "x"),
        ("A", "Grijs", "x"),
        ("A", "off", "x"),
    ]
    profile, file = parse_profile(PROFILE), written(tmp_path, lines)
    answers = Answers(create=frozenset({"locations"}), accept_set_aside=True)
    found = {one.text: one for one in looked(store, file, profile, answers).spellings}
    assert {text: (one.becomes, one.held) for text, one in found.items()} == {
        "ICT hardware": ("ict", True), "Groen": ("", True), "Grijs": ("", True),
    }  # fmt: skip
    assert found["Groen"].known == ("ict", "off")
    chosen = {
        found["ICT hardware"]: "ict",
        found["Groen"]: Becomes.NEW.value,
        found["Grijs"]: Becomes.APART.value,
    }
    profile, answers = decided(profile, answers, chosen)
    report = import_file(store, file, profile, answers=answers, who="cm")
    assert (report.main.accepted, report.main.set_aside) == (3, 1)
    assert report.created["categories"] == 1
    assert by_place(store, "category") == {"Groen": 2, "ict": 1, "off": 4}


def test_a_text_for_all_rows_is_compared_too(store, tmp_path):
    with_categories(store, tmp_path)
    text = PROFILE.replace('category = "Categorie"\n', "")
    profile = parse_profile(text + 'category = "kantoor"\n')
    file = written(tmp_path, LINES[4:])
    (one,) = [o for o in looked(store, file, profile).spellings if o.column == "category"]
    profile, answers = decided(profile, ALL, {one: one.becomes})
    assert profile.tables[0].constants["category"] == "off"
    import_file(store, file, profile, answers=answers, who="cm")


def test_a_break_inside_a_name_does_not_keep_its_decision_from_holding(store, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text(HEADER + '01-01-2026;Werf;P;x;1\n02-01-2026;"Werf\n(Kade 3)";P;x;2\n', "utf-8")
    profile = parse_profile(PROFILE)
    found = looked(store, file, profile).spellings
    profile, answers = decided(profile, ALL, {one: proposed_spelling(one) for one in found})
    import_file(store, file, profile, answers=answers, who="cm")
    assert by_place(store) == {"Werf": 3}
