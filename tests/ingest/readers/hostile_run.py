"""Reads files, each in a process of its own under limits, and says what became of it.

Run as ``python -m tests.ingest.readers.hostile_run FILE ...``; prints a line of JSON per file.
"""

import json
import os
import resource
import sys
from pathlib import Path

from nami_monitor.core.errors import UserError
from nami_monitor.ingest.readers import read

SECONDS = 10


def outcome(path):
    """The key of the refusal, or "read"."""
    try:
        read(path)
    except UserError as error:
        return error.key
    return "read"


def held():
    """Megabytes that this process holds, at most until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(paths):
    """Read each file in a fork: its memory is measured from what this process held before."""
    for path in paths:
        sys.stdout.flush()
        if process := os.fork():
            os.waitpid(process, 0)
            continue
        before = held()
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        said = outcome(Path(path))
        own, children = (
            resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        seconds = sum(one.ru_utime + one.ru_stime for one in (own, children))
        line = {
            "file": Path(path).name,
            "said": said,
            "seconds": round(seconds, 1),
            "parent": held() - before,
            "child": max(0, children.ru_maxrss // 1024 - before),
        }
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
