"""What can go wrong in the store, each with a sentence an operator can act on."""


class StoreError(Exception):
    """Base of all errors of the store."""


class StoreNewer(StoreError):
    """The database was made by a newer version of this program."""


class StoreDamaged(StoreError):
    """Something that must be there is not: a trigger of the log, a WARC file, bytes of a record."""


class StoreBusy(StoreError):
    """Another process is at it: a run that is still being written, a lock held for too long. It may be tried again."""


class StoreFull(StoreError, OSError):
    """The disk of the database is full."""


class NotKept(StoreError, OSError):
    """An exchange could not be kept for sure. The crawl must stop; resuming the run saves what can be saved."""


class BodyTooLarge(StoreError):
    """The body, unpacked, is larger than the limit asked for (a decompression bomb, or a very large file)."""


class BodyUndecodable(StoreError):
    """The body cannot be unpacked: broken data, or a content-encoding that is not known here."""


class Conflict(StoreError):
    """The lead has changed since it was looked at; nothing was written."""
