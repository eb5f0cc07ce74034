"""The parts of the Data page: reading in, rows set aside, batches, completeness, codes."""
