"""`python -m shidra` is the `shidra` command."""

from shidra.config.launch import main

main()
