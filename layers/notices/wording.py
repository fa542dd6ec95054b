"""What a notice says in a letter or a short message, in two languages: number, kind, areas, what happened, link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from layers.notices.audiences import TOLD

CONFIRM = "confirm"
#: Type of entry → what happened, in Chinese and English.
WORDS: Mapping[str, tuple[str, str]] = {
    "assigned": ("已派给您或您的部门", "was given to you or your unit"),
    "transferred": ("已转交给您或您的部门", "was transferred to you or your unit"),
    "returned": ("已被退回，须重新派遣", "was returned and must be dispatched anew"),
    "declined": ("未被接受，须重新派遣", "was declined and must be dispatched anew"),
    "rejected": ("核查未通过，须返工", "did not pass verification and must be done again"),
    "overdue": ("已超期", "is overdue"),
    "climbed": ("已升级到您的层级", "climbed to your level"),
    "handed_up": ("已上报到您的层级", "was handed up to your level"),
    "handed_down": ("已下派到您的层级", "was handed down to your level"),
    "extension_approved": ("延期已批准", "was given more time"),
    "extension_refused": ("延期未批准", "was given no more time"),
    "whistled": ("吹哨：请您的部门到场", "calls your unit to come"),
    "joined": ("请您的部门协同处理", "asks your unit to take part"),
    "whistle_missed": ("有部门未按时报到", "was not joined in time by a unit that was called"),
    "closed": ("已办结", "was closed"),
    "closed_with_lead": ("已随主件办结", "was closed with the report that leads it"),
    "voided": ("已作废", "was found void"),
}
assert WORDS.keys() == TOLD.keys(), "every notice has its words"


class Letter(NamedTuple):
    """A message as a person reads it."""

    subject: str
    text: str


def letter(type_: str, facts: Mapping[str, Any], *, link: str) -> Letter:
    """The message of a notice, or of a code that proves an address; `facts` as the delivery holds them."""
    if type_ == CONFIRM:
        return _code(str(facts["code"]))
    chinese, english = WORDS[type_]
    where = " / ".join(facts["areas"])
    subject = f"[网格] {facts['number']} {chinese}"
    lines = [
        f"事件 {facts['number']}（{facts['kind_name']}，{where}）{chinese}。",
        f"Report {facts['number']} ({facts['kind_name']}, {where}) {english}.",
    ]
    if facts.get("due_at"):
        lines.append(f"期限 / due: {facts['due_at']}")
    return Letter(subject, "\n".join([*lines, link]))


def short(type_: str, facts: Mapping[str, Any], *, link: str) -> str:
    """The same in a short message."""
    if type_ == CONFIRM:
        return _code(str(facts["code"])).text
    chinese, _ = WORDS[type_]
    return f"【网格】{facts['number']}（{facts['kind_name']}）{chinese}。{link}"


def _code(code: str) -> Letter:
    return Letter("[网格] 验证码 / code", f"验证码 {code}，30 分钟内有效。\nYour code is {code}, for 30 minutes.")
