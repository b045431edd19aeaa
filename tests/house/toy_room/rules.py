"""The life of a kettle. Pure."""

from careward.core.machine import Machine, Move

KETTLE = Machine(
    "kettle",
    "cold",
    (
        Move("boil", frozenset({"cold"}), "hot", "kettles:kettles:boil"),
        Move("cool", frozenset({"hot"}), "cold", "clock"),
    ),
    ends=frozenset({"cold"}),
)
