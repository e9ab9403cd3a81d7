"""How a crawl behaves: what it may fetch, how gently, what it keeps, and how it says what it left out. One job a
module."""
