"""The Caldicott Guardian, the privacy officer and the data protection team: what waits for them, why, and its evidence."""

from collections.abc import Callable

import pytest

from tests.journeys.counting import Counting
from tests.journeys.visiting import Visitor

MOST_CLICKS = 4
