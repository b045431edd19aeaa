"""Who may sign in as what, and what they have accepted. Their tables keep the label and names they were made with."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from careward.people.staff.models import Organisation, Person


class User(AbstractBaseUser):
    """Someone who may sign in to Careward."""

    email = models.EmailField(unique=True)
    name = models.TextField()
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    personal = ("email", "name", "person", "password", "last_login")
    plain = ("id", "is_active", "created_at")

    class Meta:
        app_label = "people"

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = BaseUserManager()

    @property
    def is_staff(self) -> bool:
        """Nobody is staff in Django's sense: there is no admin site."""
        return False


class RoleHeld(models.Model):
    """A role someone holds at an organisation, from one day to another; perhaps for one system only."""

    user = models.ForeignKey(User, models.PROTECT)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    role = models.TextField()
    system_code = models.TextField(default="")  # empty: not bound to one system
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    given_by = models.TextField()

    personal = ("user", "role", "system_code", "from_on", "to_on", "given_by")
    plain = ("id", "organisation")

    class Meta:
        app_label = "people"
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "role", "system_code", "from_on"], name="one_row_per_role_held"),
            models.CheckConstraint(
                condition=models.Q(to_on=None) | models.Q(to_on__gte=models.F("from_on")), name="role_period_runs_forward"
            ),
        ]


class Invitation(models.Model):
    """A role offered to whoever has an e-mail address: it begins once they accept, and nothing is told of them before."""

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    email = models.TextField()
    name = models.TextField()  # as whoever invites them knows them
    role = models.TextField()
    systems = models.TextField(default="")  # codes with spaces; empty: for every system
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    made_at = models.DateTimeField()
    made_by = models.TextField()
    ends_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True)
    withdrawn_at = models.DateTimeField(null=True)

    personal = (
        "email", "name", "role", "systems", "from_on", "to_on", "made_at", "made_by", "ends_at", "accepted_at", "accepted_by",
        "withdrawn_at",
    )  # fmt: skip
    plain = ("id", "organisation")

    class Meta:
        app_label = "people"
        indexes = [models.Index(fields=["organisation", "email"], name="invitation_by_address")]


class TermsAccepted(models.Model):
    """That someone accepted a version of the terms before first use (PA-003)."""

    user = models.ForeignKey(User, models.PROTECT)
    version = models.TextField()
    text_hash = models.TextField()
    accepted_at = models.DateTimeField()

    personal = ("user", "version", "text_hash", "accepted_at")
    plain = ("id",)

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["user", "text_hash"], name="terms_accepted_once")]


class Draft(models.Model):
    """What somebody has begun to answer of a form, and not sent yet."""

    user = models.ForeignKey(User, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    form = models.TextField()
    answers = models.JSONField()
    changed_at = models.DateTimeField()

    personal = ("user", "answers")
    plain = ("id", "organisation", "form", "changed_at")

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "form"], name="one_draft_each")]


class KeptQuestion(models.Model):
    """Words that somebody asked of a list or a search, kept for a day under a number, so that they stand in no address."""

    number = models.BigIntegerField(primary_key=True)  # by chance, so that none tells of another
    user = models.ForeignKey(User, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    page = models.TextField()
    words = models.JSONField()  # by the name of the field
    asked_at = models.DateTimeField(db_index=True)

    personal = ("user", "words")
    plain = ("number", "organisation", "page", "asked_at")

    class Meta:
        app_label = "people"


class SavedView(models.Model):
    """What somebody asked of a list, kept under a name until they end it; whoever of their organisation has its number may ask the same."""

    number = models.BigIntegerField(primary_key=True)  # by chance, so that none tells of another
    user = models.ForeignKey(User, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    page = models.TextField()
    noun = models.TextField()  # what it is a list of
    name = models.TextField()
    shows = models.TextField(default="")  # what of it may stand in an address, as a query string
    words = models.JSONField(default=dict)  # what may not, by the name of the field
    made_at = models.DateTimeField()

    personal = ("user", "name", "words")
    plain = ("number", "organisation", "page", "noun", "shows", "made_at")

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "page", "name"], name="one_view_of_a_name")]
        indexes = [models.Index(fields=["user", "organisation"], name="views_of_somebody")]


class LastHere(models.Model):
    """The last two days on which somebody opened a page of an organisation, so that pages can say what is new since."""

    user = models.ForeignKey(User, models.CASCADE)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    latest_on = models.DateField()
    before_on = models.DateField(null=True)  # none: they were here on one day only

    personal = ("user", "latest_on", "before_on")
    plain = ("id", "organisation")

    class Meta:
        app_label = "people"
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="one_row_of_last_days")]


class ApiToken(models.Model):
    """A named person's key to the API or the command line, for one organisation, until a day: only its hash is kept."""

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    user = models.ForeignKey(User, models.PROTECT, null=True)  # none: made before keys were somebody's, and opens nothing
    name = models.TextField()
    scope = models.TextField()
    prefix = models.TextField(default="")  # its first letters, by which its keeper knows it again and wrong ones are counted
    token_hash = models.TextField(unique=True)
    made_at = models.DateTimeField()
    ends_on = models.DateField(null=True)  # the first day it opens nothing
    ended_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)  # that its end is near

    personal = ("user",)
    plain = ("id", "organisation", "name", "scope", "prefix", "token_hash", "made_at", "ends_on", "ended_at", "warned_at")

    class Meta:
        app_label = "people"


class WrongTokens(models.Model):
    """How many tokens that open nothing were tried in a stretch of time, by one address or with one beginning."""

    key = models.TextField(unique=True)  # a hash of where from or of the beginning, and the number of the stretch
    tries = models.IntegerField()
    at = models.DateTimeField(db_index=True)

    personal = ()
    plain = ("id", "key", "tries", "at")

    class Meta:
        app_label = "people"
