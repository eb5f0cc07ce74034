from hypothesis import given
from hypothesis import strategies as st

from nami_monitor.core.errors import LIST_LIMIT, LONGEST_IN_LIST, LONGEST_QUOTE, listed, short


@given(st.text())
def test_a_quoted_text_is_one_line_of_bounded_length(text):
    shown = short(text)
    assert len(shown) <= LONGEST_QUOTE
    assert len(shown.splitlines()) <= 1
    assert short(shown) == shown


def test_what_was_cut_says_so():
    assert short("a" * LONGEST_QUOTE) == "a" * LONGEST_QUOTE
    assert short("a" * (LONGEST_QUOTE + 1)) == "a" * (LONGEST_QUOTE - 1) + "…"
    assert listed(["a", "b"]) == "a, b"
    assert listed("x" for _ in range(LIST_LIMIT + 5)).endswith("x, …")
    assert len(listed(["y" * 1000] * 1000)) < (LIST_LIMIT + 1) * (LONGEST_IN_LIST + 2)
