"""Numbers and codes that name people and organisations, read from text as people type them."""

import re
import unicodedata

BLANKS = re.compile(r"[\s\u00a0\u2007\u202f\u200b\ufeff]+")
DASHES = re.compile(r"[-\u2010\u2011\u2012\u2013]")
NHS_NUMBER = re.compile(r"[0-9]{10}")
ODS_CODE = re.compile(r"[A-Z0-9]{3,10}")
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")  # takes no room, and tells two texts apart
_ONE_FORM = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d", "-"),
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u02b9\u2032\u00b4", "'"),
        **dict.fromkeys("\u037e\ufe54\uff1b", ","),  # NFKC would make a semicolon of it, which parts a list
    }
)
_BLANKS = re.compile(r"[^\S\x1c-\x1f]+")  # what parts columns and rows on their way is no blank
_MARKS = re.compile(r"[\s_\-]+")
MOST_SHARING = 3  # people of one identifier; of more it is a mailbox of a ward, and nobody's (FEEDS B2.7)


class IdError(ValueError):
    """A number or code that cannot be right. Its words never repeat it, so that they may go into a log."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}; {remedy}")


class OdsCodeError(IdError):
    """Not a code of the Organisation Data Service."""


def tidy(text: str) -> str:
    """Text as it is compared, but for its letters' case: NFKC, with one kind of dash, apostrophe and blank (FEEDS B2.12)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", UNSEEN.sub("", text).translate(_ONE_FORM)).translate(_ONE_FORM)
    return _BLANKS.sub(" ", text).strip(" ")


def plain(text: str | None) -> str:
    """An identifier, role, team or course as it is compared; it is shown as it was written."""
    return tidy(text or "").lower()


def spelt_plainly(word: str) -> str:
    """A word of a closed list as it is compared: without blanks, hyphens and underscores too (FEEDS B2.8)."""
    return _MARKS.sub("", plain(word))


def bare(text: str | None) -> str:
    """An identifier without leading noughts, by which those that a spreadsheet took away are guessed; never matched by."""
    return plain(text).lstrip("0")


def check_digit_fits(digits: str) -> bool:
    """Whether ten digits pass the modulus 11 check: weights 10 to 2, and no number whose check would be 10."""
    check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return check % 11 == int(digits[9]) and check != 10


def parse_ods_code(text: str) -> str:
    """A code of the Organisation Data Service in capitals: "RX3", "A81001"; raises OdsCodeError."""
    code = BLANKS.sub("", text).upper()
    if not ODS_CODE.fullmatch(code):
        raise OdsCodeError("an organisation's code has 3 to 10 letters and digits", "look it up in the Organisation Data Service")
    return code
