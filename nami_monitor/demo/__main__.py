"""``python -m nami_monitor.demo FOLDER`` writes the demo's files and lists them."""

import argparse
import sys
from pathlib import Path

from nami_monitor.demo.generate import simulate, write
from nami_monitor.demo.truth import TRUTH


def main(arguments: list[str]) -> None:
    """Write the files into the folder named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m nami_monitor.demo")
    parser.add_argument("folder", type=Path)
    for path in write(simulate(TRUTH), parser.parse_args(arguments).folder):
        sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
