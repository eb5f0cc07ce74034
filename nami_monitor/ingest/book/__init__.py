"""Booking: rows are staged, checked and booked as a batch, and a batch can be undone.

``file_import`` runs an import: ``stage`` converts and checks, ``booking`` inserts, ``standing``
decides which rows count, ``codes`` which codes are known, ``import_report`` sums up.
"""
