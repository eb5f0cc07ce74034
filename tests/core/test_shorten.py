from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.core.shorten import LONGEST, LONGEST_OF_MANY, MOST, listed, short


@given(st.text())
def test_a_quoted_text_is_one_line_of_bounded_length(text):
    shown = short(text)
    assert len(shown) <= LONGEST
    assert len(shown.splitlines()) <= 1
    assert short(shown) == shown


def test_what_was_cut_says_so():
    assert short("a" * LONGEST) == "a" * LONGEST
    assert short("a" * (LONGEST + 1)) == "a" * (LONGEST - 1) + "…"
    assert listed(["a", "b"]) == "a, b"
    assert listed("x" for _ in range(MOST + 5)).endswith("x, …")
    assert len(listed(["y" * 1000] * 1000)) < (MOST + 1) * (LONGEST_OF_MANY + 2)
