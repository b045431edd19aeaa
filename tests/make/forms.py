"""A form with a question of every kind, for tests of the kit."""

from careward.core.forms import KINDS, YES, Form, Option, Question, Section, When

OPTIONS = (Option("a", "A", "The first"), Option("b", "B"))
CHOOSING = ("one_of", "several_of")
EVERY_KIND = Form(
    "toy.every_kind",
    "Every kind",
    (
        Section(
            "All",
            (
                *(
                    Question(
                        kind,
                        f"Which {kind}?",
                        "Sure" if kind == "yes_no" else kind,
                        kind,
                        needed=kind != "long_text",
                        options=OPTIONS if kind in CHOOSING else (),
                    )
                    for kind in sorted(KINDS)
                ),
                Question("why", "Why?", "Why", "text", when=When("yes_no", frozenset({YES}))),
            ),
        ),
    ),
    one_page=True,
)
