"""How fast each site was asked, whoever asked it: the judgement of a load."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

JITTER = 0.1  # seconds that a request may take from its leave to the site on a busy machine


@dataclass(frozen=True)
class Pacing:
    """What reached one site.

    Attributes:
        host: Which.
        count: Requests.
        seconds: From the first to the last.
        most: Requests beyond what burst and rate allow, in the worst stretch of time; 0 or less
            when the limit held everywhere.
    """

    host: str
    count: int
    seconds: float
    most: float

    @property
    def rate(self) -> float:
        """Requests a second from the first to the last."""
        return (self.count - 1) / self.seconds if self.seconds else 0.0


def pacings(
    asked: Iterable[tuple[float, str, str]], rate: float, burst: int, jitter: float = JITTER
) -> list[Pacing]:
    """Judge what the sites were asked.

    Args:
        asked: Moment, host and target of each request.
        rate: Requests a second that were allowed.
        burst: Requests at once after a pause.
        jitter: Seconds by which a request may be late, so that the next seems early.
    """
    moments: dict[str, list[float]] = defaultdict(list)
    for moment, host, _ in asked:
        moments[host].append(moment)
    found = []
    for host, times in sorted(moments.items()):
        times.sort()
        # Over the stretch from i to j: (j - i + 1) - burst - rate * (t_j - t_i + jitter).
        worst, best_start = float("-inf"), float("-inf")
        for number, moment in enumerate(times):
            best_start = max(best_start, rate * moment - number)
            worst = max(worst, number + 1 - rate * moment + best_start)
        most = worst - burst - rate * jitter
        found.append(Pacing(host, len(times), times[-1] - times[0], most))
    return found
