"""What is told of photos."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from api.schemas.common import Position, Told
from geo.positions import Datum
from layers.read.photos_positions import PhotoPosition
from layers.reports.photos import StoredPhoto, Taken


class PhotoTold(Told):
    """A photo as it is kept; its size is that of the kept one, not of what was sent."""

    id: int
    taken: Taken = Field(description="Before the matter was settled, after, or neither.")
    at: datetime = Field(description="When it was added.")
    by: str = Field(description="Who added it, as the record names them.", examples=["account:17"])
    media_type: str = Field(examples=["image/jpeg"])
    width_px: int
    height_px: int
    size_bytes: int
    erased: bool = Field(description="Its content was taken away; the record keeps that it was there.")

    @classmethod
    def of(cls, stored: StoredPhoto) -> PhotoTold:
        """The photo as it is told to everyone who may see it."""
        return cls(
            id=stored.id,
            taken=Taken(stored.taken),
            at=stored.at,
            by=stored.by,
            media_type=stored.media_type,
            width_px=stored.width_px,
            height_px=stored.height_px,
            size_bytes=stored.size_bytes,
            erased=stored.erased,
        )


class ProposedPosition(Position):
    """Where the camera says it was. Phones may write gcj02 numbers and call them wgs84: the sender confirms it."""

    datum: Datum

    @classmethod
    def proposed(cls, found: PhotoPosition) -> ProposedPosition:
        """The position as the photo gave it."""
        at = Position.of(found.position)
        return cls(lon=at.lon, lat=at.lat, datum=found.datum)


class AddedPhotoTold(PhotoTold):
    """A photo that was added, as its sender is told."""

    again: bool = Field(description="The same photo had been added before; this is the first one.")
    proposed_position: ProposedPosition | None = Field(
        description="From the photo, only with `use_position`: told to its sender, kept nowhere."
    )


class PhotosTold(Told):
    """The photos of a report, in the order they were added."""

    photos: list[PhotoTold]
