"""The `shidra` command: everything a server or a script needs, without a browser."""
