"""Listings out of files: which column is what, what a row says, which listing it means, what that changes.

reading    a file -> rows of cells by the column's meaning (a process of its own reads it)
columns    titles of columns, in three languages
words      words of fields, statuses, countries, languages, kinds and types of backbones
said       a row -> the content of a listing, what must be asked, what cannot be read
matching   the listing that a row means; what the row adds to it, and what contradicts it
planning   rows in sets: new, merged, asked or in error. Nothing is written here.
taking     rows in sets, written
"""
