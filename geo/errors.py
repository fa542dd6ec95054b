"""Errors of geometry and coordinates, named for what is wrong; messages name the field, the value and the remedy."""


class GeoError(ValueError):
    """Something geometric that was given cannot be used as it is."""


class PositionError(GeoError):
    """A position is not finite, or not on the globe."""


class AccuracyError(GeoError):
    """An accuracy is negative or not a number."""


class CrsError(GeoError):
    """A coordinate reference system is missing, unknown, or impossible for the coordinates."""


class CodeError(GeoError):
    """A grid code does not follow its rule, or none is left to give."""


class PathError(GeoError):
    """A containment path or a level does not belong to the ladder."""


class LayerError(GeoError):
    """A layer of polygons cannot be used: wrong geometry types, duplicate codes, arrays that do not match."""
