"""What the peers share: arguments, repetitions, and the one line of JSON they print."""

import json
import sys
import time

CASH = 1_000_000.0
FEE = 0.001
START_AFTER = 1_000  # no signal before this bar, so that the start of the EMAs does not matter


def missing(error):
    """The library is not there: say so and stop, without an error."""
    print(json.dumps({"missing": error.name}))
    sys.exit(0)


def repeat(work, repetitions):
    """Runs the work once to warm up and then again and again: seconds, and its last result."""
    result = work()
    seconds = []
    for _ in range(repetitions):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return seconds, result


def answer(peer, version, seconds, **more):
    print(json.dumps({"peer": peer, "version": version, "seconds": seconds, **more}, default=float))


__all__ = ["CASH", "FEE", "START_AFTER", "answer", "missing", "repeat"]
