"""The Open Contracting Data Standard: from published releases to one row per contract.

It imports neither polars nor a reader: a published file is read in a process of its own.
"""
