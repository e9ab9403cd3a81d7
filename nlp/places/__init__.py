"""The gazetteer: its data, and reading names of places in a text."""
