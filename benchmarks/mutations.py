"""Every change of every kind of file, and what comes of it.

python benchmarks/mutations.py [KIND ...]
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.support.mutated import made, outcomes


def main() -> int:
    """Print per kind how often each outcome came, and each change that books other figures."""
    wrong = 0
    for kind, of in made().items():
        if sys.argv[1:] and kind not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            found = list(outcomes(Path(folder), of, list))
        counts = Counter(came.partition(" ")[0] for _, _, came in found)
        print(kind, len(found), dict(sorted(counts.items())), flush=True)
        for name, who, came in found:
            if came.startswith("OTHER"):
                wrong += 1
                print(f"  {who}: {name}: {came}")
    return min(wrong, 1)


if __name__ == "__main__":
    raise SystemExit(main())
