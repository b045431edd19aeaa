"""Numbers and codes that name people and organisations, read from text as people type them."""

import re

HARD_SPACE = "\u00a0"
BLANKS = re.compile(r"[\s\u00a0\u2007\u202f\u200b\ufeff]+")
DASHES = re.compile(r"[-\u2010\u2011\u2012\u2013]")
NHS_NUMBER = re.compile(r"[0-9]{10}")
ODS_CODE = re.compile(r"[A-Z0-9]{3,10}")
STAFF_NUMBER = re.compile(r"[A-Z0-9]([A-Z0-9/_.-]{0,28}[A-Z0-9])?")
SPREADSHEET_NUMBER = re.compile(r"[0-9]+(\.[0-9]+E\+?[0-9]+|\.0+)", re.IGNORECASE)


class IdError(ValueError):
    """A number or code that cannot be right. Its words never repeat it, so that they may go into a log."""

    def __init__(self, what: str, remedy: str) -> None:
        self.what, self.remedy = what, remedy
        super().__init__(f"{what}; {remedy}")


class NhsNumberError(IdError):
    """Not an NHS number."""


class OdsCodeError(IdError):
    """Not a code of the Organisation Data Service."""


class StaffNumberError(IdError):
    """Not a staff number."""


def plain(text: str | None) -> str:
    """An identifier as it is compared: case and outer blanks make no difference."""
    return (text or "").strip().lower()


def parse_nhs_number(text: str) -> str:
    """The ten digits of an NHS number, spaces and dashes taken out; raises NhsNumberError."""
    digits = DASHES.sub("", BLANKS.sub("", text))
    if not NHS_NUMBER.fullmatch(digits):
        raise NhsNumberError("an NHS number has 10 digits", "copy it again from the letter or the record")
    if len(set(digits)) == 1:  # 0000000000 passes the check: someone typed it to get past a form
        raise NhsNumberError("an NHS number is not one digit ten times", "leave it blank when it is not known")
    if not check_digit_fits(digits):
        raise NhsNumberError(
            "the last digit of this NHS number does not fit the others", "look for a wrong digit or two that changed places"
        )
    return digits


def check_digit_fits(digits: str) -> bool:
    """Whether ten digits pass the modulus 11 check: weights 10 to 2, and no number whose check would be 10."""
    check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return check % 11 == int(digits[9]) and check != 10


def format_nhs_number(number: str) -> str:
    """An NHS number as people read it, 3-3-4 with hard spaces so that it stays on one line; raises NhsNumberError."""
    digits = parse_nhs_number(number)
    return HARD_SPACE.join((digits[:3], digits[3:6], digits[6:]))


def parse_ods_code(text: str) -> str:
    """A code of the Organisation Data Service in capitals: "RX3", "A81001"; raises OdsCodeError."""
    code = BLANKS.sub("", text).upper()
    if not ODS_CODE.fullmatch(code):
        raise OdsCodeError("an organisation's code has 3 to 10 letters and digits", "look it up in the Organisation Data Service")
    return code


def parse_staff_number(text: str) -> str:
    """An employee or assignment number in capitals, leading noughts kept; raises StaffNumberError."""
    number = text.strip(" \t\r\n\u00a0\u2007\u202f\u200b\ufeff").upper()
    if SPREADSHEET_NUMBER.fullmatch(number):
        raise StaffNumberError(
            "a spreadsheet has turned this staff number into a figure", "export the column as text and load the file again"
        )
    if not STAFF_NUMBER.fullmatch(number):
        raise StaffNumberError(
            "a staff number has 1 to 30 letters, digits, dashes, strokes, dots or underlines", "copy it again from the staff record"
        )
    return number
