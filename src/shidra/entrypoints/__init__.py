"""How people and programs come in; no tables, no rules."""
