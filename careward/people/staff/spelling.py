"""Names and numbers as somebody looks for them: without accents, apostrophes, hyphens, capitals and leading noughts. Pure."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

from careward.core.ids import bare, tidy

NEAR = 0.72  # of the likeness that difflib measures
SHORTEST = 3  # letters of a word that others are near to
LOOKED_AT = 40  # words with most pairs of letters in common, of which the likeness is measured
_NO_MARK = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_PARTS = re.compile(r"[^a-z0-9]+")
_APOSTROPHES = re.compile("['`\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4]")
_DASHED = re.compile(r"[-\u2010-\u2015\u2212]")


def folded(text: str) -> str:
    """Words as they are looked for: 'O\u2019Neill-Młynarz' is 'oneill mlynarz'."""
    text = _APOSTROPHES.sub("", text.lower())
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text.translate(_NO_MARK))
        text = "".join(c for c in parts if not unicodedata.combining(c))
    return _PARTS.sub(" ", text).strip()


@lru_cache(maxsize=65536)
def spellings(name: str) -> str:
    """A name in each way in which it is looked for: its parts, and what stands with a hyphen or a blank as one word."""
    plainly = folded(name)
    return f"{plainly} {plainly.replace(' ', '')}" if " " in plainly else plainly


@dataclass(frozen=True, slots=True)
class Written:
    """What was typed, as it is compared. Nothing is found where nothing of it can be looked for."""

    words: tuple[str, ...] = ()  # parts of a name
    numbers: tuple[str, ...] = ()  # beginnings of a staff number
    emails: tuple[str, ...] = ()  # beginnings of an e-mail address

    def __bool__(self) -> bool:
        return bool(self.words or self.numbers or self.emails)


def written(typed: str) -> Written:
    """Reads what somebody typed: an e-mail address, a word with a figure in it as a staff number, and the rest as parts of a name."""
    words, numbers, emails = list[str](), list[str](), list[str]()
    for word in tidy(typed).lower().split():
        if "@" in word:
            emails.append(word)
        elif any(c.isdigit() for c in word):
            numbers.append(bare(word) or "0")
        else:
            words += folded(word).split()
    return Written(tuple(words), tuple(numbers), tuple(emails))


@dataclass(frozen=True)
class Names:
    """Everybody of an organisation as they are looked for, in the order of a list by name."""

    ids: Sequence[int]
    names: Sequence[str]  # in each spelling
    numbers: Sequence[str]
    emails: Sequence[str]

    def called(self, asked: Written) -> list[int]:
        """Who fits all that was written."""
        if not asked:
            return []
        found: Iterable[int] = range(len(self.ids))
        for word in asked.words:
            found = [i for i in found if word in self.names[i]]
        for number in asked.numbers:
            found = [i for i in found if self.numbers[i].startswith(number)]
        for email in asked.emails:
            found = [i for i in found if self.emails[i].startswith(email)]
        return [self.ids[i] for i in found]

    @cached_property
    def _paired(self) -> Mapping[str, Sequence[str]]:
        """The words of all names by the pairs of letters in them, the commonest first."""
        often = Counter(word for name in self.names for word in name.split())
        found: dict[str, list[str]] = defaultdict(list)
        for word, _ in often.most_common():
            if len(word) >= SHORTEST:
                for pair in _pairs(word):
                    found[pair].append(word)
        return found

    def near(self, word: str, most: int = 3) -> tuple[str, ...]:
        """Words of names that are spelt nearly so, the nearest first."""
        if len(word) < SHORTEST:
            return ()
        common = Counter(other for pair in _pairs(word) for other in self._paired.get(pair, ()) if abs(len(other) - len(word)) <= 2)
        likely = [(SequenceMatcher(None, word, other).ratio(), other) for other, _ in common.most_common(LOOKED_AT) if other != word]
        return tuple(other for likeness, other in sorted(likely, reverse=True)[:most] if likeness >= NEAR)

    def instead(self, asked: Written, most: int = 3) -> tuple[str, ...]:
        """What might have been meant where nobody was found: the same words, each that no name has by one that is near; each is found."""
        if asked.numbers or asked.emails:
            return ()
        ways = [[word] if self.called(Written((word,))) else list(self.near(word)) for word in asked.words[:4]]
        ways = [way for way in ways if way]
        tried = [" ".join(way[min(n, len(way) - 1)] for way in ways) for n in range(most if ways else 0)]
        return tuple(words for words in dict.fromkeys(tried) if self.called(written(words)))


def _pairs(word: str) -> set[str]:
    """Pairs of letters next to each other, with its beginning and end: as few as two letters in another order leave some."""
    edged = f"^{word}$"
    return {edged[i : i + 2] for i in range(len(edged) - 1)}


def names_of(rows: Iterable[tuple[int, str, str, str, str, str]]) -> Names:
    """Reads (id, first name, last name, preferred name, staff number, e-mail address) in the order of a list by name."""
    ids, names, numbers, emails = list[int](), list[str](), list[str](), list[str]()
    for number, first, last, preferred, employee, email in rows:
        ids.append(number)
        names.append(" ".join(filter(None, (spellings(first), spellings(last), spellings(preferred) if preferred else ""))))
        numbers.append(bare(employee) or "0")
        emails.append(email.lower())
    return Names(ids, names, numbers, emails)
