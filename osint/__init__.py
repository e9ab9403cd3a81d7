"""The application: commands, web, schedule, export. It sees `spiders`, `nlp` and `storage`; they see nobody."""

__version__ = "0.1.0"
