"""What somebody may do, and on which systems. A right is a triple: a role, a system (or all of them), from one day to another. Pure.

Each grant opens what its role may do within its own system; what somebody may do is the union over their grants. So one more grant
never takes sight or power away, and nothing that one grant allows for one system is lent to another.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from careward.core.days import Period
from careward.core.decision import ALLOWED, Decision, refuse


class Everywhere(Enum):
    """Every system, those of tomorrow too, and what belongs to no one system."""

    EVERYWHERE = "every system"

    def __contains__(self, code: object) -> bool:
        return True


EVERYWHERE = Everywhere.EVERYWHERE
Systems = Everywhere | frozenset[str]
NOWHERE: Systems = frozenset()
WHOLE = ""  # asked in place of a system: the organisation as a whole, which only a grant for all systems reaches


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that somebody holds, for one system or for all of them (""), from one day to another; the last is not in it."""

    role: str
    system: str
    from_on: date
    to_on: date | None = None

    @property
    def systems(self) -> Systems:
        return frozenset({self.system}) if self.system else EVERYWHERE


@dataclass(frozen=True, slots=True)
class Rights:
    """What somebody may do: the systems of each permission, and of each role they hold."""

    permissions: Mapping[str, Systems] = field(default_factory=dict)
    roles: Mapping[str, Systems] = field(default_factory=dict)

    def systems_for(self, permission: str) -> Systems:
        """On which systems they may do something."""
        return self.permissions.get(permission, NOWHERE)

    def may(self, permission: str, *, system: str | None = None) -> bool:
        """Whether they may do something to a system; on any at all where none is named; to the whole organisation for WHOLE."""
        systems = self.systems_for(permission)
        return bool(systems) if system is None else system in systems

    def has_role(self, role: str, *, system: str = WHOLE) -> bool:
        """Whether they hold a role for a system; for work that belongs to no system, whether they hold it for any."""
        systems = self.roles.get(role, NOWHERE)
        return system in systems if system else bool(systems)

    def on(self, *systems: str) -> frozenset[str]:
        """The permissions that reach each of some systems; those that reach any at all where none is named."""
        if not systems:
            return frozenset(p for p, reach in self.permissions.items() if reach)
        return frozenset(p for p, reach in self.permissions.items() if all(s in reach for s in systems))

    def narrowed(self, permissions: Collection[str]) -> "Rights":
        """No more than some permissions of these, on the systems where these reach."""
        return Rights({p: reach for p, reach in self.permissions.items() if p in permissions})

    def must(self, permission: str, words: str, *systems: str) -> Decision:
        """Whether they may do something to each of some systems (WHOLE for the whole organisation), with the reason against.

        `words` say what it is, verb first.
        """
        outside = tuple(s for s in systems or (WHOLE,) if not self.may(permission, system=s))
        if not outside:
            return ALLOWED
        where = " and ".join(s or "the whole organisation" for s in outside)
        remedy = f"Ask somebody whose role for {where} holds {permission}"
        return refuse("permission.missing", "house", f"Your roles do not let you {words} for {where}", remedy)


NO_RIGHTS = Rights()


def rights_of_grants(grants: Iterable[Grant], *, on: date, carries: Mapping[str, Collection[str]]) -> Rights:
    """What the grants in force on a day allow together; `carries` says what each role may do, and a role it lacks may nothing."""
    permissions: dict[str, Systems] = {}
    roles: dict[str, Systems] = {}
    for grant in grants:
        if Period(grant.from_on, grant.to_on).contains(on):
            roles[grant.role] = united(roles.get(grant.role, NOWHERE), grant.systems)
            for permission in carries.get(grant.role, ()):
                permissions[permission] = united(permissions.get(permission, NOWHERE), grant.systems)
    return Rights(permissions, roles)


def rights_everywhere(permissions: Iterable[str]) -> Rights:
    """Some permissions, each on every system: of a client of the API, of someone at the machine, of the house itself."""
    return Rights(dict.fromkeys(permissions, EVERYWHERE))


def united(one: Systems, other: Systems) -> Systems:
    """The systems of either."""
    if isinstance(one, Everywhere) or isinstance(other, Everywhere):
        return EVERYWHERE
    return one | other
