"""What letters hold about somebody, told to them."""

from careward.web.own_data import Facts, told
from careward.work.notices.models import Notice


def own_data(*, user_id: int, person_id: int | None) -> list[Facts]:
    """The letters written to somebody."""
    return told(Notice.objects.filter(user_id=user_id), but=("user",), also=("written_at", "sent_at"))
