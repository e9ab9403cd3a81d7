"""Reading texts: text in, `Analysis` out. No network, no clock, no disk but its own data."""
