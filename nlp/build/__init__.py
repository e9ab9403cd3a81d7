"""Scripts, run by hand, that compile the shipped data from its sources. Nothing here is imported at run time."""
