"""Backups: the database and the stored files of an installation in one checksummed file, and back.

The tables are written by their meaning, not by their database: a backup made on SQLite restores on PostgreSQL and the
other way round. What is not in a backup: the secret key (whoever finds a backup must not be able to sign in with it)
and static files (they come with the program).
"""
