"""The triage web application: server-rendered, strict about what it loads, keyboard first.

app.py        the application, its guard (hosts, headers, forged requests) and its pages
views.py      what each page shows, as plain values (pure)
highlight.py  a text cut into pieces, each with the reasons that rest on it (pure)
templates/    Jinja2, auto-escaped; static/ the style sheet and the keys
"""
