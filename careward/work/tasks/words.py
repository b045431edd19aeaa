"""What several pages say of tasks."""

from collections.abc import Collection, Container, Mapping

from careward.web.words import plural

RECORDED = {"lock": "Lock recorded", "close": "Closing recorded", "amend": "Change of rights recorded", "reopen": "Reopening recorded"}
BY_STEP = {"lock": "Lock", "close": "Close", "amend": "Change rights", "reopen": "Reopen"}


def will_show(
    kinds: Collection[str], compared: Container[str], systems: Collection[str], names: Mapping[str, str], *, many: bool = False
) -> str:
    """What becomes of work that is said to be done: 'The next PARIS file will show whether it worked.'

    `compared` are the kinds that a comparison of files finds; of any other no file tells, and Careward looks at its own rows.
    """
    if not all(kind in compared for kind in kinds):
        return f"Careward looks each day whether {'they are' if many else 'it is'} so."
    known = [names.get(code, code) for code in systems if code]
    file = f"The next {known[0]} file" if len(known) == 1 and len(systems) == 1 else "The next files"
    return f"{file} will show whether {'each of them' if many else 'it'} worked."


def recorded(step: str, proved_by: str) -> str:
    """'Lock recorded. The next PARIS file will show whether it worked.'"""
    return f"{RECORDED.get(step, 'Recorded')}. {proved_by}"


def evidence_hint(*, in_system: bool) -> str:
    """How to say what was done, beside the box for it."""
    example = 'Like "Locked in PARIS, 10:31". ' if in_system else ""
    return f"{example}Do not write about a patient."


def where(step: str, system: str) -> str:
    """'Lock on PARIS'."""
    return f"{BY_STEP[step]} on {system}"


BUTTONS = {"done": "Say they are done", "answer": "Give this answer", "give": "Give them", "note": "Write this note"}
DEEDS = {"done": "said to be done", "answer": "answered", "give": "given", "note": "noted"}
FOLLOWS = {
    "answer": "The next comparison reads your answer.",
    "give": "They stay open until they are done.",
    "note": "The note stands in the history of each.",
}
TO_DECIDERS = "Each waits for a named person's decision."


def heading(act: str, many: int, noun: str = "task") -> str:
    """What is about to be done to how many."""
    things = plural(many, noun)
    if act == "done":
        return f"Say that {things} {'is' if many == 1 else 'are'} done"
    return {"give": f"Give {things} to somebody", "answer": f"Answer about {things}"}.get(act, f"Write a note on {things}")


def came_of(act: str, many: int, follows: str, noun: str = "task") -> str:
    """What was done, and what follows: '30 tasks are said to be done. The next PARIS file will show ...'"""
    return f"{plural(many, noun)} {'is' if many == 1 else 'are'} {DEEDS[act]}. {follows}"


def came_short(act: str, done: int, refused: int, noun: str = "task") -> str:
    """Over a page that tells what could not be done: '28 tasks are said to be done, 2 are not'."""
    return f"{plural(done, noun)} {'is' if done == 1 else 'are'} {DEEDS[act]}, {refused} {'is' if refused == 1 else 'are'} not"
