"""Shidra: the workplace of a collective impact initiative."""

__version__ = "0.1.0"
