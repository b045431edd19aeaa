"""One system's export: everybody's account made right, then faults planted in some, by decks that are dealt on from system to system."""

import random
from collections.abc import Iterator, Sequence

from careward.engines.synthetic.accounts import Registrar
from careward.engines.synthetic.faults import DECK, Around, Do, inactive, lock, notice, warns
from careward.engines.synthetic.lives import Lives
from careward.engines.synthetic.shapes import AccountDraft, MadePerson, MadeSystem, TruthLine
from careward.engines.synthetic.specials import Specials
from careward.engines.synthetic.training import consequences

SHARE = 0.024  # of the people whose accounts are dealt a card; about one card in three is a near miss
QUESTIONS = 4  # of one manager's people, each on a system of its own
MASS = 0.7  # of the otherwise right accounts of a system made unsafe: over 40 in 100 of the open ones, even in the smallest trust


class Deck:
    """All plantings in an order of chance, dealt in turn; one that cannot be on a system is kept for the next."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.waiting: list[int] = []

    def deal(self, system: MadeSystem) -> Do:
        for nth, card in enumerate(self.waiting):
            if DECK[card][0](system):
                del self.waiting[nth]
                return DECK[card][1]
        fresh = list(range(len(DECK)))
        self.rng.shuffle(fresh)
        self.waiting.extend(fresh)
        return self.deal(system)


class Planter:
    """Deals with one system at a time, yielding its accounts in the order of the export."""

    def __init__(
        self, registrar: Registrar, specials: Specials, around: Around, people: Sequence[MadePerson], deck: Deck, lives: Lives
    ) -> None:
        self.registrar, self.specials, self.around, self.people, self.deck = registrar, specials, around, people, deck
        self.rng = registrar.rng
        self.shown, self.left_open = lives.shown, 0
        self.manager = lives.shown.supervisor if lives.shown else None
        self.acting = lives.deputy_of.get(self.manager.number) if self.manager else None
        self.asked_about: list[MadePerson] = []  # people of that manager: whether an account of theirs is still needed
        self.locked_out: MadePerson | None = None  # a nurse whose account of a clinical system is locked, as it should be

    def drafts(self, system: MadeSystem, *, unsafe: bool = False) -> Iterator[AccountDraft]:
        holders = [p for p in self.people if self.registrar.has(system, p)]
        plain = [p for p in holders if p.state == "present" and not p.faults and not p.shared_mail]
        self.rng.shuffle(plain)
        cards = {p.number: self.deck.deal(system) for p in plain[: max(2, round(len(plain) * SHARE))]}
        self._show(system, plain, cards)
        untouched = [p for p in plain if p.number not in cards]
        admins, strangers = self._special_holders(untouched)
        missed = {p.number for p in strangers}
        leaving = [p for p in holders if p.state == "leaving" and p is not self.shown][:1]
        for person in holders:
            if person.number not in missed:
                yield from self._account(system, person, cards.get(person.number), unsafe)
        yield from self._marked(system, self.specials.admins(system, admins, leaving))
        yield from self._marked(system, self.specials.strangers(system, strangers))
        yield from self._marked(system, self._copies(system, untouched))
        yield from self.specials.shared(system, len(self.people))
        yield from self.specials.services(system)

    def _show(self, system: MadeSystem, plain: Sequence[MadePerson], cards: dict[str, Do]) -> None:
        """Accounts that one manager is asked about, one on a system, and once in all the trust a nurse's that is locked."""
        free = [p for p in plain if p.number not in cards and not p.seat and p is not self.acting]
        theirs = [p for p in free if p.supervisor is self.manager and p not in self.asked_about] if self.manager else []
        if theirs and len(self.asked_about) < QUESTIONS and warns(system):
            self.asked_about.append(theirs[-1])
            cards[theirs[-1].number] = inactive("warn", notice(1))
        nurses = [p for p in free if p.supervisor is not self.manager and p.job.body == "NMC" and p.type == "employee"]
        if self.locked_out is None and nurses and system.kind == "clinical":
            self.locked_out = nurses[-1]
            cards[nurses[-1].number] = inactive("", lock(3), locked=True)

    def _special_holders(self, untouched: Sequence[MadePerson]) -> tuple[list[MadePerson], list[MadePerson]]:
        """Who holds an administrator's account besides the everyday one, and the few who hold only that."""
        technical = [p for p in untouched if p.job.family == "corporate" and p.type == "employee"]
        outside = [p for p in untouched if p.type in ("external", "contractor") and p.email]
        return technical[: max(2, len(self.people) // 110)], outside[: max(1, len(self.people) // 2000)]

    def _account(self, system: MadeSystem, person: MadePerson, card: Do | None, unsafe: bool) -> Iterator[AccountDraft]:
        draft = self.registrar.open(system, person)
        if person.state == "leaving" and self.rng.random() < 0.4:
            draft.status = "closed"
        if person is self.shown:  # two accounts of theirs stand open, no more
            draft.status = "active" if self.left_open < 2 else "closed"
            self.left_open += 1
        if person.shared_mail and draft.email:
            draft.matched = False
            draft.plant("account.ambiguous", "ask")
        if card:
            card(draft, self.around)
        elif unsafe and person.state == "present" and not person.faults and self.rng.random() < MASS:
            draft.status = "active"
            inactive("close", lambda s: s.idle.close_after_days + int(self.rng.random() * 40))(draft, self.around)
        yield from self._marked(system, iter((draft,)))
        if draft.second:
            yield draft.second

    def _marked(self, system: MadeSystem, drafts: Iterator[AccountDraft]) -> Iterator[AccountDraft]:
        """Adds what follows from the holder's own state to every open account of theirs."""
        for draft in drafts:
            person = draft.person
            if person and person.faults and draft.matched and draft.status != "closed":
                for fault in person.faults:
                    mark(draft, system, fault)
            yield draft

    def _copies(self, system: MadeSystem, untouched: Sequence[MadePerson]) -> Iterator[AccountDraft]:
        seats = [p for p in untouched if p.seat != "systems" and p.joined > 60]
        if not system.says("environment"):
            return
        for nth, environment in enumerate(e.code for e in system.pack.environments if not e.live):
            number = max(2, len(self.people) // 140)
            yield from self.specials.copies(system, environment, seats[nth * number : (nth + 1) * number])


def mark(draft: AccountDraft, system: MadeSystem, fault: str) -> None:
    if fault == "leaver":
        draft.plant("account.leaver", "close")
    elif fault == "doubtful leaver":
        draft.plant("account.leaver", "ask")
    elif fault == "absent":
        if draft.status == "active":
            draft.plant("account.absent", "ask")
    elif fault == "registration":
        if system.kind == "clinical":
            draft.plant("registration.lapsed", "ask")
    else:
        courses = {c.code: (c.clause, c.declaration_clause) for c in system.pack.training}
        if follows := consequences(fault, courses):
            draft.plant(follows[0], "ask", follows[1])


def lines(draft: AccountDraft) -> list[TruthLine]:
    """The truth about one account; nobody is named where nobody, or more than one, fits."""
    number = draft.person.number if draft.person and draft.matched else None
    return [
        TruthLine(
            draft.system.code, draft.environment, draft.username, number, code, step, clause, step == "lock" and draft.status == "locked"
        )
        for code, step, clause in draft.lines
    ]
