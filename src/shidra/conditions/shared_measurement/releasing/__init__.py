"""From accepted values to a release: read what was accepted, roll it up, protect small numbers, tell a document."""
