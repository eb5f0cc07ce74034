"""What the figures of a month say; screens, commands and reports only render it."""
