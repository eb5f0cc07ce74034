"""From a messy procurement file to booked lines: sniff, map, convert, validate, load, undo."""
