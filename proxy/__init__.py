"""The proxy: holds the keys, enforces the limits, sends each order once."""

__version__ = "0.1.0"
