"""Sample pages made of the kit's parts, for the tests of the kit and for looking at it in a browser."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import include, path

from careward.core.decision import Reason, Refused, refuse
from careward.core.packs.pack import load
from careward.core.rights import rights_everywhere
from careward.core.room import Home, MenuEntry, Permission, Room
from careward.web import errors, exports, lists
from careward.web.fields import DayField
from careward.web.listing import shown
from careward.web.permission import ANYONE, SIGNED_IN, NotAllowed, Viewer, needs

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
VIEWER = Viewer(
    user_id=7,
    person_id=70,
    name="Bryony Falk",
    role_title="Patient Systems Manager",
    organisation_id=1,
    organisation="RNM",
    organisation_name="Northmoor Mental Health NHS Foundation Trust",
    contact="Help, or phone the service desk on 4400",
    roles=frozenset({"patient_systems_manager"}),
    rights=rights_everywhere({"accounts:findings:see"}),
    now=NOW,
    today=TODAY,
    pack=load("tewv"),
)


class SignedIn:
    """Stands in for people.middleware: everyone is Bryony Falk but who sends X-Nobody."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.viewer = None if "HTTP_X_NOBODY" in request.META else VIEWER
        return self.get_response(request)


MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "careward.web.headers.SecurityHeaders",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tests.web.kit_sample.SignedIn",
    "careward.web.errors.RefusalPages",
]


@dataclass(frozen=True, slots=True)
class Row:
    whose: str
    account: str
    what: str
    since: str
    who: str
    due_on: date
    clause: str


LIST = lists.Listing(
    noun="findings",
    columns=(
        lists.ColumnHead("Account", "account", ("account",)),
        lists.ColumnHead("What is wrong", "what", ("what",)),
        lists.ColumnHead("Who acts", "who", ("who",)),
        lists.ColumnHead("Due", "due", ("due_on",), upward="Due, soonest first", downward="Due, latest first"),
        lists.ColumnHead("Clause"),
    ),
    filters=(
        lists.Text("q", "Name or user name", ("account",)),
        lists.Choice("system", "System", (lists.Option("paris", "PARIS"), lists.Option("epma", "ePMA")), "system"),
        lists.Many("kind", "What is wrong", (lists.Option("idle", "Not used"), lists.Option("left", "Left the Trust")), "kind"),
    ),
    sort="due",
    kind="findings",
)
PEOPLE = ("Gareth Pym", "Anneke Vos", "Delphine Orr", "Mattias Keane", "Roisin Hale", "Tomasz Birch", "Farida Lund", "Sol Amankwah")
ROWS = tuple(
    Row(name, f"{name.split()[0][0].lower()}{name.split()[1].lower()}. Crisis Team", "Not used for 90 days", "Last 25 August 2026",
        "Patient Systems Team", TODAY + timedelta(days=n - 4), "PA-033")
    for n, name in enumerate(PEOPLE)
)  # fmt: skip
REASONS = (
    Reason("training.missing", "PA-011", "Data Security and Protection training ran out on 31 October 2026.", "send Nia the booking link"),
    Reason("declaration.missing", "PA-013", "The e-learning declaration is not signed.", "ask Nia to sign"),
)


@needs("accounts:findings:see")
def findings(request: HttpRequest) -> HttpResponseBase:
    asked = lists.parse(LIST, request.GET)
    if asked.download:
        file = exports.put_together(asked.download, ("Account", "Due"), ((r.whose, r.due_on) for r in ROWS))
        return file.answer("findings", TODAY)
    rows = () if asked.of("q") else ROWS
    page = lists.Page(rows, min(asked.page, 3), 12, 36 if rows else 0, 412, {"kind": {"idle": 21, "left": 15}})
    return render(request, "sample/findings.jinja", {"list": shown(LIST, asked, page)})


class Answers(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="Full name", help_text="As the staff record has it", error_messages={"required": "Enter the full name"})
    password = forms.CharField(label="Password", widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}), required=False)
    why = forms.CharField(label="Why it is needed", widget=forms.Textarea, error_messages={"required": "Say why it is needed"})
    system = forms.ChoiceField(label="System", choices=[("paris", "PARIS"), ("epma", "ePMA")])
    level = forms.ChoiceField(
        label="Level", choices=[("view", "View"), ("write", "View and write")], widget=forms.RadioSelect,
        error_messages={"required": "Choose a level"},
    )  # fmt: skip
    teams = forms.MultipleChoiceField(
        label="Teams", choices=[("a", "Ashdene Ward"), ("r", "Riverside")], widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one team"},
    )  # fmt: skip
    starts_on = DayField(what="the date the person starts", label="Starts on", help_text="Like 30 11 2026")
    proof = forms.FileField(label="Signed form", required=False)
    declared = forms.BooleanField(label="I say that this is needed for work", error_messages={"required": "Tick the box to say so"})
    step = forms.CharField(widget=forms.HiddenInput, initial="2", required=False)


@needs(SIGNED_IN)
def parts(request: HttpRequest) -> HttpResponse:
    form = Answers(request.POST, request.FILES) if request.method == "POST" else Answers(initial={"level": "view", "starts_on": TODAY})
    context = {"form": form, "reasons": REASONS, "today": TODAY, "now": NOW, "timeline": [{"at": NOW, "words": "PARIS read back."}]}
    return render(request, "sample/parts.jinja", context)


@needs(SIGNED_IN)
def confirm(request: HttpRequest) -> HttpResponse:
    messages.success(request, "2 accounts closed. PARIS confirmed both at 11:02.")
    return render(request, "sample/confirm.jinja")


@needs(ANYONE)
def refused(request: HttpRequest) -> HttpResponse:
    raise Refused(refuse("training.missing", "PA-011", "training ran out on 31 October 2026", "book it") & refuse("a.b", "PA-013"))


@needs("accounts:plans:allow")
def forbidden(request: HttpRequest) -> HttpResponse:
    raise NotAllowed("never reached")


@needs(ANYONE)
def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a bug")


def busy(viewer: Viewer) -> int:
    return 1204


@needs(ANYONE)
def clause(request: HttpRequest, clause: str) -> HttpResponse:
    return HttpResponse(clause)


ROOM = Room(
    name="sample",
    permissions=(Permission("accounts:plans:allow", "let a large change go ahead", ("auditor", "trust_administrator")),),
    menu=(
        MenuEntry("Sample findings", "sample_findings", ("accounts:findings:see",), 20),
        MenuEntry("Sample parts", "sample_parts", (), 10, busy),
        MenuEntry("Sample secrets", "sample_parts", ("accounts:plans:allow",), 30),
    ),
    homes=(
        Home("clause", "sample_clause"),
        Home("first", "sample_parts"),
        Home("search", "sample_findings"),
        Home("own_account", "sample_parts"),
        Home("sign_out", "sample_sign_out"),
    ),
)

urlpatterns = [
    path("", include("careward.web.urls")),
    path("sample/findings/", findings, name="sample_findings"),
    path("sample/parts/", parts, name="sample_parts"),
    path("sample/sign-out/", confirm, name="sample_sign_out"),
    path("sample/confirm/", confirm),
    path("sample/refused/", refused),
    path("sample/forbidden/", forbidden),
    path("sample/broken/", broken),
    path("clauses/<slug:clause>/", clause, name="sample_clause"),
]
handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.went_wrong
