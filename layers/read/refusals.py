"""What can be wrong with a file before its content is looked at."""

from __future__ import annotations

from layers.refusals import Refusal


class UnreadableFile(Refusal):
    """The file does not exist, is no format that is read here, or holds no single layer."""


class WrongEncoding(Refusal):
    """The file's text is not in the encoding it was read in."""


class FieldNeeded(Refusal):
    """A field that is needed is not in the file, or several could be meant."""


class CrsNeeded(Refusal):
    """The file's coordinate system is missing, or its coordinates cannot be in it."""


class SuspiciousArchive(Refusal):
    """Unpacking the archive would fill the disk, or write outside its folder."""


class TooManyFields(Refusal):
    """The file has more fields than an area or a place can sensibly keep."""


class SystemNeeded(Refusal):
    """A table gives positions without saying what their numbers refer to."""
