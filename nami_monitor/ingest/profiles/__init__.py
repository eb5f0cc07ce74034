"""Profiles: how the files of a source become rows of tables, and how cells become values."""
