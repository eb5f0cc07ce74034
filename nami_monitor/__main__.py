"""``python -m nami_monitor`` is the command ``nami``."""

from nami_monitor.cli import main

if __name__ == "__main__":
    main()
