"""The five conditions of collective impact. Read upward: agree, measure, act, talk, support."""
