"""What the queue gives the house."""

from careward.core.room import Room, Verb

ROOM = Room(name="errands", title="The queue", verbs=(Verb("errand.retried", "Stopped work set going again"),))
