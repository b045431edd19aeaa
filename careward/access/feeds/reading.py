"""Who reads the files: a reader that config hands in."""

from careward.core.mapping import FileMapper
from careward.core.ports import FeedReader, Port

FEED_READER: Port[FeedReader] = Port("the reader of feeds")
FILE_MAPPER: Port[FileMapper] = Port("who looks at files of unknown form")
