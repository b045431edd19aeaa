"""The invented trust as data: its services, posts, jobs and places.

The ODS code has five characters and begins RZZ: a trust's own code has three, so nobody can take it for one,
and the e-mail domain and postcodes (ZZ99, the pseudo-postcodes) can belong to nobody either.
"""

from dataclasses import dataclass

NAME = "Northmoor Mental Health NHS Foundation Trust"
ODS = "RZZ9N"
DOMAIN = "northmoor.example"


@dataclass(frozen=True, slots=True)
class Job:
    role: str
    group: str  # staff group, as ESR names them
    family: str  # clinical support corporate
    body: str = ""  # where the job needs a registration
    profession: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    directorate: str
    parts: int  # its share of all teams
    head: str
    leader: Job
    teams: tuple[str, ...]
    jobs: tuple[tuple[Job, int], ...]


@dataclass(frozen=True, slots=True)
class Seat:
    """A post the trust has exactly one of; `persona` names the role it shows in the demonstration."""

    key: str
    title: str
    team: str
    directorate: str
    reports_to: str
    persona: str = ""
    about: str = ""


REGISTERED, THERAPY, SCIENCE = "Nursing and Midwifery Registered", "Allied Health Professionals", "Add Prof Scientific and Technic"
CLINICAL, ADMIN, MEDICAL = "Additional Clinical Services", "Administrative and Clerical", "Medical and Dental"

NURSE = Job("Community Mental Health Nurse", REGISTERED, "clinical", "NMC", "Nursing")
WARD_NURSE = Job("Staff Nurse", REGISTERED, "clinical", "NMC", "Nursing")
WARD_MANAGER = Job("Ward Manager", REGISTERED, "clinical", "NMC", "Nursing")
TEAM_MANAGER = Job("Team Manager", REGISTERED, "clinical", "NMC", "Nursing")
THERAPY_LEAD = Job("Clinical Lead", SCIENCE, "clinical", "HCPC", "Psychology")
OFFICE_MANAGER = Job("Department Lead", ADMIN, "corporate")
DOCTOR = Job("Specialty Doctor", MEDICAL, "clinical", "GMC", "Psychiatry")
CONSULTANT = Job("Consultant Psychiatrist", MEDICAL, "clinical", "GMC", "Psychiatry")
OT = Job("Occupational Therapist", THERAPY, "clinical", "HCPC", "Occupational therapy")
PSYCHOLOGIST = Job("Clinical Psychologist", SCIENCE, "clinical", "HCPC", "Psychology")
SOCIAL_WORKER = Job("Social Worker", SCIENCE, "clinical", "Social Work England", "Social work")
PHARMACIST = Job("Clinical Pharmacist", SCIENCE, "clinical", "GPhC", "Pharmacy")
PARAMEDIC = Job("Crisis Practitioner", THERAPY, "clinical", "HCPC", "Paramedic")
WELLBEING = Job("Psychological Wellbeing Practitioner", CLINICAL, "clinical")
SUPPORT = Job("Healthcare Assistant", CLINICAL, "support")
RECOVERY = Job("Support, Time and Recovery Worker", CLINICAL, "support")
SECRETARY = Job("Medical Secretary", ADMIN, "support")
RECEPTION = Job("Team Administrator", ADMIN, "support")
OFFICER = Job("Officer", ADMIN, "corporate")
ANALYST = Job("Analyst", ADMIN, "corporate")
ENGINEER = Job("Support Engineer", ADMIN, "corporate")
DOMESTIC = Job("Facilities Assistant", "Estates and Ancillary", "corporate")
SENIOR = Job("Director", ADMIN, "corporate")

SERVICES = (
    Service(
        "Adult Community Services",
        24,
        "Head of Adult Community Services",
        TEAM_MANAGER,
        (
            "Community Mental Health Team",
            "Early Intervention in Psychosis",
            "Assertive Outreach Team",
            "Rehabilitation and Recovery Team",
            "Memory Service",
            "Older People's Community Team",
            "Perinatal Mental Health Team",
            "Eating Disorders Service",
            "Learning Disability Community Team",
            "ADHD and Autism Service",
        ),
        (
            (NURSE, 34),
            (SOCIAL_WORKER, 10),
            (OT, 9),
            (PSYCHOLOGIST, 7),
            (CONSULTANT, 5),
            (DOCTOR, 4),
            (RECOVERY, 16),
            (SECRETARY, 7),
            (RECEPTION, 8),
        ),
    ),
    Service(
        "Inpatient Services",
        22,
        "Head of Inpatient Services",
        WARD_MANAGER,
        (
            "Acute Ward, Alder",
            "Acute Ward, Rowan",
            "Psychiatric Intensive Care, Hazel",
            "Older People's Ward, Willow",
            "Rehabilitation Ward, Larch",
            "Forensic Ward, Cedar",
            "Mother and Baby Unit",
            "Learning Disability Ward, Maple",
            "Place of Safety Suite",
            "Ward Pharmacy",
        ),
        ((WARD_NURSE, 38), (SUPPORT, 36), (DOCTOR, 6), (CONSULTANT, 3), (OT, 6), (PHARMACIST, 4), (RECEPTION, 7)),
    ),
    Service(
        "Crisis and Urgent Care",
        12,
        "Head of Crisis and Urgent Care",
        TEAM_MANAGER,
        ("Crisis Resolution and Home Treatment", "Psychiatric Liaison Team", "Street Triage", "Crisis Line", "Section 136 Team"),
        ((NURSE, 46), (PARAMEDIC, 10), (SOCIAL_WORKER, 12), (DOCTOR, 6), (RECOVERY, 16), (RECEPTION, 10)),
    ),
    Service(
        "Children and Young People",
        14,
        "Head of Children and Young People's Services",
        TEAM_MANAGER,
        (
            "CAMHS Community Team",
            "CAMHS Crisis Team",
            "Neurodevelopmental Pathway",
            "Schools Mental Health Support Team",
            "CAMHS Inpatient Unit",
            "Looked After Children Team",
        ),
        ((NURSE, 34), (PSYCHOLOGIST, 18), (SOCIAL_WORKER, 12), (OT, 7), (CONSULTANT, 5), (RECOVERY, 12), (SECRETARY, 6), (RECEPTION, 6)),
    ),
    Service(
        "Talking Therapies",
        12,
        "Head of Talking Therapies",
        THERAPY_LEAD,
        (
            "Talking Therapies Team",
            "High Intensity Team",
            "Long Term Conditions Pathway",
            "Employment Support",
            "Talking Therapies Single Point of Access",
        ),
        ((WELLBEING, 52), (PSYCHOLOGIST, 26), (NURSE, 6), (RECEPTION, 16)),
    ),
    Service(
        "Corporate Services",
        16,
        "Director of Corporate Services",
        OFFICE_MANAGER,
        (
            "Finance",
            "People and Organisational Development",
            "Estates and Facilities",
            "Digital and Technology",
            "Business Intelligence",
            "Quality and Safety",
            "Recruitment",
            "Learning and Development",
            "Communications",
            "Procurement",
        ),
        ((OFFICER, 44), (ANALYST, 20), (ENGINEER, 16), (DOMESTIC, 20)),
    ),
)

