"""Photos of reports: sent as they are, kept as pictures alone, shown to those who may see personal fields."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from api.access import TheActor, needs
from api.addresses import known_parameters
from api.darkroom import Darkroom
from api.database import Reading, database
from api.errors import NotImage
from api.routes.common import API, clock
from api.routes.reports import ReportNumber
from api.schemas.common import as_json
from api.schemas.photos import AddedPhotoTold, PhotosTold, PhotoTold, ProposedPosition
from api.schemas.problems import problems
from layers.access.permissions import Action
from layers.read.photos import MEDIA_TYPE, Photo
from layers.reports.photos import StoredPhoto, Taken, add_photo, photo_content, photos, trace_look
from layers.reports.queries import district_of, id_of

TAKEN_IN = ("image/jpeg", "image/png", "image/webp")
#: A photo is shown and nothing else: no script, no frame, no guess of its type, no copy on a shared computer.
SHOWN_ALONE = {
    "Content-Disposition": 'inline; filename="photo.jpg"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}

router = APIRouter(prefix=API, tags=["reports"], dependencies=[Depends(known_parameters)])
PhotoId = Annotated[int, Path(alias="id", ge=1, le=2**63 - 1, description="Its id in the list.")]


async def image_only(request: Request) -> None:
    """Refuse a body that is not declared as an image; what it is, its first bytes say."""
    declared = request.headers.get("content-type", "")
    if declared.partition(";")[0].strip().lower() not in TAKEN_IN:
        raise NotImage("The body must be a photo.", remedy=f"Send Content-Type {' or '.join(TAKEN_IN)}.")


def _problems() -> dict[int | str, dict[str, Any]]:
    found = problems(400, 404, 409, 413, 415)
    found[409]["description"] = "The report has as many photos as it may have, or its personal fields were erased."
    found[413]["description"] = "The photo is larger than 10 MiB."
    found[415]["description"] = "The body is not declared as an image."
    found[422]["description"] = "The file is no photo, a damaged one, or too large; or a parameter does not fit."
    return found


ADDED = {
    "model": AddedPhotoTold,
    "description": "Added, and stored before this was sent.",
    "headers": {"Location": {"description": "The photo's own address.", "schema": {"type": "string"}}},
}
BODY = {
    "requestBody": {
        "required": True,
        "description": "The photo as the camera wrote it, at most 10 MiB and 40 million pixels.",
        "content": {one: {"schema": {"type": "string", "format": "binary"}} for one in TAKEN_IN},
    }
}


@router.post(
    "/reports/{number}/photos",
    status_code=201,
    operation_id="add_photo",
    dependencies=[needs(Action.ADD_PHOTO), Depends(image_only)],
    response_class=Response,
    openapi_extra=BODY,
    responses={201: ADDED, 200: {**ADDED, "description": "It had been added before."}, **_problems()},
)
async def post_photo(
    number: ReportNumber,
    request: Request,
    actor: TheActor,
    *,
    taken: Annotated[Taken, Query(description="Before the matter was settled, after, or neither.")],
    use_position: Annotated[
        bool, Query(description="The sender agrees that the position in the photo is read and told to them.")
    ] = False,
) -> Response:
    """Add a photo: only its picture is kept, at most 2,048 pixels long; metadata, position included, are left behind.

    The same photo sent again finds the first one. A report has at most 20.
    """
    wanted = id_of(number)
    async with database(request).reading(actor.scope) as connection:
        await district_of(connection, wanted, scope=actor.scope)
    darkroom: Darkroom = request.app.state.darkroom
    photo = await darkroom.develop(await request.body(), read_position=use_position)
    async with database(request).filing(actor.scope) as connection:
        stored, again = await add_photo(connection, wanted, photo, taken, actor=actor.recorded, now=clock(request)())
    address = f"{API}/reports/{number}/photos/{stored.id}"
    told = _told(stored, photo, again=again)
    return Response(as_json(told), 200 if again else 201, {"Location": address}, "application/json")


def _told(stored: StoredPhoto, photo: Photo, *, again: bool) -> AddedPhotoTold:
    proposed = None if photo.position is None else ProposedPosition.proposed(photo.position)
    return AddedPhotoTold(**PhotoTold.of(stored).model_dump(), again=again, proposed_position=proposed)


@router.get(
    "/reports/{number}/photos",
    operation_id="list_photos",
    dependencies=[needs(Action.READ_PERSONAL)],
    responses=problems(404),
)
async def get_photos(number: ReportNumber, actor: TheActor, reading: Reading) -> PhotosTold:
    """The photos of a report, without their content."""
    wanted = id_of(number)
    await district_of(reading, wanted, scope=actor.scope)
    return PhotosTold(photos=[PhotoTold.of(one) for one in await photos(reading, wanted, scope=actor.scope)])


@router.get(
    "/reports/{number}/photos/{id}",
    operation_id="get_photo",
    dependencies=[needs(Action.READ_PERSONAL)],
    response_class=Response,
    responses={
        200: {"description": "The photo.", "content": {MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}},
        **problems(404),
    },
)
async def get_photo(
    number: ReportNumber,
    photo_id: PhotoId,
    request: Request,
    actor: TheActor,
    reading: Reading,
) -> Response:
    """A photo, as a JPEG without any metadata: the access log has the line before this is answered."""
    wanted = id_of(number)
    content = await photo_content(reading, wanted, photo_id, scope=actor.scope)
    async with database(request).filing(actor.scope) as connection:
        await trace_look(connection, wanted, photo_id, actor=actor, now=clock(request)())
    return Response(content, headers=SHOWN_ALONE, media_type=MEDIA_TYPE)
