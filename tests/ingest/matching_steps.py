"""Counts what Python's ``re`` does: a matcher that goes back as it does, and texts that hurt most.

``re`` has no counter, and seconds prove nothing on a busy machine. This matcher walks the tree that
``re`` itself parses a pattern to, tries the same ways in the same order, and counts each try.
"""

import re
from itertools import product
from re import _constants as code
from re import _parser as parser

UNBOUNDED = code.MAXREPEAT
REPEATS = {code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT}
PLAIN = {code.LITERAL, code.NOT_LITERAL, code.ANY, code.IN}
CATEGORIES = {
    code.CATEGORY_DIGIT: str.isdigit,
    code.CATEGORY_SPACE: str.isspace,
    code.CATEGORY_WORD: lambda sign: sign.isalnum() or sign == "_",
}
NEGATIONS = {
    code.CATEGORY_NOT_DIGIT: code.CATEGORY_DIGIT,
    code.CATEGORY_NOT_SPACE: code.CATEGORY_SPACE,
    code.CATEGORY_NOT_WORD: code.CATEGORY_WORD,
}


def tree(pattern):
    """The parsed pattern, and whether it ignores case."""
    source = pattern.pattern
    source = source.decode("latin-1") if isinstance(source, bytes) else source
    flags = pattern.flags & (re.IGNORECASE | re.VERBOSE | re.DOTALL | re.MULTILINE | re.ASCII)
    return parser.parse(source, flags), bool(flags & re.IGNORECASE)


def fits(item, sign, fold):  # noqa: PLR0911  one for each kind of item
    """Whether one item takes a sign."""
    kind, value = item
    if kind is code.ANY:
        return sign != "\n"
    if kind is code.LITERAL:
        return sign == chr(value) or (fold and sign.lower() == chr(value).lower())
    if kind is code.NOT_LITERAL:
        return not fits((code.LITERAL, value), sign, fold)
    if kind is code.RANGE:
        variants = {sign, sign.lower(), sign.upper()} if fold else {sign}
        return any(len(one) == 1 and value[0] <= ord(one) <= value[1] for one in variants)
    if kind is code.CATEGORY:
        if value in NEGATIONS:
            return not CATEGORIES[NEGATIONS[value]](sign)
        return CATEGORIES[value](sign)
    negated = value[0][0] is code.NEGATE
    return any(fits(one, sign, fold) for one in value[negated:]) != negated


class Matcher:
    """Goes through a text as ``finditer`` does; ``steps`` says how often it tried an item.

    An ``anchored`` one is tried at the beginning only, as ``match`` and ``fullmatch`` do.
    """

    def __init__(self, pattern, *, anchored=False):
        self.items, self.fold = tree(pattern)
        self.items, self.anchored = tuple(self.items), anchored
        self.steps = 0

    def found(self, text):
        """The spans of all matches."""
        at, spans = 0, []
        while at <= len(text):
            end = next(self.walk(self.items, text, at), None)
            if end is not None:
                spans.append((at, end))
            if self.anchored:
                break
            at = end if end is not None and end > at else at + 1
        return spans

    def walk(self, items, text, at):
        """Every place where these items can end that begin at a place, in the order of trying."""
        if not items:
            yield at
            return
        for end in self.one(items[0], text, at):
            yield from self.walk(items[1:], text, end)

    def one(self, item, text, at):  # noqa: C901  one branch for each kind of item
        """Every place where one item can end."""
        self.steps += 1
        kind, value = item
        if kind in PLAIN:
            if at < len(text) and fits(item, text[at], self.fold):
                yield at + 1
        elif kind is code.SUBPATTERN:
            yield from self.walk(tuple(value[3]), text, at)
        elif kind is code.BRANCH:
            for branch in value[1]:
                yield from self.walk(tuple(branch), text, at)
        elif kind is code.AT:
            if self.stands(value, text, at):
                yield at
        elif kind in REPEATS:
            low, high, body = value
            ends = self.times(tuple(body), text, at, low, high, lazy=kind is code.MIN_REPEAT)
            yield from ends if kind is not code.POSSESSIVE_REPEAT else list(ends)[:1]
        elif kind is code.ATOMIC_GROUP:
            yield from list(self.walk(tuple(value), text, at))[:1]
        elif kind in {code.ASSERT, code.ASSERT_NOT}:
            direction, body = value
            low, high = body.getwidth()
            starts = [at] if direction > 0 else range(max(0, at - high), at - low + 1)
            held = any(
                direction > 0 or end == at
                for start in starts
                for end in self.walk(tuple(body), text, start)
            )
            if held == (kind is code.ASSERT):
                yield at
        else:
            raise ValueError(kind)  # a part of a pattern that this matcher does not know

    def times(self, body, text, at, low, high, *, lazy):
        """Every place where so many times the body can end."""
        if lazy and low <= 0:
            yield at
        if high > 0:
            more = high if high is UNBOUNDED else high - 1
            for end in self.walk(body, text, at):
                if end > at or low > 0:
                    yield from self.times(body, text, end, low - 1, more, lazy=lazy)
        if not lazy and low <= 0:
            yield at

    @staticmethod
    def stands(where, text, at):
        """Whether an anchor or a border of a word stands at a place."""
        if where in {code.AT_BEGINNING, code.AT_BEGINNING_STRING}:
            return at == 0
        if where is code.AT_END:
            return at == len(text) or (at == len(text) - 1 and text[at] == "\n")
        if where is code.AT_END_STRING:
            return at == len(text)
        word = [
            CATEGORIES[code.CATEGORY_WORD](sign) for sign in (text[at - 1 : at], text[at : at + 1])
        ]
        return (word[0] != word[1]) == (where is code.AT_BOUNDARY)


