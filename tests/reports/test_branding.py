"""The settings file: what is wrong is said with its line and key, in both languages."""

import pytest
from PIL import Image

from nami_monitor.core.errors import UserError
from nami_monitor.core.words import AlertKind
from nami_monitor.i18n import LANGS, text
from nami_monitor.reports.branding import (
    NEUTRAL,
    MailSettings,
    read_branding,
    read_organisation,
    usual_file,
)


def written(tmp_path, content):
    path = tmp_path / "organisation.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def logo(tmp_path, name="logo.png", size=(40, 20)):
    Image.new("RGB", size, "#154273").save(tmp_path / name)
    return name


def test_without_a_file_the_theme_is_neutral(monkeypatch, tmp_path):
    monkeypatch.setenv("NAMI_HOME", str(tmp_path))
    assert read_branding() == NEUTRAL
    usual_file().write_text('name = "Gemeente Voorbeeld"\n', "utf-8")
    assert read_branding().name == "Gemeente Voorbeeld"


def test_a_whole_file_gives_name_colours_and_logo(tmp_path):
    logo(tmp_path, "beeld.jpg", (2000, 500))
    path = written(
        tmp_path,
        b'\xef\xbb\xbf# wij\r\nname = "Gemeente  Voorbeeld"\r\nlogo = "beeld.jpg"\r\n'
        b'primary = "#00508c"\r\nsecond = "#8A4500"\r\n',
    )
    found = read_branding(path)
    assert found.name == "Gemeente Voorbeeld"
    assert (found.primary, found.second) == ("#00508C", "#8A4500")
    assert found.logo.startswith(b"\x89PNG")


