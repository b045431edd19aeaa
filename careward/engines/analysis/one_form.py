"""Text in the one form in which it is compared (FEEDS B2.12), before it comes to the queries: no engine knows NFKC.

What is compared and never shown comes in that form; what is shown too comes as it was written, and in that form beside it.
"""

from collections.abc import Callable, Collection, Mapping

import pyarrow as pa

from careward.core.ids import plain, tidy

COMPARED = {
    "accounts": ("employee_number", "smartcard", "email", "roles", "teams"), "people": ("smartcard", "email"), "training": ("course",),
    "assignments": ("supervisor",),
    "authorisations": ("roles", "teams", "approved_by"), "generic": ("username",),
}  # fmt: skip
SPELT = {"username_spelt": "username", "number_spelt": "employee_number"}  # column: of which; null where its small letters are its one form
TEXT = pa.string()


def is_in_one_form(text: str | None) -> bool:
    """Whether nothing but capitals tells a text from its one form."""
    return text is None or tidy(text) == text


def brought(name: str, columns: Mapping[str, pa.Array], odd: Collection[str]) -> dict[str, pa.Array]:
    """The columns of a table of RECONCILED as the queries read them; `odd` are those with a text that is not in its one form."""
    made = dict(columns)
    for column in set(odd) & set(COMPARED.get(name, ())):
        made[column] = _each(columns[column], _tidy_list)
    for column, of in SPELT.items():
        if of in columns and of not in COMPARED.get(name, ()):
            made[column] = _each(columns[of], plain) if of in odd else pa.nulls(len(columns[of]), TEXT)
    return made


def _tidy_list(text: str) -> str:
    return ";".join(map(tidy, text.split(";")))


def _each(texts: pa.Array, change: Callable[[str], str]) -> pa.Array:
    """Each text changed, each distinct one once."""
    told = texts.dictionary_encode()
    return pa.array([change(text) for text in told.dictionary.to_pylist()], TEXT).take(told.indices)
