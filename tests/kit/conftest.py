"""A kit of two cases and four lessons, in a folder that a test may spoil."""

import pytest

WORDS = """
[nl]
title = "{nl}"
text = "In de casus."
try = "Probeer dit."

[en]
title = "{en}"
text = "In the case."
try = "Try this."
"""
CASE = """
categories = ["paper"]
period = "r12"

[[figures]]
code = "refuse_rate"
by = "decision"
[nl]
title = "Papier"
organisation = "Dienst"
context = "Waar."
approach = "Hoe."
involved = "Wie."

[en]
title = "Paper"
organisation = "Agency"
context = "Where."
approach = "How."
involved = "Who."
"""
LESSONS = {
    "both-channels": ('kind = "lesson"\ncases = [1]\nsignals = ["waterbed_shown"]', "Kijk samen"),
    "less-stock": (
        'kind = "strategy"\ncases = [1, 2]\nstrategies = ["refuse"]\nfigures = ["refused"]',
        "Minder",
    ),
    "a-team": ('kind = "conclusion"\nsignals = ["one_discipline"]', "Een team"),
    "advice-break": ('kind = "lesson"\nadvice = true\nsignals = ["data_break"]', "Breuk"),
}


@pytest.fixture
def folder(tmp_path):
    groups = 'refused = ["refuse_rate", "refuse_avoided_spend"]'
    (tmp_path / "kit_figures.toml").write_text(f"[groups]\n{groups}\n", "utf-8")
    for name in ("cases", "lessons"):
        (tmp_path / name).mkdir()
    for number in (1, 2):
        (tmp_path / "cases" / f"{number}.toml").write_text(CASE, "utf-8")
    for name, (head, title) in LESSONS.items():
        words = WORDS.format(nl=title, en=f"English {title}")
        (tmp_path / "lessons" / f"{name}.toml").write_text(head + words, "utf-8")
    return tmp_path
