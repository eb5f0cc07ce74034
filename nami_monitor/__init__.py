"""NAMI monitor: shows whether buying not, differently and less works."""

__version__ = "0.1.0"
