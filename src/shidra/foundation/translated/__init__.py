"""Texts that exist in several languages, stored beside each other in one column."""
