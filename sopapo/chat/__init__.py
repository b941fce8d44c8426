"""The use-cases, by noun: the only code that decides. Each is called by both doors and returns what both send."""
