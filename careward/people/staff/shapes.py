"""What the feeds fill of this room: people, their teams and posts, training, absences, deputies, notices of leavers."""

from careward.core.columns import ABSENCES, COURSES, DEPUTIES, LEAVERS, STAFF
from careward.core.columns import TRAINING as COURSES_DONE
from careward.evidence.rows.shapes import DAY, FLAG, NUMBER, Shape, filled, link, said, worked_out
from careward.people.staff.models import Absence, Assignment, CourseOffered, Deputy, LeaverNotice, Person, TrainingHeld
from careward.people.staff.models import Team as TeamModel

TEAM = Shape(
    TeamModel,
    (worked_out("code"), worked_out("name"), *said(STAFF, "directorate")),  # known by code, or where a list has none by name
    key=1,
    fold=True,
    gone=False,
)

PERSON = Shape(
    Person,
    said(
        STAFF, "employee_number", "title", "first_name", "last_name", "preferred_name", "email", "date_of_birth", "nhs_number",
        "address_line_1", "postcode", "registration_body", "registration_number", "registration_expires_on", "smartcard_uuid",
    ),
    key=1,
    fold=True,
    identifiers=("email", "nhs_number", "smartcard_uuid"),
)  # fmt: skip

ASSIGNMENT = Shape(
    Assignment,
    (
        link(STAFF.column("employee_number"), "person_id", Person),
        *said(STAFF, "assignment_number"),
        worked_out("is_primary", FLAG, default=True),
        *said(STAFF, "staff_group", "job_role", "profession", "position_number", "position_title", "directorate"),
        link(STAFF.column("team_code"), "team_id", TeamModel),
        *said(STAFF, "supervisor_employee_number", "person_type", "employer_ods_code"),
        worked_out("supervised_since", DAY, default=None),
        filled(STAFF.column("assignment_status"), "status"),
        *said(STAFF, "start_on", "end_on", "leaving_reason"),
    ),
    key=2,
    identifiers=("supervisor_employee_number",),
)

COURSE = Shape(
    CourseOffered,
    (filled(COURSES.column("course_code"), "code"), *said(COURSES, "title", "booking_link", "owner")),
    key=1,
)

TRAINING = Shape(
    TrainingHeld,
    (
        link(COURSES_DONE.column("employee_number"), "person_id", Person),
        *said(COURSES_DONE, "course_code", "completed_on", "result", "expires_on", "declaration_signed_on"),
    ),
    key=3,
)

ABSENCE = Shape(
    Absence,
    (link(ABSENCES.column("employee_number"), "person_id", Person), *said(ABSENCES, "kind", "from_on", "to_on")),
    key=3,
)

DEPUTY = Shape(
    Deputy,
    (
        link(DEPUTIES.column("manager_employee_number"), "manager_id", Person),
        link(DEPUTIES.column("deputy_employee_number"), "deputy_id", Person),
        *said(DEPUTIES, "from_on", "to_on"),
    ),
    key=3,
)

LEAVER = Shape(
    LeaverNotice,
    (*said(LEAVERS, "name", "team", "left_on"), worked_out("person_id", NUMBER, default=None), worked_out("fits", NUMBER, default=0)),
    key=3,
)
