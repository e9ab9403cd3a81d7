"""What is read of a text, one module a kind of fact."""
