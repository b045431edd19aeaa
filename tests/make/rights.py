"""Rights as tests want them: what a role carries in this house, for a system or for all, and more beside."""

from datetime import date

from careward.config.rooms import house
from careward.core.rights import EVERYWHERE, Grant, Rights, rights_of_grants

ON = date(2026, 11, 23)


def granted(*roles: str, system: str = "", also: tuple[str, ...] = ()) -> Rights:
    """What some roles for one system (or all) carry; `also` are permissions beside, on every system."""
    held = rights_of_grants([Grant(role, system, date(2020, 1, 1)) for role in roles], on=ON, carries=house().carries)
    return Rights({**held.permissions, **dict.fromkeys(also, EVERYWHERE)}, held.roles)
