"""The one table from error class to answer, and the handlers that use it: nothing else here knows statuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import psycopg
import sqlalchemy.exc
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from psycopg_pool import PoolClosed, PoolTimeout
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.access import CsrfRefused
from api.front_desk import SessionNeeded
from api.outbound import BadEndpoint
from api.peers import WrongHost
from api.plan_answers import PLAN_ANSWERS
from api.problems import (
    ADDRESS_TOO_LONG,
    HEAD_TOO_LARGE,
    HEAD_TOO_SLOW,
    ProblemKind,
    asked_language,
    echo,
    opens_page,
    problem,
)
from api.schemas.filing import DatumNeeded
from geo.errors import GeoError
from layers.access.accounts import BadLogin, LoginTaken, NotInRoster, OwnAccount, UnknownAccount
from layers.access.devices import DeviceLost, UnknownDevice, WrongKind
from layers.access.granting import BadTerritory, UnknownTerritory
from layers.access.own import WrongCode, WrongPassword
from layers.access.passwords import WeakPassword
from layers.access.permissions import NotAllowed, SignInNeeded
from layers.access.sealing import SealBroken
from layers.access.signing_in import SignInRefused
from layers.areas.queries import NoEdition, UnknownArea
from layers.calendars.limits import BadLimit
from layers.calendars.working_time import NoCalendar
from layers.districts.queries import DistrictNeeded, UnknownDistrict
from layers.districts.records import UnknownLevel
from layers.figures.records import BadDays
from layers.limits.allowances import TooManyRequests
from layers.notices.subscriptions import BadAddress, ChannelMissing, UnknownSubscription, WrongProof
from layers.notices.webhooks import TooManyWebhooks, UnknownWebhook
from layers.plans.rebasing import PlanConflict
from layers.plans.redrawing import OperationRefused
from layers.read.photos import PhotoRefused
from layers.refusals import Conflict, NotFound, Refusal
from layers.reports.bulk import UndoTooLate, UnknownAssignment
from layers.reports.filing import BadFiling, KeyReused, TryAgain
from layers.reports.handing_over import NoHandOver, UnknownPerson
from layers.reports.kinds import BadExtra, KindIsGroup, UnknownKind
from layers.reports.lifecycle import WrongStep
from layers.reports.listing import BadBox, BadPeriod
from layers.reports.locating import UnknownPlace
from layers.reports.past import NotFiledYet
from layers.reports.photos import UnknownPhoto
from layers.reports.purposes import PurposeRefused
from layers.reports.queries import UnknownReport
from layers.reports.steps.guards import NotNow
from layers.reports.steps.hands import UnknownUnit
from layers.reports.steps.requests import BadStep
from layers.workload.metrics import UnknownMetric
from maps.refusals import UnmatchedOutlines, UnusableClasses
from maps.translated import translated

RETRY_AFTER_S = 3


class NotReady(Refusal):
    """What the request needs is still being built, or waits for the database."""


class UnknownParameter(Refusal):
    """The query names a parameter that this address does not read."""


class NotJson(Refusal):
    """The body is not declared as JSON."""


class NotImage(Refusal):
    """The body is not declared as an image."""


class BodyTooLarge(Refusal):
    """The body is larger than any report."""


class BodyTooSlow(Refusal):
    """The body did not come whole in the time that is given to it."""


class UnknownQueue(NotFound):
    """No reports wait under this name."""


class TableTooLong(Refusal):
    """A list has more rows than the table it was asked for as is made of."""


class OutsideUnknown(NotFound):
    """This installation has no provider at which people could sign in."""


class UnknownOutlines(NotFound):
    """No outlines of this name are served: the edition was replaced."""


INTERNAL = ProblemKind(500, "internal", "服务内部错误", "Internal error")
INVALID = ProblemKind(422, "invalid", "请求内容不合要求", "The request does not fit")
MALFORMED = ProblemKind(400, "malformed", "请求无法解析", "The request cannot be read")
NO_SUCH_PATH = ProblemKind(404, "no-such-path", "没有这个地址", "There is nothing at this address")
WRONG_METHOD = ProblemKind(405, "wrong-method", "此地址不支持该方法", "This address does not take that method")
DATABASE_AWAY = ProblemKind(503, "database-away", "数据库没有应答", "The database does not answer")

#: Error class → answer. The nearest base class of an error that is listed here decides.
ANSWERS: dict[type[Exception], ProblemKind] = {
    Refusal: ProblemKind(422, "refused", "请求被拒绝", "Refused"),
    NotFound: ProblemKind(404, "not-found", "未找到", "Not found"),
    NotFiledYet: ProblemKind(404, "not-filed-yet", "当时尚未立案", "Not filed yet then"),
    WrongStep: ProblemKind(409, "wrong-step", "当前状态不能执行此操作", "Not a step in this status"),
    NotNow: ProblemKind(409, "not-now", "现在不能执行此操作", "Not a step now"),
    BadStep: ProblemKind(422, "bad-step", "操作内容不可用", "The step cannot be used"),
    UnknownAssignment: ProblemKind(404, "unknown-assignment", "没有这次批量派单", "No such assignment"),
    UndoTooLate: ProblemKind(409, "undo-too-late", "撤销时限已过", "Too late to undo"),
    UnknownUnit: ProblemKind(404, "unknown-unit", "没有此责任单位", "No such unit"),
    NoCalendar: ProblemKind(422, "no-calendar", "缺少工作日历", "No calendar of the year"),
    BadLimit: ProblemKind(422, "bad-limit", "时限不可用", "The limit cannot be used"),
    Conflict: ProblemKind(409, "conflict", "与现有内容冲突", "Conflict"),
    SignInNeeded: ProblemKind(401, "sign-in-needed", "请先登录", "Sign in first"),
    NotAllowed: ProblemKind(403, "not-allowed", "没有此权限", "Not allowed"),
    SignInRefused: ProblemKind(401, "sign-in-refused", "登录失败", "The sign-in failed"),
    DeviceLost: ProblemKind(401, "device-lost", "该设备已挂失", "The device was reported lost"),
    SessionNeeded: ProblemKind(403, "session-needed", "须在浏览器登录", "Sign in by login and password"),
    OwnAccount: ProblemKind(403, "own-account", "不得更改本人权限", "Not one's own account"),
    WrongPassword: ProblemKind(403, "wrong-password", "密码不符", "The password is wrong"),
    WrongCode: ProblemKind(422, "wrong-code", "验证码不符", "The code is wrong"),
    WeakPassword: ProblemKind(422, "weak-password", "密码过弱", "The password is too weak"),
    BadLogin: ProblemKind(422, "bad-login", "登录名不可用", "The login cannot be used"),
    LoginTaken: ProblemKind(409, "login-taken", "登录名已被占用", "The login is taken"),
    WrongKind: ProblemKind(422, "wrong-kind", "设备与账号不符", "The device does not fit the account"),
    BadTerritory: ProblemKind(422, "bad-territory", "管辖范围不可用", "The territory cannot be used"),
    UnknownTerritory: ProblemKind(404, "unknown-territory", "没有这个管辖范围", "No such territory"),
    UnknownAccount: ProblemKind(404, "unknown-account", "没有这个账号", "No such account"),
    NotInRoster: ProblemKind(404, "unknown-person", "名册中没有此人", "Nobody has this number"),
    UnknownDevice: ProblemKind(404, "unknown-device", "没有这台设备", "No such device"),
    SealBroken: ProblemKind(503, "seal-broken", "服务密钥不符", "The service's key is another"),
    CsrfRefused: ProblemKind(403, "csrf-refused", "请求缺少本会话的令牌", "The session's token is missing"),
    UnknownWebhook: ProblemKind(404, "unknown-webhook", "没有这个回调", "No such webhook"),
    UnknownSubscription: ProblemKind(404, "unknown-subscription", "没有此订阅", "No such subscription"),
    TooManyWebhooks: ProblemKind(409, "too-many-webhooks", "回调已达上限", "Too many webhooks"),
    BadEndpoint: ProblemKind(422, "bad-endpoint", "回调地址不可用", "The address cannot be posted to"),
    BadAddress: ProblemKind(422, "bad-address", "地址不可用", "The address cannot be used"),
    ChannelMissing: ProblemKind(409, "channel-missing", "未开通此渠道", "Nothing is sent by this channel"),
    WrongProof: ProblemKind(422, "wrong-proof", "验证码不符", "The code is not the one that was sent"),
    UnknownReport: ProblemKind(404, "unknown-report", "没有这个事件", "No such report"),
    UnknownPhoto: ProblemKind(404, "unknown-photo", "没有这张照片", "No such photo"),
    UnknownDistrict: ProblemKind(404, "unknown-district", "没有这个辖区", "No such district"),
    UnknownLevel: ProblemKind(404, "unknown-level", "没有这个层级", "No such level"),
    UnknownArea: ProblemKind(404, "unknown-area", "没有这个区域", "No such area"),
    UnknownPerson: ProblemKind(404, "unknown-person", "名册中没有此人", "Nobody has this number"),
    NoHandOver: ProblemKind(404, "no-hand-over", "没有这项移交", "Not handed over to them"),
    PurposeRefused: ProblemKind(403, "purpose-refused", "不能以此目的查阅", "Not read for this purpose"),
    UnknownKind: ProblemKind(404, "unknown-kind", "没有这个类别", "No such kind"),
    UnknownPlace: ProblemKind(404, "unknown-place", "没有这个服务点", "No such service point"),
    UnknownOutlines: ProblemKind(404, "unknown-outlines", "没有这份边界图", "No such outlines"),
    UnknownQueue: ProblemKind(404, "unknown-queue", "没有这个队列", "No such queue"),
    **PLAN_ANSWERS,
    NoEdition: ProblemKind(404, "no-edition", "没有这一版边界", "No such edition of the boundaries"),
    DatumNeeded: ProblemKind(422, "datum-needed", "须注明坐标基准", "State the datum"),
    DistrictNeeded: ProblemKind(422, "district-needed", "须指明辖区", "Name the district"),
    KeyReused: ProblemKind(409, "key-reused", "该 client_key 已用于另一事件", "The client_key was used before"),
    TryAgain: ProblemKind(503, "try-again", "请重试", "Try again"),
    PhotoRefused: ProblemKind(422, "photo-refused", "照片不可用", "The photo cannot be used"),
    BadFiling: ProblemKind(422, "bad-filing", "事件无法立案", "The report cannot be filed"),
    KindIsGroup: ProblemKind(422, "kind-is-group", "须指明分组内的类别", "A group of kinds"),
    BadExtra: ProblemKind(422, "bad-extra", "附加字段不符", "The extra fields do not fit"),
    BadBox: ProblemKind(422, "bad-box", "范围框不可用", "The box cannot be used"),
    BadPeriod: ProblemKind(422, "bad-period", "时间段不可用", "The period cannot be used"),
    TableTooLong: ProblemKind(422, "table-too-long", "列表过长", "The list is too long"),
    BadDays: ProblemKind(422, "bad-days", "统计时段不可用", "The days cannot be used"),
    UnknownMetric: ProblemKind(422, "unknown-metric", "没有这个指标", "No such metric"),
    UnusableClasses: ProblemKind(422, "unusable-classes", "分级不可用", "The classes cannot be used"),
    UnmatchedOutlines: ProblemKind(503, "unmatched-outlines", "边界正在更换", "The boundaries are being replaced"),
    UnknownParameter: ProblemKind(422, "unknown-parameter", "未知参数", "Unknown parameter"),
    NotReady: ProblemKind(503, "not-ready", "服务正在准备", "Not ready yet"),
    NotJson: ProblemKind(415, "not-json", "须为 JSON", "Send JSON"),
    NotImage: ProblemKind(415, "not-image", "须为图片", "Send an image"),
    BodyTooSlow: ProblemKind(408, "body-too-slow", "请求内容发送过慢", "The body came too slowly"),
    WrongHost: ProblemKind(421, "wrong-host", "此主机名不属于本服务", "Not a host of this service"),
    TooManyRequests: ProblemKind(429, "too-many-requests", "请求过于频繁", "Too many requests"),
    BodyTooLarge: ProblemKind(413, "body-too-large", "请求内容过大", "The body is too large"),
    GeoError: ProblemKind(422, "bad-geometry", "坐标或几何不可用", "The position or geometry cannot be used"),
    psycopg.OperationalError: DATABASE_AWAY,
    sqlalchemy.exc.OperationalError: DATABASE_AWAY,
    sqlalchemy.exc.TimeoutError: DATABASE_AWAY,
    PoolTimeout: DATABASE_AWAY,
    PoolClosed: DATABASE_AWAY,
}

#: What the framework itself answers, what validation answers, and what the server answers before there is a request.
FRAMEWORK: tuple[ProblemKind, ...] = (
    *(MALFORMED, INVALID, NO_SUCH_PATH, WRONG_METHOD, INTERNAL),
    *(ADDRESS_TOO_LONG, HEAD_TOO_LARGE, HEAD_TOO_SLOW),
)


def answer_for(error: Exception) -> ProblemKind:
    """The answer for an error: that of its nearest listed class, else an internal one."""
    return next((ANSWERS[base] for base in type(error).__mro__ if base in ANSWERS), INTERNAL)


def answer(request: Request, error: Exception) -> Response:
    """The problem an error becomes; what is not listed says nothing of its inside."""
    kind = answer_for(error)
    if isinstance(error, SignInNeeded) and opens_page(request):
        return to_sign_in(request)
    headers = _retry_after(kind, error)
    if isinstance(error, Refusal):
        more: dict[str, Any] = echo(error.field, error.value)
        language = asked_language(request) or "en"
        if error.remedy:
            more["remedy"] = translated(error.remedy, language)
        if isinstance(error, OperationRefused | PlanConflict) and error.where is not None:
            more["where"] = dict(error.where)
        return problem(request, kind, translated(error.message, language), more=more, headers=headers)
    if isinstance(error, GeoError):
        return problem(request, kind, str(error))
    details = {DATABASE_AWAY: "The database does not answer in time. Try again in a moment."}
    return problem(
        request, kind, details.get(kind, "Something went wrong inside; the log knows more."), headers=headers
    )


def to_sign_in(request: Request) -> Response:
    """Send whoever opens a page without being signed in to the page where they sign in, and back afterwards."""
    query = f"?{request.url.query}" if request.url.query else ""
    asked = {"next": f"{request.url.path}{query}", "lang": asked_language(request) or "zh"}
    return RedirectResponse(f"/sign-in?{urlencode(asked)}", 303, {"Cache-Control": "no-store"})


def _retry_after(kind: ProblemKind, error: Exception) -> dict[str, str] | None:
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.retry_after_s)}
    return {"Retry-After": str(RETRY_AFTER_S)} if kind.status == 503 else None


def install(app: FastAPI) -> None:
    """Have every error answered as a problem."""
    for listed in ANSWERS:
        app.add_exception_handler(listed, _answer_listed)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    # By number: the framework's own exception carries nothing else that we would pass on.
    for status, framework in {400: _answer_unreadable, 404: _answer_no_path, 405: _answer_wrong_method}.items():
        app.add_exception_handler(status, framework)


async def _answer_listed(request: Request, error: Exception) -> Response:
    return answer(request, error)


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return problem(request, MALFORMED, "The body is not valid JSON.")
    told = [_told(fault) for fault in faults]
    return problem(request, INVALID, f"{told[0]['field']}: {told[0]['message']}", more={"errors": told})


def _told(fault: Mapping[str, Any]) -> dict[str, Any]:
    steps = [str(step)[:64] for step in fault["loc"] if step not in {"body", "query", "path", "header"}]
    message = fault["msg"].removeprefix("Value error, ")
    return {**echo(".".join(steps) or "body", fault.get("input")), "message": message}


async def _answer_unreadable(request: Request, _: Exception) -> Response:
    return problem(request, MALFORMED, "The request cannot be read: its body is not UTF-8 JSON.")


async def _answer_no_path(request: Request, _: Exception) -> Response:
    return problem(request, NO_SUCH_PATH, "There is nothing at this address; see /api/v1/openapi.json.")


async def _answer_wrong_method(request: Request, _: Exception) -> Response:
    allowed = request.app.state.addresses.methods(request.url.path)
    return problem(
        request,
        WRONG_METHOD,
        f"This address takes {', '.join(allowed)}, not {request.scope['method']}.",
        headers={"Allow": ", ".join(allowed)},
    )
