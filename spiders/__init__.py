"""Crawling and reading pages: bytes in, listings, articles and documents out. Knows nobody else of the house."""
