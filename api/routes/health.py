"""Whether the service lives, whether it is ready, and what it can say of itself."""

from __future__ import annotations

import time
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from api.addresses import known_parameters
from api.database import database
from api.errors import ANSWERS, FRAMEWORK, RETRY_AFTER_S, NotReady
from api.problems import PROBLEMS_PATH, problem
from api.routes.common import API, TheLocators
from api.schemas.problems import KnownProblem, problems
from api.schemas.service import Readiness

router = APIRouter(tags=["service"], dependencies=[Depends(known_parameters)])


@router.get("/healthz", operation_id="healthz", responses=problems())
async def healthz() -> dict[str, str]:
    """Alive: this process answers."""
    return {"status": "alive"}


@router.get("/readyz", operation_id="readyz", response_model=Readiness, responses=problems())
async def readyz(request: Request, locators: TheLocators) -> Response:
    """Ready: the database answers, and every edition in force is compiled."""
    states = locators.states
    answers = await database(request).answers()
    told: dict[str, Any] = {"database": "answers" if answers else "away", "districts": states, **_worker(request)}
    if answers and not locators.failing and states is not None and "building" not in states.values():
        return JSONResponse({"status": "ready", **told})
    detail = _obstacle(answers=answers, failing=locators.failing)
    return problem(request, ANSWERS[NotReady], detail, more=told, headers={"Retry-After": str(RETRY_AFTER_S)})


@router.get(PROBLEMS_PATH, operation_id="list_problems", responses=problems())
async def get_problems() -> list[KnownProblem]:
    """Every kind of problem this service answers with."""
    return [
        KnownProblem(type=f"{PROBLEMS_PATH}#{one.slug}", status=one.status, title=one.title, title_en=one.title_en)
        for one in sorted({*ANSWERS.values(), *FRAMEWORK}, key=lambda one: (one.status, one.slug))
    ]


@router.get(f"{API}/openapi.json", include_in_schema=False)
async def get_openapi(request: Request) -> JSONResponse:
    """The description of every address."""
    return JSONResponse(request.app.openapi())


def _obstacle(*, answers: bool, failing: str | None) -> str:
    if not answers:
        return "The database does not answer."
    if failing:
        return f"The database cannot be read ({failing}); the log says where. Was it made by another version?"
    return "The boundaries are being made ready."


def _worker(request: Request) -> dict[str, Any]:
    worker = request.app.state.worker
    if worker is None or worker.last_beat_s is None:
        return {}
    return {"worker_last_round_s": round(time.monotonic() - worker.last_beat_s, 1)}
