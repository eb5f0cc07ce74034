"""Who may do what, by what is said of them; whom nothing fits may do nothing."""

from itertools import combinations

import pytest

from nami_monitor.access.roles import Fitting, Limit, Role, Roles, decide, limits
from nami_monitor.access.settings import read_service
from nami_monitor.core.errors import UserError

TEXT = """
[roles]
look = ["lezers"]
write = ["inkoop"]
import = ["data"]
manage = ["beheer"]

[[people]]
claim = "sub"
value = "u-1"
role = "look"
who = "CM papier"
categories = ["papier"]

[[people]]
value = "dorp"
role = "look"
organisations = ["Dorp"]
"""
OF_GROUP = {"lezers": "look", "inkoop": "write", "data": "import", "beheer": "manage"}


@pytest.fixture
def service(tmp_path):
    def read(text):
        (tmp_path / "service.toml").write_text(text, "utf-8")
        return read_service({"NAMI_SERVICE": str(tmp_path / "service.toml")})

    return read


def test_each_role_covers_those_before_it_and_no_other():
    for lower, higher in combinations(Role, 2):
        assert higher.covers(lower)
        assert not lower.covers(higher)
    assert all(role.covers(role) for role in Role)


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_of_several_groups_the_highest_role_counts(service, n):
    stated = service(TEXT)
    for groups in combinations(OF_GROUP, n):
        for order in (groups, groups[::-1]):
            found = decide({"groups": (*order, "vreemd")}, stated.roles, stated.people)
            assert found.role == max((Role(OF_GROUP[one]) for one in groups), key=[*Role].index)
            assert not found.limit


def test_the_first_of_the_people_that_fits_counts_before_any_group(service):
    stated = service(TEXT)
    claims = {"sub": ("u-1",), "groups": ("beheer", "dorp")}
    found = decide(claims, stated.roles, stated.people)
    assert (found.who, found.role) == ("CM papier", Role.LOOK)
    assert found.limit == Limit(("papier",), ())
    found = decide({"groups": ("beheer", "dorp")}, stated.roles, stated.people)
    assert found.limit == Limit((), ("Dorp",))
    assert limits(stated.people) == (Limit(("papier",), ()), Limit((), ("Dorp",)))


@pytest.mark.parametrize(
    "claims",
    [{}, {"groups": ()}, {"groups": ("vreemd", "")}, {"sub": ("beheer",)}, {"groups": ("BEHEER",)}],
)
def test_whom_nothing_fits_has_no_access(service, claims):
    stated = service(TEXT)
    assert decide(claims, stated.roles, stated.people) is None
    assert decide(claims, Roles(look=("x",), others=Role.LOOK), ()).role is Role.LOOK


def test_without_roles_whoever_is_signed_in_looks():
    assert decide({"sub": ("u",)}, Roles(), ()).role is Role.LOOK
    assert decide({"sub": ("u",)}, Roles(), (Fitting("v", Role.LOOK),)) is None


def test_the_name_is_the_role_or_what_the_organisation_chose_and_no_claim():
    claims = {"groups": ("g",), "email": ("an@example.org",), "name": ("An Jansen",)}
    for role in Role:
        found = decide(claims, Roles(**{f"{role}_" if role == "import" else role: ("g",)}), ())
        assert found.role is role
        assert found.who in {"lezer", "schrijver", "inlezer", "beheerder"}


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[roles]\nlok = ["a"]', "lok"),
        ('[[people]]\nvalue = "x"\nrole = "boss"', "role"),
        ('[[people]]\nvalue = "x"\nrole = "write"\ncategories = ["p"]', "role"),
        ('[[people]]\nvalue = "x"\nrole = "manage"\norganisations = ["p"]', "role"),
        ('[[people]]\nvalue = "x"\nrole = "look"\nwho = "an@example.org"', "who"),
        ('[[people]]\nvalue = "x"\nrole = "look"\nwho = "  "', "who"),
        ('[[people]]\nrole = "look"', "value"),
        ('[roles]\nothers = "everything"', "others"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_key(service, text, key):
    with pytest.raises(UserError) as error:
        service(text)
    assert error.value.values["key"] == key
