"""Organisations, their staff and posts. Each row belongs to one organisation."""

from django.db import models


class Made(models.TextChoices):
    """Whether an organisation is there, or made up to try Careward with: said when it is made, and never changed into the other."""

    REAL = "", "real"
    BEGUN = "begun", "made up, and not finished"
    WHOLE = "whole", "made up"


class Organisation(models.Model):
    """An employer whose procedures run here; several may share one installation."""

    ods_code = models.TextField(unique=True)
    name = models.TextField()
    pack = models.TextField(default="base")
    contact = models.TextField(default="")  # "Help, or phone the service desk on 4400"
    demonstration = models.TextField(default=Made.REAL, choices=Made.choices)

    personal = ()
    plain = ("id", "ods_code", "name", "pack", "contact", "demonstration")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(demonstration__in=Made.values), name="organisation_real_or_made_up")]


class Team(models.Model):
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    code = models.TextField()
    name = models.TextField()
    directorate = models.TextField(default="")

    personal = ()
    plain = ("id", "organisation", "code", "name", "directorate")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="one_team_per_code")]


class Person(models.Model):
    """A member of staff as the staff record tells it; gone_on is the day a full feed no longer held them."""

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    employee_number = models.TextField()
    title = models.TextField(default="")
    first_name = models.TextField()
    last_name = models.TextField()
    preferred_name = models.TextField(default="")
    email = models.TextField(default="")  # lower case
    date_of_birth = models.DateField(null=True)
    nhs_number = models.TextField(default="")
    address_line_1 = models.TextField(default="")
    postcode = models.TextField(default="")
    registration_body = models.TextField(default="")
    registration_number = models.TextField(default="")
    registration_expires_on = models.DateField(null=True)
    smartcard_uuid = models.TextField(default="")
    gone_on = models.DateField(null=True)

    personal = (
        "employee_number", "title", "first_name", "last_name", "preferred_name", "email", "date_of_birth", "nhs_number",
        "address_line_1", "postcode", "registration_body", "registration_number", "registration_expires_on", "smartcard_uuid", "gone_on",
    )  # fmt: skip
    plain = ("id", "organisation")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "employee_number"], name="one_person_per_number")]
        indexes = [
            models.Index(fields=["organisation", "last_name", "first_name", "id"]),
            models.Index(fields=["organisation", "email"]),
            models.Index(fields=["organisation", "smartcard_uuid"]),
        ]

    @property
    def name(self) -> str:
        return f"{self.preferred_name or self.first_name} {self.last_name}"


class Assignment(models.Model):
    """A post someone holds in a team; a person may hold several."""

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT)
    assignment_number = models.TextField()
    is_primary = models.BooleanField(default=True)
    staff_group = models.TextField(default="")
    job_role = models.TextField(default="")
    profession = models.TextField(default="")
    position_number = models.TextField(default="")
    position_title = models.TextField(default="")
    directorate = models.TextField(default="")
    team = models.ForeignKey(Team, models.PROTECT)
    supervisor_employee_number = models.TextField(default="")
    supervised_since = models.DateField(null=True)  # the day of the first staff list that named that supervisor (FEEDS B2.8)
    person_type = models.TextField(default="employee")
    employer_ods_code = models.TextField(default="")
    status = models.TextField(default="active")
    start_on = models.DateField()
    end_on = models.DateField(null=True)
    leaving_reason = models.TextField(default="")
    gone_on = models.DateField(null=True)

    personal = (
        "person", "assignment_number", "is_primary", "staff_group", "job_role", "profession", "position_number", "position_title",
        "directorate", "team", "supervisor_employee_number", "supervised_since", "person_type", "employer_ods_code", "status",
        "start_on", "end_on", "leaving_reason", "gone_on",
    )  # fmt: skip
    plain = ("id", "organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "assignment_number"], name="one_row_per_assignment"),
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "suspended", "maternity", "long_term_absence", "terminated"]),
                name="assignment_status_known",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "supervisor_employee_number"]), models.Index(fields=["team"])]


class CourseOffered(models.Model):
    """Where a course is booked (EL-022); which course must be held is the pack's to say."""

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    code = models.TextField()  # lower case
    title = models.TextField()
    booking_link = models.TextField(default="")
    owner = models.TextField(default="")
    gone_on = models.DateField(null=True)

    personal = ("owner",)
    plain = ("id", "organisation", "code", "title", "booking_link", "gone_on")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="one_row_per_course")]


class TrainingHeld(models.Model):
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT)
    course_code = models.TextField()  # lower case
    completed_on = models.DateField()
    result = models.TextField(default="passed")
    expires_on = models.DateField(null=True)
    declaration_signed_on = models.DateField(null=True)
    gone_on = models.DateField(null=True)

    personal = ("person", "course_code", "completed_on", "result", "expires_on", "declaration_signed_on", "gone_on")
    plain = ("id", "organisation")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "course_code", "completed_on"], name="one_row_per_completion")]


class Absence(models.Model):
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    person = models.ForeignKey(Person, models.PROTECT)
    kind = models.TextField()
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    gone_on = models.DateField(null=True)

    personal = ("person", "kind", "from_on", "to_on", "gone_on")
    plain = ("id", "organisation")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "from_on"], name="one_row_per_absence")]


class Deputy(models.Model):
    """Who may act for a manager, and from which day to which (PA-021); the last day is not in it."""

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    manager = models.ForeignKey(Person, models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(Person, models.PROTECT, related_name="deputy_for")
    from_on = models.DateField()
    to_on = models.DateField(null=True)
    gone_on = models.DateField(null=True)

    personal = ("manager", "deputy", "from_on", "to_on", "gone_on")
    plain = ("id", "organisation")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["manager", "deputy", "from_on"], name="one_row_per_deputy"),
            models.CheckConstraint(condition=~models.Q(manager=models.F("deputy")), name="deputy_is_another"),
        ]


class LeaverNotice(models.Model):
    """A line of the monthly leavers report: name and team only, so it asks, and never acts (EL-046, EL-048)."""

    organisation = models.ForeignKey(Organisation, models.PROTECT)
    name = models.TextField()
    team = models.TextField()
    left_on = models.DateField(null=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    fits = models.PositiveIntegerField(default=0)
    gone_on = models.DateField(null=True)

    personal = ("name", "team", "left_on", "person", "fits", "gone_on")
    plain = ("id", "organisation")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "name", "team", "left_on"], name="one_row_per_leaver_notice")]