WRONG = {
    "unknown": ('name = "A"\nkleur = "#154273"\n', 2, "kleur"),
    "no_text": ('name = "A"\n\nprimary = 154273\n', 3, "primary"),
    "long_name": (f'name = "{"A" * 121}"\n', 1, "name"),
    "no_colour": ('name = "A"\nprimary = "blauw"\n', 2, "primary"),
    "pale": ('name = "A"\n# bleek\nsecond = "#FFB612"\n', 3, "second"),
    "no_logo": ('logo = "elders.png"\n', 1, "logo"),
    "toml": ('name = "A"\nprimary = #154273\n', 2, None),
    "not_utf8": (b'name = "A"\nlogo = "\xe9.png"\n', 2, None),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_said_with_line_and_key(tmp_path, what):
    content, line, key = WRONG[what]
    with pytest.raises(UserError) as caught:
        read_branding(written(tmp_path, content))
    assert caught.value.key == f"branding.{what}"
    assert caught.value.values["line"] == line
    assert caught.value.values.get("key") == key
    for lang in LANGS:
        said = text(f"errors.{caught.value.key}", lang, **caught.value.values)
        assert str(line) in said
        assert "organisation.toml" in said


MAIL = 'name = "A"\n[mail]\nhost = "mail.example.org"\nfrom = "nami@example.org"\n'
TO = '[[mail.to]]\naddress = "a@example.org"\n'
WRONG_MAIL = {
    "an unknown key": (f'{MAIL}wachtwoord = "x"\n{TO}', "unknown", 5, "wachtwoord"),
    "no recipient": (MAIL, "missing", 2, "to"),
    "no sender": (f'[mail]\nhost = "mail.example.org"\n{TO}', "missing", 1, "from"),
    "two lines": (f'{MAIL}{TO}[[mail.to]]\naddress = "b@example.org\\nBcc: c@example.org"\n',
                  "value", 6, "address"),
    "two points": (f'{MAIL}[[mail.to]]\naddress = "a..b@example.org"\n', "value", 6, "address"),
    "a point at the end": (
        f'{MAIL}[[mail.to]]\naddress = "a@example.org."\n', "value", 6, "address",
    ),
    "no address": (f"{MAIL}[[mail.to]]\nkinds = []\n", "missing", 2, "address"),
    "a kind": (f'{MAIL}{TO}kinds = ["all"]\n', "value", 7, "kinds"),
    "a port": (f"{MAIL}port = 70000\n{TO}", "value", 5, "port"),
    "a port in words": (f'{MAIL}port = "smtp"\n{TO}', "value", 5, "port"),
    "another way": (f'{MAIL}tls = "ssl"\n{TO}', "value", 5, "tls"),
    "signing in openly": (f'{MAIL}tls = "none"\nuser = "nami"\n{TO}', "value", 5, "tls"),
    "a link": (f'{MAIL}link = "javascript:alert(1)"\n{TO}', "value", 5, "link"),
    "a host": (f'{MAIL.replace("mail.ex", "mail ex")}{TO}', "value", 3, "host"),
    "no table": ('name = "A"\nmail = "a@example.org"\n', "value", 2, "mail"),
    "no list": (f'{MAIL}to = "a@example.org"\n', "value", 5, "to"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG_MAIL)
def test_what_is_wrong_with_the_mail_is_said_with_line_and_key(tmp_path, what):
    content, kind, line, key = WRONG_MAIL[what]
    with pytest.raises(UserError) as caught:
        read_organisation(written(tmp_path, content))
    seen = caught.value.values
    assert (caught.value.key, seen["line"], seen["key"]) == (f"branding.{kind}", line, key)
    for lang in LANGS:
        said = text(f"errors.{caught.value.key}", lang, **seen)
        assert "organisation.toml" in said
        assert "nami@example.org" not in said


def test_where_the_mail_goes(tmp_path):
    content = (
        f'{MAIL}user = "nami"\n{TO}[[mail.to]]\naddress = "b@example.org"\nkinds = ["contract"]\n'
    )
    branding, mail = read_organisation(written(tmp_path, content))
    assert (branding.name, mail.at, mail.tls) == ("A", ("mail.example.org", 587), "starttls")
    assert [one.address for one in mail.to] == ["a@example.org", "b@example.org"]
    assert [one.kinds for one in mail.to] == [tuple(AlertKind), (AlertKind.CONTRACT,)]
    assert read_organisation(written(tmp_path, 'name = "A"\n'))[1] == MailSettings()


def test_a_colour_without_contrast_is_refused_with_its_ratio_and_a_name_of_120_signs_is_not(
    tmp_path,
):
    name = "Samenwerkingsverband " * 5 + "Noordwest-West"
    assert len(name) < 120
    assert read_branding(written(tmp_path, f'name = "{name}"\n')).name == name
    for key in ("primary", "second"):
        with pytest.raises(UserError) as caught:
            read_branding(written(tmp_path, f'{key} = "#777777"\n'))
        for lang, ratio, least in (("nl", "4.5", "4.5"), ("en", "4.5", "4.5")):
            said = text(f"errors.{caught.value.key}", lang, **caught.value.values)
            assert ratio in said
            assert least in said
            assert "#777777" in said


def test_a_file_that_is_not_there_or_a_folder_is_said(tmp_path):
    for path in (tmp_path / "nergens.toml", tmp_path):
        with pytest.raises(UserError) as caught:
            read_branding(path)
        assert caught.value.key == "branding.unreadable"


def test_a_table_in_the_file_is_an_unknown_key(tmp_path):
    with pytest.raises(UserError) as caught:
        read_branding(written(tmp_path, 'name = "A"\n[colours]\nprimary = "#154273"\n'))
    assert (caught.value.key, caught.value.values["line"]) == ("branding.unknown", 2)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no_picture"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "no_picture"),
        (b"", "no_picture"),
        (b"\0" * 5_000_001, "huge_logo"),
    ],
)
def test_a_logo_that_is_no_picture_or_takes_too_much_is_refused(tmp_path, content, what):
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_branding(written(tmp_path, 'logo = "logo.png"\n'))
    assert caught.value.key == f"branding.{what}"


def test_a_logo_of_too_many_pixels_is_refused_before_it_is_drawn(tmp_path):
    name = logo(tmp_path, "groot.png", (6000, 5000))
    with pytest.raises(UserError) as caught:
        read_branding(written(tmp_path, f'logo = "{name}"\n'))
    assert caught.value.key == "branding.large_logo"
    assert caught.value.values["pixels"] == "6000 x 5000"


def test_a_folder_as_logo_is_refused(tmp_path):
    (tmp_path / "map").mkdir()
    with pytest.raises(UserError) as caught:
        read_branding(written(tmp_path, 'logo = "map"\n'))
    assert caught.value.key == "branding.no_logo"
