"""The database: snapshots, schema, derived tables. Only this package imports duckdb."""

from nami_monitor.store.engine import Store, Work
from nami_monitor.store.transaction import Transaction

__all__ = ["Store", "Transaction", "Work"]
