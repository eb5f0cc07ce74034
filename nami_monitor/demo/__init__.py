"""The demo: a made-up public organisation, its files as suppliers send them, and its truth."""
