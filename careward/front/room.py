"""What the front gives the house: the first page, and the pages that other rooms fill."""

from careward.core.room import Home, Room

ROOM = Room(
    name="front",
    urls="careward.front.urls",
    homes=(
        Home("first", "front:first"),
        Home("person", "front:person"),
        Home("system", "front:system", "register:systems:see"),
        Home("search", "front:search"),
        Home("my_access", "front:my_access"),
        Home("own_data", "front:own_data"),
    ),
)
