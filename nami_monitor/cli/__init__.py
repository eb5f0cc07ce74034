"""The command line: the same functions as the screen, for scheduled runs."""

from nami_monitor.cli.app import app, main

__all__ = ["app", "main"]
