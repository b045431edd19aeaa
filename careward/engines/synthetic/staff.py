"""The people of the trust: seats, teams, managers as a tree, and everybody's posts. No faults yet."""

import random
from itertools import count, pairwise

from careward.engines.synthetic import organisation as trust
from careward.engines.synthetic.names import ascii_of, pick
from careward.engines.synthetic.organisation import DOMAIN, PLACES, SEATS, SENIOR, SERVICES, Job, Seat, Service
from careward.engines.synthetic.shapes import MadePerson, MadePost, MadeTeam

TEAM_SIZE = 13
STREETS = (
    "Alder Close",
    "Beck Lane",
    "Carr Road",
    "Dale View",
    "Elm Rise",
    "Fell Street",
    "Green Lane",
    "High Row",
    "Ivy Terrace",
    "Kiln Bank",
    "Moor Road",
)
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
TYPES = (("employee", 845), ("bank", 80), ("agency", 25), ("student", 25), ("honorary", 12), ("external", 8), ("contractor", 5))
PREFIX = {"NMC": "18", "HCPC": "PH", "GMC": "7", "Social Work England": "SW", "GPhC": "2"}


class Crowd:
    """Makes persons one after another, each with numbers and an address of their own."""

    def __init__(self, rng: random.Random, days: int) -> None:
        self.rng, self.days = rng, days
        self._numbers, self._cards, self._nhs = count(20100000), count(990100200300, 7), count(999010000, 3)
        self._mails: dict[str, int] = {}
        self._addresses: list[tuple[str, str]] = []

    def person(self, job: Job, team: MadeTeam, *, title: str = "", type: str = "employee") -> MadePerson:
        rng = self.rng
        woman = rng.random() < 0.74
        first, last = pick(rng, woman)
        address, postcode = self._address()
        joined = self._joined()
        person = MadePerson(
            number=str(next(self._numbers)), title=_title(rng, woman, job), first=first, last=last, email=self._mail(first, last),
            born=7300 + joined + int(rng.random() * 9000), address=address, postcode=postcode, type=type, joined=joined,
            posts=[MadePost(team, job, joined, title=title or job.role)],
        )  # fmt: skip
        self._identify(person, job)
        team.members.append(person)
        return person

    def rename(self, person: MadePerson, first: str, last: str) -> None:
        person.first, person.last, person.preferred, person.email = first, last, "", self._mail(first, last)

    def _identify(self, person: MadePerson, job: Job) -> None:
        rng = self.rng
        person.nhs = self._nhs_number() if rng.random() < 0.62 else ""
        person.card = str(next(self._cards)) if job.family != "corporate" or rng.random() < 0.3 else ""
        person.preferred = person.first[:3] if rng.random() < 0.03 and len(person.first) > 5 else ""
        if job.body:
            person.registration = f"{PREFIX[job.body]}{int(rng.random() * 900000) + 100000}"
            person.registered_to = -1 - int(rng.random() * 700)

    def _joined(self) -> int:
        """Mostly long ago; one in seven within the history, so that new accounts are there."""
        if self.rng.random() < 0.15:
            return 8 + int(self.rng.random() * self.days)
        return self.days + int(self.rng.random() ** 2 * 7000)

    def _mail(self, first: str, last: str) -> str:
        plain = f"{ascii_of(first)}.{ascii_of(last)}"
        seen = self._mails[plain] = self._mails.get(plain, 0) + 1
        return f"{plain}{seen if seen > 1 else ''}@{DOMAIN}"

    def _address(self) -> tuple[str, str]:
        """One in twenty shares a home with somebody met before, as colleagues do."""
        rng = self.rng
        if self._addresses and rng.random() < 0.05:
            return rng.choice(self._addresses)
        home = (
            f"{1 + int(rng.random() * 180)} {rng.choice(STREETS)}, {rng.choice(PLACES)}",
            f"ZZ99 {int(rng.random() * 10)}{rng.choice(LETTERS)}{rng.choice(LETTERS)}",
        )
        self._addresses.append(home)
        return home

    def _nhs_number(self) -> str:
        """The next number of the 999 range, kept for tests, that has a check digit."""
        while True:
            nine = str(next(self._nhs))
            check = 11 - sum(int(d) * (10 - i) for i, d in enumerate(nine)) % 11
            if check != 10:
                return f"{nine}{check % 11}"


