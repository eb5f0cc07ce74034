"""The DuckDB file: schema, derived tables, transactions. Only this package imports duckdb."""

from nami_monitor.store.engine import Store
from nami_monitor.store.transaction import Transaction

__all__ = ["Store", "Transaction"]
