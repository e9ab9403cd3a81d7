"""Learning from labelled texts: models of the reader, and figures of the rules alone and with them. Pure."""
