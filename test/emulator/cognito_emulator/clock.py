"""The clock of a pool, which tests may set ahead or back."""

import time


class Clock:
    def __init__(self) -> None:
        self.offset_sec: float = 0

    def now(self) -> float:
        return time.time() + self.offset_sec

    def seconds(self) -> int:
        return int(self.now())
