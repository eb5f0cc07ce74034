"""How much of files that the monitor was not made for is recognised: tables and columns.

Run as ``python benchmarks/recognition.py [FOLDER OF REAL FILES]``.
"""

import sys
import tempfile
from pathlib import Path

from tests.support.recognition import lines, published, real


def main(data: Path | None) -> None:
    """Print what is recognised of each file, and the totals."""
    with tempfile.TemporaryDirectory() as name:
        print("\n".join(lines(published(Path(name)))))
        print("later:", *lines(published(Path(name), later=True)), sep="\n")
    if data:
        print("real:", *lines(real(data)), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