def parts(items):
    """Every item of a pattern, also within others."""
    for item in items:
        yield item
        kind, value = item
        if kind is code.SUBPATTERN:
            yield from parts(value[3])
        elif kind is code.BRANCH:
            for branch in value[1]:
                yield from parts(branch)
        elif kind in REPEATS:
            yield from parts(value[2])
        elif kind is code.ATOMIC_GROUP:
            yield from parts(value)
        elif kind in {code.ASSERT, code.ASSERT_NOT}:
            yield from parts(value[1])


def is_bounded(pattern, most=400):
    """Whether a match has a greatest length: then every start takes no longer than that allows."""
    items, _ = tree(pattern)
    return items.getwidth()[1] <= most


def kinds_of_signs(pattern):
    """One sign for each way in which signs differ to a pattern; the last one fits least."""
    items, fold = tree(pattern)
    plain = [item for item in parts(items) if item[0] in PLAIN]
    signs = {*"aZ0_ \n.-@<\x00é"}
    for kind, value in plain:
        if kind in {code.LITERAL, code.NOT_LITERAL}:
            signs.add(chr(value))
        elif kind is code.IN:
            for inner, what in value:
                if inner is code.LITERAL:
                    signs.add(chr(what))
                elif inner is code.RANGE:
                    signs |= {chr(what[0]), chr(what[1])}
    kinds = {}
    for sign in sorted(signs):
        kinds.setdefault(tuple(fits(item, sign, fold) for item in plain), sign)
    return [kinds[key] for key in sorted(kinds, key=sum, reverse=True)]


def example(items, signs, fold, times=1):
    """A text that these items take; ``times`` at least for what may repeat."""
    text = ""
    for kind, value in items:
        if kind in PLAIN:
            text += next((sign for sign in signs if fits((kind, value), sign, fold)), "")
        elif kind is code.SUBPATTERN:
            text += example(value[3], signs, fold, times)
        elif kind is code.BRANCH:
            text += example(value[1][0], signs, fold, times)
        elif kind in REPEATS:
            low, high, body = value
            text += example(body, signs, fold, times) * min(max(low, times), high)
        elif kind is code.ATOMIC_GROUP:
            text += example(value, signs, fold, times)
    return text


def worst_texts(pattern):
    """Texts of which a part repeats, as functions of how often.

    What repeats is each kind of sign, each pair of kinds, what each repetition of the pattern
    takes, and each beginning of the pattern; before it stands nothing or a beginning of the
    pattern, after it the sign that fits least.
    """
    items, fold = tree(pattern)
    signs = kinds_of_signs(pattern)
    starts = {
        example(items[:size], signs, fold, times)
        for size in range(len(items) + 1)
        for times in (0, 1)
    }
    pairs = {"".join(pair) for pair in product(signs, repeat=2)}
    bodies = {example(value[2], signs, fold) for kind, value in parts(items) if kind in REPEATS}
    alone = {*pairs, *starts} - {""}
    for start, pump in [*product(starts, {*signs, *bodies} - {""}), *product([""], alone)]:
        yield lambda times, parts=(start, pump, signs[-1]): parts[0] + parts[1] * times + parts[2]


def growth(pattern, text, *, anchored=False, times=6):
    """How many times more steps the second addition of a text takes than the first.

    Twice where steps go as the text is long, four times where they go as its square.
    """
    counts = []
    for size in (times, 2 * times, 4 * times):
        matcher = Matcher(pattern, anchored=anchored)
        matcher.found(text(size))
        counts.append(matcher.steps)
    return (counts[2] - counts[1]) / max(1, counts[1] - counts[0])
