"""Stands for the process that reads, with a file that keeps it for ever."""

import time
from threading import Thread

from careward.engines.connectors.csv import apart

if __name__ == "__main__":
    Thread(target=apart._end_with_the_other, daemon=True).start()
    while True:
        time.sleep(1)
