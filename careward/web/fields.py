"""Django forms for our templates: a day in three boxes, and what a template needs to know of a bound field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.widgets import ChoiceWidget


class DayBoxes(forms.Widget):
    """Three boxes NAME_day, NAME_month, NAME_year; what was typed is kept as typed."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
        parts = tuple(str(data.get(f"{name}_{part}", "")).strip() for part in ("day", "month", "year"))
        return parts if any(parts) else None

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Mapping[str, Any], name: str) -> bool:
        return f"{name}_day" not in data


class DayField(forms.Field):
    """A date someone types; an answer that is no date says what to enter."""

    widget = DayBoxes

    def __init__(self, *, what: str = "a day", example: str = "30 11 2026", message: str = "", **options: Any) -> None:
        self.message = message or f"Enter {what}, like {example}"
        options.setdefault("error_messages", {}).setdefault("required", self.message)
        super().__init__(**options)

    def to_python(self, value: object) -> date | None:
        if value is None or isinstance(value, date):
            return value
        if not isinstance(value, tuple) or not all(p.isascii() and p.isdigit() and len(p) <= 4 for p in value) or len(value[2]) != 4:
            raise forms.ValidationError(self.message)
        try:
            return date(int(value[2]), int(value[1]), int(value[0]))
        except ValueError as wrong:
            raise forms.ValidationError(self.message) from wrong


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A bound field in plain values."""

    kind: str
    id: str
    name: str
    label: str
    hint: str
    error: str
    value: str = ""
    chosen: tuple[str, ...] = ()
    options: tuple[tuple[str, str, str], ...] = ()  # value, words, hint
    parts: tuple[str, ...] = ("", "", "")
    type: str = "text"
    autocomplete: str = ""
    multiple: bool = False


KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.HiddenInput, "hidden"),
    (DayBoxes, "date"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.Select, "select"),
    (forms.CheckboxInput, "tick"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file"),
)


def facts_of(bound: BoundField, hint: str = "") -> FieldFacts:
    """What form.jinja draws; a ModelChoiceField would query here, so forms are given plain choices."""
    widget, value = bound.field.widget, bound.value()
    kind = next((name for cls, name in KINDS if isinstance(widget, cls)), "text")
    type_ = str(getattr(widget, "input_type", "text"))
    return FieldFacts(
        kind=kind,
        id=bound.id_for_label or bound.auto_id or bound.html_name,
        name=bound.html_name,
        label=str(bound.label),
        hint=hint or str(bound.help_text or ""),
        error=" ".join(str(e) for e in bound.errors),
        value="" if value is None or type_ == "password" or kind in ("file", "date") else str(value),
        chosen=_chosen(value),
        options=_options(widget),
        parts=_parts(value),
        type=type_,
        autocomplete=str(widget.attrs.get("autocomplete", "")),
        multiple=bool(getattr(widget, "allow_multiple_selected", False)),
    )


def _chosen(value: object) -> tuple[str, ...]:
    if value is None or value is False or value == "":
        return ()
    return tuple(str(v) for v in value) if isinstance(value, list | tuple | set | frozenset) else (str(value),)


def _options(widget: forms.Widget) -> tuple[tuple[str, str, str], ...]:
    if not isinstance(widget, ChoiceWidget):
        return ()
    hints = getattr(widget, "hints", {})
    return tuple(("" if value is None else str(value), str(words), hints.get(value, "")) for value, words in widget.choices)


def _parts(value: object) -> tuple[str, ...]:
    if isinstance(value, date):
        return (str(value.day), str(value.month), str(value.year))
    return value if isinstance(value, tuple) and len(value) == 3 else ("", "", "")


def errors_of(form: forms.BaseForm) -> tuple[tuple[str, str], ...]:
    """The lines of the error summary: (id of the field to go to, words); "" where the whole form is meant."""
    lines: list[tuple[str, str]] = [("", str(e)) for e in form.non_field_errors()]
    for bound in form:
        lines += [(facts_of(bound).id, str(e)) for e in bound.errors]
    return tuple(lines)
