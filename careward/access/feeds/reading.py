"""Who reads the files: a reader that config hands in."""

from careward.core.ports import FeedReader, Port

FEED_READER: Port[FeedReader] = Port("the reader of feeds")
