"""`nami import FILE` as a person runs it: without a profile, at a terminal of its own."""

import os
import pty
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

FILE = (
    "Leverdatum;Afleveradres;Artikelgroep;Aant. VPE;Netto bedrag\n"
    "02-10-2026;Stadhuis;Papier;12;237,00\n05-10-2026;STADHUIS;Papier;4;79,00\n"
)


def run(nami, *answers):
    """A run of the command at a terminal at which these answers are typed; its output."""
    file = nami.write("opgave papier.csv", FILE)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "nami_monitor", "import", str(file), "--lang", "nl"]
    with subprocess.Popen(
        [*command, "--who", "cm"], stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
        output = process.communicate(timeout=120)[0].decode()
    os.close(ours)
    os.close(theirs)
    return process.returncode, output


def test_questions_are_asked_one_by_one_and_the_answers_are_kept(nami):
    suggested, pieces, category, channel, vat, spelled, create = (
        "y",
        "2",
        "Papier",
        "webwinkel",
        "1",
        "y",
        "y",
    )
    code, output = run(nami, suggested, pieces, category, channel, "zomaar", vat, spelled, create)
    assert code == 0, output
    assert output.index("Voor alle regels: wat is Categorie?") < output.index("Via welk kanaal")
    assert output.count("1  exclusief btw") == 1
    assert "STADHUIS (1 regel) = Stadhuis" in output
    assert "Aantal" not in output.partition("Klopt dat?")[0]
    kept = (nami.profiles / "opgave_papier.toml").read_text("utf-8")
    for said in ('channel = "webwinkel"', 'vat = "excl"', 'stadhuis = "Stadhuis"'):
        assert said in kept
    later = nami.write("opgave papier november.csv", FILE.replace("-10-", "-11-"))
    (report,) = nami.json("import", later)
    assert (report["accepted"], report["set_aside"], report["spellings"]) == (2, 0, [])
