"""What is typed on the pages of mapping profiles, parsed into plain values; and what those pages offer to choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from django import forms

from careward.access.feeds.mapping import rules
from careward.core.columns import FEEDS, Column
from careward.core.mapping import FileLook, LookedColumn, MappingFacts
from careward.web.size import most_sent

DAYS = ("day", "moment")
NO_FILE = {"required": "Choose the file", "empty": "The file is empty"}
MOST_PROFILE = 1 << 17  # bytes
WHY = "It is kept with the profile, like: so PARIS has exported it since March."
ISO = "Year first, like 2026-11-30"


def _of_a_kind(sent: Any) -> None:
    if PurePath(sent.name or "").suffix.lower() not in rules.KINDS:
        raise forms.ValidationError("Choose a file whose name ends in .csv, .txt, .tsv, .xlsx or .parquet")


class NewFile(forms.Form):
    """A file whose form is to be told, and what it is a list of."""

    file = forms.FileField(label="The file", error_messages=NO_FILE, validators=[_of_a_kind])
    feed = forms.ChoiceField(
        label="What is it a list of?", widget=forms.RadioSelect, error_messages={"required": "Choose what it is a list of"}
    )
    system = forms.ChoiceField(label="Which system’s user list is it?", required=False)

    def __init__(self, data: Any, files: Any, *, feeds: Sequence[tuple[str, str]], systems: Sequence[tuple[str, str]]) -> None:
        super().__init__(data, files)
        self.fields["feed"].choices = feeds  # type: ignore[attr-defined]
        self.fields["system"].choices = [("-", "Choose a system"), *((code or "*", name) for code, name in systems)]  # type: ignore[attr-defined]
        self.fields["file"].help_text = f"CSV, text, Excel (.xlsx) or Parquet, at most {most_sent()['megabytes']} MB."
        self.fields["system"].help_text = "Only for the user list of a system."

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if found.get("feed") == "accounts" and found.get("system", "-") in ("-", ""):
            self.add_error("system", "Choose the system whose user list it is")
        return found

    def wanted(self) -> dict[str, Any]:
        """The list, the system and the file."""
        found = self.cleaned_data
        system = found["system"].replace("*", "") if found["feed"] == "accounts" else ""
        return {"feed": found["feed"], "system": system, "sent": found["file"]}


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """One column of the file as its row of the page shows it."""

    number: int
    looked: LookedColumn
    chosen: str
    why: str
    form: str
    forms: tuple[tuple[str, str], ...]  # ways its days may be written; none where no cell is a day


@dataclass(frozen=True, slots=True)
class ConstantChoice:
    """One of our columns that no column of the file gives and every row must have."""

    name: str
    said: str
    value: str
    options: tuple[tuple[str, str], ...]  # none where any text may stand


def column_choices(seen: FileLook, facts: MappingFacts) -> tuple[ColumnChoice, ...]:
    """The columns of a file, each with what is chosen for it now."""
    ours = {theirs: name for name, theirs in facts.columns.items()}
    return tuple(_choice(number, looked, ours.get(looked.heading, ""), facts) for number, looked in enumerate(seen.columns))


def _choice(number: int, looked: LookedColumn, chosen: str, facts: MappingFacts) -> ColumnChoice:
    why = looked.why if chosen == looked.match else ""
    offered = _forms(looked) if _may_be_days(looked, chosen, facts.feed) else ()
    return ColumnChoice(number, looked, chosen, why, facts.formats.get(chosen, ""), offered)


def _may_be_days(looked: LookedColumn, chosen: str, feed: str) -> bool:
    """Whether a way to write days is offered: where days are meant, or most cells look like some and nothing is said."""
    if chosen:
        return FEEDS[feed].column(chosen).kind in DAYS
    return any(count * 2 > looked.filled for _, count, _ in looked.forms)


def _forms(looked: LookedColumn) -> tuple[tuple[str, str], ...]:
    cells = looked.filled
    told = tuple((form, f"{example} fits {count:,} of {cells:,}") for form, count, example in looked.forms)
    untold = max(looked.iso_days, looked.iso_moments)
    return (("", f"{ISO}, fits {untold:,} of {cells:,}"), *told) if told else ()


def constant_choices(facts: MappingFacts) -> tuple[ConstantChoice, ...]:
    """Those of our columns that every row may say alike, where the file has none for them and there must be one."""
    wanted = [c for c in FEEDS[facts.feed].columns if c.name not in facts.columns and (c.name in facts.constants or _may_be_said(c))]
    return tuple(ConstantChoice(c.name, rules.said(c.name), facts.constants.get(c.name, ""), _options(c)) for c in wanted)


def _options(column: Column) -> tuple[tuple[str, str], ...]:
    return (("", "A column holds it"), *((w, rules.said(w)) for w in column.words)) if column.words else ()


def _may_be_said(column: Column) -> bool:
    return column.required and not column.sense and column.kind in ("text", "word", "code")


def our_columns(feed: str) -> tuple[tuple[str, str], ...]:
    """What a column of the file can be said to be."""
    must = {c.name for c in FEEDS[feed].columns if c.required}
    return tuple((name, rules.said(name) + (" (must be there)" if name in must else "")) for name in FEEDS[feed].names)


def facts_posted(typed: Mapping[str, str], seen: FileLook, facts: MappingFacts) -> tuple[MappingFacts, dict[str, str]]:
    """What was said of the columns, and each of theirs with the one of ours it was said to be."""
    shape = FEEDS[facts.feed]
    chosen: dict[str, str] = {}
    formats: dict[str, str] = {}
    for choice in column_choices(seen, facts):
        ours, form = typed.get(f"match-{choice.number}", ""), typed.get(f"form-{choice.number}")
        if ours in shape.by_name:
            chosen[choice.looked.heading] = ours
            kind = shape.column(ours).kind
            if kind in DAYS and (form := _form_posted(choice.looked, kind, form)):
                formats[ours] = form
    columns = {ours: theirs for theirs, ours in chosen.items()}
    said = {c.name: typed.get(f"every-{c.name}", "").strip() for c in shape.columns if c.name not in columns}
    constants = {name: value for name, value in said.items() if value}
    return replace(facts, columns=columns, formats=formats, constants=constants), chosen


def _form_posted(looked: LookedColumn, kind: str, form: str | None) -> str:
    """The form that was chosen; what fits best where the page did not offer any."""
    if form is None:
        return looked.form_for(kind)
    return form if form in {each for each, _, _ in looked.forms} else ""


def words_posted(typed: Mapping[str, str], facts: MappingFacts, words: Sequence[Any]) -> MappingFacts:
    """What was said of words of closed lists; a word for which nothing is chosen stays unknown."""
    values: dict[str, dict[str, str]] = {}
    for number, word in enumerate(words):
        ours = typed.get(f"word-{number}", "")
        if ours in word.ours:
            values.setdefault(word.column, {})[word.word.casefold()] = ours
    return replace(facts, values=values)


class AnotherFile(forms.Form):
    """One more file of a kind that a profile knows; `systems` where the profile is for all of them and one must be named."""

    file = forms.FileField(label="The file", error_messages=NO_FILE, validators=[_of_a_kind])
    system = forms.ChoiceField(label="Which system’s user list is it?", error_messages={"required": "Choose the system"})

    def __init__(self, data: Any, files: Any, *, systems: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(data, files)
        if systems:
            self.fields["system"].choices = [("", "Choose a system"), *systems]  # type: ignore[attr-defined]
        else:
            del self.fields["system"]


class TakeIn(forms.Form):
    """A profile that stands in a file, to be kept here."""

    file = forms.FileField(label="The profile, a file that ends in .toml", error_messages=NO_FILE)
    why = forms.CharField(label="Why", max_length=rules.MOST_WHY, error_messages={"required": "Enter why"}, help_text=WHY)

    def clean(self) -> dict[str, Any]:
        sent = self.cleaned_data.get("file")
        if sent is not None and sent.size > MOST_PROFILE:
            self.add_error("file", "Choose a profile: this file is too large to be one")
        elif sent is not None:
            try:
                self.cleaned_data["text"] = sent.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", "Choose a profile: this file is not UTF-8 text")
        return self.cleaned_data


class SaveProfile(forms.Form):
    """What the profile is called, and why it is made."""

    title = forms.CharField(label="Name", max_length=rules.MOST_TITLE, error_messages={"required": "Enter a name"})
    why = forms.CharField(
        label="Why",
        max_length=rules.MOST_WHY,
        error_messages={"required": "Enter why"},
        help_text=WHY,
    )


class EndProfile(forms.Form):
    """Why a profile ends."""

    why = forms.CharField(label="Why does it end?", max_length=rules.MOST_WHY, error_messages={"required": "Enter why it ends"})