PLACES = (
    "Northmoor",
    "Eastmere",
    "Wexdale",
    "Carrowfield",
    "Thornvale",
    "Holmscar",
    "Brackenby",
    "Saltersea",
    "Ravenholt",
    "Millbeck",
    "Ashgarth",
    "Kelderfield",
    "Overwick",
    "Lowmarsh",
    "Stainforth-under-Moor",
    "Hexley",
    "Gorseby",
    "Marrick-on-Sea",
    "Cawder",
    "Dunsley-Moor",
    "Fellbrook",
    "Harthope",
    "Langbarrow",
    "Netherscough",
    "Oxthwaite",
    "Penmoor",
    "Quernby",
    "Rushmere-Vale",
    "Skelbeck",
    "Tarnwick",
)

BOARD, DIGITAL, IG, FINANCE = "Trust Board", "Digital and Technology", "Information Governance", "Finance and Governance"
SEATS = (
    Seat("chief", "Chief Executive", BOARD, "Trust Board", ""),
    Seat("operations", "Chief Operating Officer", BOARD, "Trust Board", "chief"),
    Seat("nurse", "Chief Nurse", BOARD, "Trust Board", "chief"),
    Seat("medical", "Medical Director", BOARD, "Trust Board", "chief", "caldicott_guardian", "Caldicott Guardian: authorises exceptions"),
    Seat("digital", "Chief Information Officer", BOARD, "Trust Board", "chief"),
    Seat("money", "Director of Finance", BOARD, "Trust Board", "chief"),
    Seat("secretary", "Trust Board Secretary", BOARD, "Trust Board", "chief", "board_secretary", "Keeps the boards' papers and decisions"),
    Seat("ig", "Head of Information Governance", IG, "Corporate Services", "digital", "head_of_ig", "Approves shared accounts"),
    Seat("privacy", "Privacy Officer", IG, "Corporate Services", "ig", "privacy_officer", "Looks into openings of records"),
    Seat("protection", "Data Protection Officer", IG, "Corporate Services", "ig", "data_protection_team", "Answers subject requests"),
    Seat("requests", "Subject Access Officer", IG, "Corporate Services", "protection", "data_protection_team", "Answers subject requests"),
    Seat(
        "systems",
        "Patient Systems Manager",
        DIGITAL,
        "Corporate Services",
        "digital",
        "system_administrator",
        "Administers PARIS and authorises its non-live copies",
    ),
    Seat(
        "clinical",
        "Clinical Systems Manager",
        DIGITAL,
        "Corporate Services",
        "digital",
        "system_administrator",
        "Administers the other clinical systems",
    ),
    Seat(
        "network",
        "ICT Infrastructure Manager",
        DIGITAL,
        "Corporate Services",
        "digital",
        "system_administrator",
        "Administers the network and its drives",
    ),
    Seat("desk", "Service Desk Team Leader", DIGITAL, "Corporate Services", "network"),
    Seat("desk1", "Service Desk Analyst", DIGITAL, "Corporate Services", "desk", "service_desk", "Takes what staff report"),
    Seat("project", "Digital Project Manager", DIGITAL, "Corporate Services", "digital", "project_manager", "Brings systems in"),
    Seat("access", "Access Control Lead", DIGITAL, "Corporate Services", "digital", "trust_administrator", "Runs Careward for the trust"),
    Seat("auditor", "Internal Auditor", FINANCE, "Corporate Services", "money", "auditor", "Checks that duties are kept"),
    Seat("controller", "Financial Controller", FINANCE, "Corporate Services", "money"),
    Seat("people", "Head of Recruitment", FINANCE, "Corporate Services", "money"),
)
