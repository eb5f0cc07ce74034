"""The words of the domain: no database, no screen, no language."""
