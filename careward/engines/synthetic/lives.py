"""What happens to the people: some leave, move, are away, share an address; and whose training or registration ran out.

Each kind of trouble comes with its near miss, the case one day or one word away that must not be found.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from careward.engines.synthetic.dates import Dates
from careward.engines.synthetic.shapes import MadePerson, MadePost, MadeTeam
from careward.engines.synthetic.staff import Crowd

Row = tuple[object, ...]
LATELY = "expired:told"  # a course that ran out yesterday


@dataclass(slots=True)
class Lives:
    """Rows of absences, deputies and leavers, and the movers, whose old team may still be in an account."""

    absences: list[Row] = field(default_factory=list)
    deputies: list[Row] = field(default_factory=list)
    leavers: list[Row] = field(default_factory=list)
    deputy_of: dict[str, MadePerson] = field(default_factory=dict)  # by the manager's number, where one is in force
    movers: list[MadePerson] = field(default_factory=list)
    shown: MadePerson | None = None  # a leaver whose manager has everything a manager is asked, and a deputy


def _may_act(person: MadePerson) -> bool:
    """Whether somebody may stand in for a manager, and has nothing of their own to put right."""
    plain = person.state == "present" and person.type == "employee" and len(person.posts) == 1
    return plain and not person.faults and not person.shared_mail


class Fates:
    """Gives everybody at most one fate; those who lead or hold a seat are left alone, so that the tree stays whole."""

    def __init__(
        self, rng: random.Random, crowd: Crowd, people: Sequence[MadePerson], teams: Sequence[MadeTeam], dates: Dates, days: int
    ) -> None:
        self.rng, self.crowd, self.dates, self.days, self.teams = rng, crowd, dates, days, [t for t in teams if t.leader]
        self.staff = len(people)
        self.pool = [p for p in people if not p.seat]
        rng.shuffle(self.pool)
        self.lives = Lives()

    def run(self, people: Sequence[MadePerson]) -> Lives:
        self._lapse()
        self._each(self._leave, 0.006, 2)
        self._each(self._away, 0.007, 3)
        self._each(self._nearly_away, 0.007, 7)
        self._each(self._nearly_left, 0.002, 1)
        self._each(self._left, 0.045, 3)
        self._each(self._start, 0.004, 1)
        self._each(self._data_security, 0.009, 2)
        self._each(self._paris, 0.008, 2)
        self._share_mail()
        self._same_names()
        self._each(self._move, 0.03, 2)
        self._each(self._second_post, 0.04, 1)
        self._deputies(people)
        self._show(people)
        self._strangers()
        return self.lives

    def _take(self, number: int, fits: Callable[[MadePerson], bool] = lambda _: True) -> list[MadePerson]:
        out: list[MadePerson] = []
        kept: list[MadePerson] = []
        while self.pool and len(out) < number:
            person = self.pool.pop()
            (out if fits(person) else kept).append(person)
        self.pool.extend(kept)
        return out

    def _each(self, fate: Callable[[int, MadePerson], None], share: float, least: int) -> None:
        for nth, person in enumerate(self._take(max(least, round(share * self.staff)))):
            fate(nth, person)

    def _settle(self, person: MadePerson, ago: int) -> None:
        """Makes sure that somebody had joined well before what happens to them."""
        if person.joined < ago + 30:
            person.joined = person.posts[0].start = ago + 30 + int(self.rng.random() * 300)

    def _leave(self, nth: int, person: MadePerson) -> None:
        """Left, and some accounts stand open."""
        self._settle(person, 400)
        post = person.posts[0]
        end, status, since = (
            (1, "terminated", 1),
            (9, "active", 9),
            (None, "terminated", 5),
            (60, "active", 60),
            (3, "active", 3),
            (40, "terminated", 40),
        )[nth % 6]
        person.state, person.faults = "leaving", ("leaver",)
        if nth % 6 == 3:  # the day it starts and the day it ends contradict each other
            post.start, person.faults = 50, ("doubtful leaver",)
        post.end, post.status, post.reason, person.away_since = end, status, "Voluntary resignation", since
        if nth % 6 == 4:
            person.posts.append(MadePost(self._other(post.team), post.job, 300, 6, "active", post.reason, post.title))
        self._tell_of(person, since)

    def _left(self, nth: int, person: MadePerson) -> None:
        ago = 2 + int(self.rng.random() ** 2 * max(60, self.days))
        self._settle(person, ago)
        post = person.posts[0]
        person.state, person.away_since = "left", ago
        post.end, post.status, post.reason = (
            ago,
            "terminated",
            self.rng.choice(("Retirement", "Voluntary resignation", "End of fixed term contract")),
        )
        if ago <= 31:
            self._tell_of(person, ago)

    def _tell_of(self, person: MadePerson, ago: int) -> None:
        self.lives.leavers.append((f"{person.first} {person.last}", person.posts[0].team.name, self.dates.day(ago)))

    def _nearly_left(self, nth: int, person: MadePerson) -> None:
        """The last day is the day itself, or still to come of one already called terminated: still here."""
        self._settle(person, 60)
        post = person.posts[0]
        post.end, post.status, post.reason = ((0, "active", "Retirement"), (-20, "terminated", "Voluntary resignation"))[nth % 2]

    def _away(self, nth: int, person: MadePerson) -> None:
        kind, since, until, status, locked = (
            ("", 60, None, "maternity", True),
            ("long_term_sickness", 9, None, "active", False),
            ("", 6, None, "long_term_absence", False),
            ("maternity", 100, -100, "active", True),
            ("career_break", 0, None, "active", False),
            ("long_term_absence", 20, -30, "long_term_absence", True),
            ("", 45, None, "maternity", True),
        )[nth % 7]
        self._settle(person, since + 30)
        person.state, person.faults, person.away_since, person.locked_away = "away", ("absent",), since, locked
        person.posts[0].status = status
        if nth % 7 == 6:
            person.posts.append(
                MadePost(self._other(person.team), person.job, since + 40, None, "long_term_absence", "", person.posts[0].title)
            )
        if kind:
            self._absent(person, kind, since, until)

    def _nearly_away(self, nth: int, person: MadePerson) -> None:
        self._settle(person, 240)
        way = nth % 7
        if way == 5:
            person.posts[0].status = "suspended"
        elif way == 6:
            person.posts.append(MadePost(self._other(person.team), person.job, 120, None, "maternity", "", person.posts[0].title))
        else:
            kind, since, until = (
                ("maternity", 200, 0),
                ("career_break", -1, None),
                ("sickness", 3, -4),
                ("annual_leave", 2, -12),
                ("study_leave", 30, -60),
            )[way]
            self._absent(person, kind, since, until)

    def _absent(self, person: MadePerson, kind: str, since: int, until: int | None) -> None:
        self.lives.absences.append((person.number, kind, self.dates.day(since), self.dates.day(until)))

    def _start(self, nth: int, person: MadePerson) -> None:
        person.state, person.joined = "starting", -2 - nth % 20
        person.posts[0].start = person.joined

    def _lapse(self) -> None:
        for nth, person in enumerate(self._take(max(1, round(0.003 * self.staff)), lambda p: bool(p.registration))):
            person.registered_to, person.faults = (1, 30, 2, 200)[nth % 4], ("registration",)
        for person in self._take(max(1, round(0.001 * self.staff)), lambda p: bool(p.registration)):
            person.registered_to = 0  # good through the day itself

    def _data_security(self, nth: int, person: MadePerson) -> None:
        self._settle(person, 800)
        way = (
            "expired:told",
            "missing:none",
            "expired:months",
            "expired:long",
            "missing:failed",
            "expired:told",
            "missing:tomorrow",
            "expired:twice",
        )[nth % 8]
        person.faults = (f"data:{way}",)

    def _paris(self, nth: int, person: MadePerson) -> None:
        self._settle(person, 100)
        way = ("missing:none", "declaration:none", "declaration:tomorrow", "missing:failed", "expired:told", "missing:tomorrow")[nth % 6]
        person.faults = (f"paris:{way}",)

    def _share_mail(self) -> None:
        """Two of one name were given one address: whatever names the address fits both."""
        pair = self._take(2 * max(1, round(0.0004 * self.staff)))
        for one, two in zip(pair[::2], pair[1::2], strict=False):
            two.first, two.last, two.preferred, two.email = one.first, one.last, "", one.email
            one.shared_mail = two.shared_mail = True

    def _same_names(self) -> None:
        """Some of one name with addresses of their own: a name alone never matches."""
        for nth in range(0, 2 * max(1, self.staff // 250), 2):
            if nth + 1 < len(self.pool):
                self.crowd.rename(self.pool[nth + 1], self.pool[nth].first, self.pool[nth].last)

    def _other(self, team: MadeTeam) -> MadeTeam:
        other = self.rng.choice(self.teams)
        return other if other is not team else self.teams[(self.teams.index(team) + 1) % len(self.teams)]

    def _move(self, nth: int, person: MadePerson) -> None:
        ago = 5 + int(self.rng.random() * max(30, self.days - 60))
        self._settle(person, ago)
        old = person.posts[0]
        old.end, old.reason = ago + 1, "Internal transfer"
        person.posts.append(MadePost(self._other(old.team), person.job, ago, title=old.title))
        person.supervisor = person.team.leader
        self.lives.movers.append(person)

    def _second_post(self, nth: int, person: MadePerson) -> None:
        self._settle(person, 60)
        person.posts.append(MadePost(self._other(person.team), person.job, 30 + int(self.rng.random() * 30), title=person.posts[0].title))

    def _deputies(self, people: Sequence[MadePerson]) -> None:
        for team in self.teams:
            likely = [
                p
                for p in team.members
                if p is not team.leader and p.state == "present" and p.type == "employee" and len(p.posts) == 1 and not p.shared_mail
            ]
            if not likely or team.leader is None or team.leader.number in self.lives.deputy_of:
                continue
            way = self.rng.random()
            if way < 0.6:
                self.lives.deputy_of[team.leader.number] = likely[0]
                self._deputy(team.leader, likely[0], 30, -60 if way < 0.5 else -1)
            elif way < 0.8:
                self._deputy(team.leader, likely[-1], 200, 0)  # the last day is not in it

    def _deputy(self, manager: MadePerson, deputy: MadePerson, since: int, until: int) -> None:
        self.lives.deputies.append((manager.number, deputy.number, self.dates.day(since), self.dates.day(until)))

    def _show(self, people: Sequence[MadePerson]) -> None:
        """Brings somebody whose course lapsed under the manager of somebody who left, and has a deputy act for them for long."""
        for leaver in (p for p in people if p.state == "leaving" and p.faults == ("leaver",) and len(p.posts) == 1):
            team, boss = leaver.team, leaver.team.leader
            acting = next((p for p in team.members if _may_act(p) and p is not boss), None)
            if boss is None or acting is None:
                continue
            self.lives.shown, self.lives.deputy_of[boss.number] = leaver, acting
            self.lives.deputies = [row for row in self.lives.deputies if row[0] != boss.number]
            self._deputy(boss, acting, 30, -60)
            lapsed = next(p for p in people if p.faults == (f"data:{LATELY}",))
            lapsed.team.members.remove(lapsed)
            team.members.append(lapsed)
            lapsed.posts[0].team, lapsed.supervisor = team, boss
            return

    def _strangers(self) -> None:
        """The monthly report also names somebody the staff feed never held."""
        self.lives.leavers.append(("Rosalind Netherfield", self.teams[-1].name, self.dates.day(12)))
