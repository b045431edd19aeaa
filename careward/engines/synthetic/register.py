"""The register of systems: PARIS as the electronic record, then the others as the shipped registers name them, then invented ones."""

from careward.core.columns import SYSTEMS
from careward.core.packs.pack import Pack, load
from careward.core.packs.register import RegisterEntry
from careward.engines.synthetic.shapes import MadeSystem

OTHERS = (
    "network",
    "systmone",
    "epma",
    "esr",
    "learning-academy",
    "iaptus",
    "shared-drives",
    "healthroster",
    "thalamos",
    "inphase",
    "remote-access",
    "registration-authority",
    "data-warehouse",
    "carepath",
    "acute",
    "trac",
    "oracle",
    "h-drive",
    "membership",
)
SUBJECTS = (
    "Fleet",
    "Estates helpdesk",
    "Room booking",
    "Expenses",
    "Complaints",
    "Library",
    "Catering",
    "Medical devices",
    "Job planning",
    "Appraisal",
    "Volunteering",
    "Research governance",
    "Health and safety",
    "Contracts",
    "Procurement",
    "Print",
    "Translation",
    "Dictation",
    "Policy library",
    "Legal claims",
)
MAKES = ("desk", "log", "portal", "register", "planner")
ALWAYS = ("username", "display_name", "status", "kind", "created_on", "last_used_at")
STYLES = (
    ("environment", *ALWAYS, "employee_number", "smartcard_uuid", "roles", "teams"),
    (*ALWAYS, "employee_number", "email", "roles"),
    (*ALWAYS, "email", "roles", "teams"),
    ("environment", *ALWAYS, "employee_number", "email", "smartcard_uuid", "roles", "teams"),
    (*ALWAYS, "employee_number", "email"),
    (*ALWAYS, "email", "smartcard_uuid", "roles", "teams"),
)
MOMENTS = ("plain", "utc", "offset")


def make_systems(number: int) -> list[MadeSystem]:
    """As many systems as asked for, always the same ones in the same order."""
    tewv, elft, base = load("tewv"), load("elft"), load("base")
    known = {e.code: e for e in elft.register}
    entries = [(next(e for e in tewv.register if e.code == "paris"), tewv), *((known[code], elft) for code in OTHERS)]
    entries.extend((_invented(n), base) for n in range(max(0, number - len(entries))))
    return [_system(nth, entry, pack) for nth, (entry, pack) in enumerate(entries[:number])]


def _system(nth: int, entry: RegisterEntry, pack: Pack) -> MadeSystem:
    return MadeSystem(
        code=entry.code,
        name=entry.name,
        kind=entry.kind,
        description=_of_northmoor(entry.description),
        administrator_title=entry.administrator_title,
        administrator_contact=entry.administrator_contact,
        request_channel=entry.request_channel,
        pack=pack,
        idle=pack.inactivity_for(entry.code),
        columns=STYLES[nth % len(STYLES)],
        moments=MOMENTS[nth % len(MOMENTS)],
    )


def _of_northmoor(description: str) -> str:
    """A description without the places of the organisation whose register it stands in."""
    return description.split(", Community Health")[0]


def _invented(n: int) -> RegisterEntry:
    lap, subject = divmod(n, len(SUBJECTS))
    name = f"{SUBJECTS[subject]} {MAKES[lap % len(MAKES)]}" + (f" {lap // len(MAKES) + 1}" if lap >= len(MAKES) else "")
    return RegisterEntry(
        code=name.lower().replace(" ", "-"),
        name=name,
        kind="corporate",
        description=f"{SUBJECTS[subject]} for the whole trust",
        administrator_title="Business Systems Lead",
        administrator_contact="Service desk portal",
        request_channel="portal",
        clause="house",
    )


def rows(systems: list[MadeSystem]) -> list[tuple[str, ...]]:
    """The rows of systems.csv."""
    return [
        SYSTEMS.row(
            code=s.code,
            name=s.name,
            kind=s.kind,
            description=s.description,
            administrator_title=s.administrator_title,
            administrator_contact=s.administrator_contact,
            service_owner=_owner(s),
            system_owner="Chief Information Officer",
            technical_owner="ICT Infrastructure Manager",
            request_channel=s.request_channel,
            connector="worklist",
            pack=s.pack.id,
        )
        for s in systems
    ]


def _owner(system: MadeSystem) -> str:
    return (
        "Chief Operating Officer"
        if system.kind == "clinical"
        else "Director of Finance"
        if system.kind == "corporate"
        else "Chief Information Officer"
    )
