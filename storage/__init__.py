"""The store: evidence in WARC files, what was read of it, leads, sellers and decisions in one database."""
