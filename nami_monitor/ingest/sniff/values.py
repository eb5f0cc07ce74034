"""What the text cells of a column prove about decimal sign and date patterns."""

from nami_monitor.ingest.sniff.dates import MONTHS, Ambiguous, date_formats, is_date, parse_date
from nami_monitor.ingest.sniff.numbers import Evidence, combine, decimal_evidence, is_number

__all__ = [
    "MONTHS",
    "Ambiguous",
    "Evidence",
    "combine",
    "date_formats",
    "decimal_evidence",
    "is_date",
    "is_number",
    "parse_date",
]
