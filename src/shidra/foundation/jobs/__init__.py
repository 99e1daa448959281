"""Jobs: background work on the database, with progress that a page can show, retries, and a list for the administrator."""