def _title(rng: random.Random, woman: bool, job: Job) -> str:
    if job.body == "GMC" or (job.profession == "Psychology" and rng.random() < 0.8):
        return "Dr"
    if rng.random() < 0.04:
        return ""
    return rng.choice(("Ms", "Mrs", "Miss", "Ms", "Mx")) if woman else "Mr"


def make_staff(rng: random.Random, staff: int, days: int) -> tuple[Crowd, list[MadePerson], dict[str, MadePerson], list[MadeTeam]]:
    """Everybody, the holders of the seats by key, and the teams. Supervisors form a tree whose root is the chief executive."""
    crowd = Crowd(rng, days)
    board = _seats(crowd)
    people = list(board.values())
    left = staff - len(people)
    sizes = _sizes(rng, max(3, left // TEAM_SIZE), left)
    heads: dict[str, MadePerson] = {}
    teams = list(dict.fromkeys(p.team for p in people))
    for number, (service, team, size) in enumerate(_plan(sizes), start=len(teams) + 1):
        team.code = f"T{number:04}"
        teams.append(team)
        people.extend(_fill(crowd, service, team, size, heads, board))
    return crowd, people, board, teams


def _seats(crowd: Crowd) -> dict[str, MadePerson]:
    teams: dict[str, MadeTeam] = {}
    board: dict[str, MadePerson] = {}
    for seat in SEATS:
        team = teams.setdefault(seat.team, MadeTeam(f"T{len(teams) + 1:04}", seat.team, seat.directorate))
        person = board[seat.key] = crowd.person(_seat_job(seat), team, title=seat.title)
        person.joined = max(person.joined, crowd.days)  # whoever sits here has been here all along
        person.posts[0].start = person.joined
        person.supervisor, person.seat = board.get(seat.reports_to), seat.key
        team.leader = team.leader or person
    return board


def _seat_job(seat: Seat) -> Job:
    if seat.key == "medical":
        return Job(seat.title, trust.MEDICAL, "clinical", "GMC", "Psychiatry")
    if seat.key == "nurse":
        return Job(seat.title, trust.REGISTERED, "clinical", "NMC", "Nursing")
    return Job(seat.title, SENIOR.group, "corporate")


def _sizes(rng: random.Random, teams: int, people: int) -> list[int]:
    """Team sizes around the mean, adding up exactly."""
    weights = [0.5 + rng.random() for _ in range(teams)]
    edges, so_far = [0], 0.0
    for weight in weights:
        so_far += weight
        edges.append(round(people * so_far / sum(weights)))
    return [max(0, b - a) for a, b in pairwise(edges)]


def _plan(sizes: list[int]) -> list[tuple[Service, MadeTeam, int]]:
    """Which service each team belongs to, by the services' shares, and its name: kind and place, never twice."""
    made: dict[str, int] = {s.directorate: 0 for s in SERVICES}
    plan = []
    for size in sizes:
        service = min(SERVICES, key=lambda s: (made[s.directorate] + 1) / s.parts)
        nth = made[service.directorate]
        made[service.directorate] += 1
        lap, kind = divmod(nth, len(service.teams))
        place = (lap + kind * 3) % len(PLACES)
        number = f" {lap // len(PLACES) + 1}" if lap >= len(PLACES) else ""
        plan.append((service, MadeTeam("", f"{service.teams[kind]}, {PLACES[place]}{number}", service.directorate), size))
    return plan


def _fill(
    crowd: Crowd, service: Service, team: MadeTeam, size: int, heads: dict[str, MadePerson], board: dict[str, MadePerson]
) -> list[MadePerson]:
    out: list[MadePerson] = []
    if size and service.directorate not in heads:
        head = crowd.person(service.leader, team, title=service.head)
        head.supervisor, head.seat = board["operations"], f"head:{service.directorate}"
        heads[service.directorate] = head
        out.append(head)
    if len(out) < size:
        leader = crowd.person(service.leader, team)
        leader.supervisor, leader.seat, team.leader = heads[service.directorate], f"leader:{team.code}", leader
        out.append(leader)
    jobs, weights = zip(*service.jobs, strict=True)
    while len(out) < size:
        person = crowd.person(crowd.rng.choices(jobs, weights)[0], team, type=_type(crowd.rng))
        person.supervisor = team.leader
        out.append(person)
    team.leader = team.leader or heads.get(service.directorate)
    return out


def _type(rng: random.Random) -> str:
    return rng.choices([t for t, _ in TYPES], [w for _, w in TYPES])[0]
