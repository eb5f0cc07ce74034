"""What runs in a process of its own: checking and parsing spreadsheets and OCDS files.

It imports neither polars nor a reader, so that it starts in a fifth of a second and its memory
limit is for the spreadsheet.
"""
