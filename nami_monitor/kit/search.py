"""Searching lessons: words are cut to their stem, parts of long words count, slips are forgiven.

A word of the question finds the same stem; else a longer word that begins or ends with it, as Dutch
joins words; else words that are nearly spelt like it. The rarer what it finds, the more it weighs.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import snowballstemmer
from rapidfuzz import fuzz, process

from nami_monitor.core.thresholds import SEARCH_LIKENESS, SEARCH_WORTH
from nami_monitor.core.words import Dimension, KitSignal, LessonKind, Strategy
from nami_monitor.i18n import Lang, text
from nami_monitor.kit.files import Kit, Lesson, shipped

STEMMERS: Final[Mapping[Lang, str]] = {"nl": "dutch", "en": "english"}
TITLE, LABEL, BODY = 3.0, 2.0, 1.0
"""What a word weighs by where it stands."""
PART, NEAR = 0.8, 0.6
"""What it weighs as a part of a longer word, or nearly spelt like it."""
SHORTEST_PART: Final = 4
"""Letters of the shortest word that counts as a part of a longer one, or that may hold a slip."""


@dataclass(frozen=True)
class Index:
    """The words of a kit in one language, with its lessons in their order.

    ``weights`` is what each stem weighs in each lesson that has it, by name; ``stems`` the stem of
    each word as it is written.
    """

    lang: Lang
    lessons: tuple[Lesson, ...]
    weights: Mapping[str, Mapping[str, float]]
    stems: Mapping[str, str]


def search(query: str, lang: Lang) -> tuple[Lesson, ...]:
    """The shipped lessons that a question finds, best first; all of them when it is empty."""
    return matching_lessons(query, _shipped_index(lang))


@cache
def _shipped_index(lang: Lang) -> Index:
    return word_index(shipped(), lang)


def word_index(kit: Kit, lang: Lang) -> Index:
    """Read the words of a kit."""
    weights: dict[str, dict[str, float]] = defaultdict(dict)
    stems: dict[str, str] = {}
    for lesson in kit.lessons.values():
        for words, weight in _parts(lesson, kit, lang):
            for word in _words(words):
                stem = stems[word] = _stem(word, lang)
                weights[stem][lesson.name] = max(weight, weights[stem].get(lesson.name, 0))
    return Index(lang, tuple(kit.lessons.values()), weights, stems)


def matching_lessons(query: str, words: Index) -> tuple[Lesson, ...]:
    """The lessons that a question finds, best first; all of them when it is empty.

    A word that finds n of N lessons is worth ln(1 + N / n), less where it is a part of a longer
    word or nearly spelt so. A lesson that has less than ``SEARCH_WORTH`` of what the best has is
    left out; the others stand by worth times where the word stands, in a title or below.
    """
    if not query.strip():
        return words.lessons
    worth: dict[str, float] = defaultdict(float)
    score: dict[str, float] = defaultdict(float)
    for word in dict.fromkeys(_words(query)):
        hits = _hits(word, words)
        for name, (likeness, weight) in hits.items():
            rare = likeness * math.log1p(len(words.lessons) / len(hits))
            worth[name] += rare
            score[name] += rare * weight
    least = max(worth.values(), default=0) * SEARCH_WORTH.value
    matched = [lesson for lesson in words.lessons if worth.get(lesson.name, -1) >= least]
    return tuple(sorted(matched, key=lambda lesson: -score[lesson.name]))


def _parts(lesson: Lesson, kit: Kit, lang: Lang) -> Iterator[tuple[str, float]]:
    """What a lesson says, with what its words weigh."""
    words = lesson.words[lang]
    yield words.title, TITLE
    yield words.text, BODY
    yield words.to_try, BODY
    yield text(f"kit.kinds.{lesson.kind}", lang), LABEL
    for strategy in lesson.strategies:
        yield text(f"strategies.{strategy}", lang), LABEL
    if lesson.dimension:
        yield text(f"kit.dimensions.{lesson.dimension}", lang), LABEL
    for signal in lesson.signals:
        yield text(f"kit.signals.{signal}", lang), BODY
    for number in lesson.cases:
        case = kit.cases[number].words[lang]
        yield f"{case.title} {case.organisation}", LABEL


def _words(text: str) -> Iterator[str]:
    """The words of a text: small letters, no accents, no single characters."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    yield from re.findall(r"\w\w+", plain)


@lru_cache(maxsize=20_000)
def _stem(word: str, lang: Lang) -> str:
    return str(snowballstemmer.stemmer(STEMMERS[lang]).stemWord(word))


def _hits(word: str, words: Index) -> dict[str, tuple[float, float]]:
    """The lessons that one word finds, by name: how like it is, and what it weighs there."""
    stem = _stem(word, words.lang)
    likeness = {stem: 1.0} if stem in words.weights else {}
    if len(stem) >= SHORTEST_PART:
        for longer in words.weights:
            if longer != stem and (longer.startswith(stem) or longer.endswith(stem)):
                likeness[longer] = PART
    if not likeness and len(word) >= SHORTEST_PART:
        likeness = _nearly(word, words)
    hits: dict[str, tuple[float, float]] = {}
    for like, share in likeness.items():
        for name, weight in words.weights[like].items():
            hits[name] = max((share, weight), hits.get(name, (0, 0)))
    return hits


def _nearly(word: str, words: Index) -> dict[str, float]:
    """Stems of the words that are spelt nearly like this one."""
    least = 100 * SEARCH_LIKENESS.value
    near = process.extract(
        word, list(words.stems), scorer=fuzz.ratio, score_cutoff=least, limit=None
    )
    best = max((score for _, score, _ in near), default=0)
    return {words.stems[hit]: NEAR for hit, score, _ in near if score == best}


def select(
    lessons: Iterable[Lesson],
    *,
    case: int | None = None,
    strategy: Strategy | None = None,
    dimension: Dimension | None = None,
    kind: LessonKind | None = None,
    signal: KitSignal | None = None,
) -> tuple[Lesson, ...]:
    """The lessons that fit everything that is asked, in the order in which they came."""
    return tuple(
        lesson
        for lesson in lessons
        if (case is None or case in lesson.cases)
        and (strategy is None or strategy in lesson.strategies)
        and (dimension is None or dimension is lesson.dimension)
        and (kind is None or kind is lesson.kind)
        and (signal is None or signal in lesson.signals)
    )
