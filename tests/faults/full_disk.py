"""Acts on a disk that becomes full, each in a process of its own; started by test_full_disk.py.

For each line of its input, ``ACT PATH FROM CALLS LINES_IN_A_FILE``, it prints what happened.
"""

import ctypes
import json
import os
import sys
import traceback
from pathlib import Path

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.deliveries import check
from nami_monitor.store import Store, lines, snapshots
from tests.support import acts

DISK = ctypes.CDLL(None)
"""The preloaded library, see tests/support/full_disk.c."""


def attempt(act, path, first, calls):
    """Do an act while calls fail, look, make room, and do it again where it failed.

    Returns:
        How it ended; how many calls there were; what one saw before, while the disk was full, and
        after room was made, in this process and as who just came; what a check found; what one saw
        when it was done; the files that are too many.
    """
    store = Store(path, idle=3600)  # what an undo left is erased at the end, not in between
    before = acts.state(store)
    DISK.full_disk_from(first, calls)
    outcome = "done"
    try:
        act(store)
    except UserError as error:
        outcome = error.key
    except Exception:  # noqa: BLE001  the test shows it
        outcome = traceback.format_exc()
    seen = DISK.full_disk_calls()
    states = [acts.state(store)]
    left = acts.leftovers(path)
    DISK.full_disk_from(0, 0)
    states += [acts.state(store), acts.state_on_disk(path)]
    snapshots.newest(path)
    problems = [str(one) for one in check(store)]
    if outcome != "done":
        act(store)
    after = acts.state(store)
    left += acts.leftovers(path)
    store.close()
    return {
        "outcome": outcome,
        "calls": seen,
        "before": before,
        "between": states,
        "problems": problems,
        "after": after,
        "left": left,
    }


def main():
    for line in sys.stdin:
        name, path, first, calls, lines_in_a_file = line.split()
        child = os.fork()
        if child == 0:
            lines.LINES_IN_A_FILE = int(lines_in_a_file)
            try:
                found = attempt(acts.ACTS[name], Path(path), int(first), int(calls))
            except Exception:  # noqa: BLE001  the test shows it
                found = {"outcome": traceback.format_exc()}
            sys.stdout.write(json.dumps(found) + "\n")
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
