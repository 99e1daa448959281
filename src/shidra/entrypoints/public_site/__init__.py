"""The public pages: initiative, indicator, releases, open data. They read released tables and compute nothing."""
