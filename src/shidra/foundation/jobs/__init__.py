"""Jobs: background work on the database, with progress that a page can show, retries, and a list for the administrator.

An app above writes `@job("name", label=...)` over a function in its `jobs.py` and calls `asking.ask_job` in a use case;
work that recurs by the clock is written `@clockwork(every=...)`. Jobs know nothing of what they run.
"""
