"""What a form says that asks a list or a search by POST, so that no word which may name a person stands in an address."""

ASKS = "asks"  # a hidden field: this form asks, and does nothing
IN_ADDRESS = "in_address"  # a hidden field: the names of the form's fields that may stand in the address
VIEW = "view"  # in an address: the number under which the rest is kept
LONGEST = 100  # characters of what is typed that are looked at


def cleaned(words: str) -> str:
    """What somebody typed as it is looked for: single spaces, and no longer than anybody means."""
    return " ".join(words.replace("\0", " ").split())[:LONGEST].strip()
