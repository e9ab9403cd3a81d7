"""The report of a package for people: one view of the facts, drawn as HTML and as PDF."""
