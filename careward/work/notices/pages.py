"""What the list of letters can be asked."""

from django.db.models import Q

from careward.web.lists import Choice, ColumnHead, Listing, Option, Text
from careward.work.notices.rules import KIND_WORDS

HEADS = ("To", "What", "Words", "Written", "Sent")
NOTICES = Listing(
    noun="letters",
    columns=(
        ColumnHead("To", "to", ("user__name",), upward="To, A to Z"),
        ColumnHead("What"),
        ColumnHead("Written", "written", ("written_at", "id"), upward="Written, oldest first", downward="Written, newest first"),
        ColumnHead("Sent"),
    ),
    filters=(
        Text("q", "Name or e-mail address", ("user__name", "user__email")),
        Choice("kind", "What", tuple(Option(k, w) for k, w in KIND_WORDS.items()), field="kind"),
        Choice(
            "state",
            "State",
            (Option("sent", "Sent"), Option("waiting", "Not sent yet")),
            wheres={"sent": Q(sent_at__isnull=False), "waiting": Q(sent_at=None)},
            any_words="Either",
        ),
    ),
    sort="-written",
    kind="notices",
    none_yet="No letter was written yet.",
)
