"""The DuckDB file: schema, attach and cursors, and the SQL. The only room that imports duckdb."""

from nami_monitor.store.engine import Store, Transaction

__all__ = ["Store", "Transaction"]
