"""Audit: who did what, when, before and after, chained by hash so that tampering shows."""
