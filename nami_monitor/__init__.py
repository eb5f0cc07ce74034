"""NAMI monitor: shows whether buying not, differently and less works."""

import sys

__version__ = "0.1.0"

# pandera loads all of it wherever the Spark client is installed, which takes seconds and warns
sys.modules.setdefault("pyspark.pandas", None)  # type: ignore[arg-type]
