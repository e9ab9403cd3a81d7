"""Which listings are one offer, and which accounts and contacts are one seller.

offer.py     a stored listing as the evidence that is compared (pure)
compare.py   two offers: same seller? same offer? with strength and reason (pure)
weights.toml the points of each piece of evidence
facts.py     what a lead shows, drawn from its listings (pure)
merge.py     acts: finds the candidates in the store, attaches, creates, merges
"""
