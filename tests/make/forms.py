"""A form with a question of every kind, for tests of the kit."""

from careward.core.forms import KINDS, YES, Form, FormOption, FormQuestion, FormSection, When

OPTIONS = (FormOption("a", "A", "The first"), FormOption("b", "B"))
CHOOSING = ("one_of", "several_of")
EVERY_KIND = Form(
    "toy.every_kind",
    "Every kind",
    (
        FormSection(
            "All",
            (
                *(
                    FormQuestion(
                        kind,
                        f"Which {kind}?",
                        "Sure" if kind == "yes_no" else kind,
                        kind,
                        needed=kind != "long_text",
                        options=OPTIONS if kind in CHOOSING else (),
                    )
                    for kind in sorted(KINDS)
                ),
                FormQuestion("why", "Why?", "Why", "text", when=When("yes_no", frozenset({YES}))),
            ),
        ),
    ),
    one_page=True,
)
