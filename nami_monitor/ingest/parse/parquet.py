"""What a parquet file unpacks to: one page of a kilobyte can hold a text of gigabytes, many times.

The process that parses looks, within its limits; what passes, the readers and the store can hold.
"""

from pathlib import Path
from typing import Final

from nami_monitor.core.errors import UserError, short
from nami_monitor.ingest.limits import MEGABYTE, Budget
from nami_monitor.ingest.parse.sheets import check_cell, check_data, check_width

#: Rows times columns, and as many again for each megabyte; a hundred million lines of twenty
#: columns at most.
_CELLS: Final = 20_000_000
MOST_CELLS: Final = 2_000_000_000


def check_parquet(path: Path, budget: Budget) -> None:
    """Check rows, columns, the longest text and all texts together.

    Raises:
        UserError: the file is damaged, or one of these is too much.
    """
    import polars as pl  # noqa: PLC0415  the process that parses spreadsheets starts without it

    name = path.name
    try:
        scan = pl.scan_parquet(path, glob=False)
        schema = scan.collect_schema()
        rows = scan.select(pl.len()).collect().item()
        check_width(len(schema), name)
        most = min(MOST_CELLS, _CELLS * (1 + path.stat().st_size // MEGABYTE))
        if rows * len(schema) > most:
            raise UserError("reading.too_far", file=name, rows=rows, columns=len(schema))
        total = 0
        for column, dtype in schema.items():
            if dtype == pl.String:
                size = pl.col(column).str.len_bytes()
                longest = pl.col(column).str.len_chars().max()
                sizes = scan.select(longest.alias("max"), size.cast(pl.Int64).sum().alias("sum"))
                longest, added = sizes.collect(engine="streaming").row(0)
                check_cell(longest or 0, name)
                total += added or 0
                check_data(total, budget, name)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UserError(
            "reading.broken", file=name, format="parquet", detail=short(error)
        ) from error
