"""The check of a lead package. Python's standard library only: this folder is copied into every package as it is."""
