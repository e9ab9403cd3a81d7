"""A small world to try the main job on: markets, a forum, news and reports, all written for it, served on loopback."""
