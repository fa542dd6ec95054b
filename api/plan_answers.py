"""The part of the table from error class to answer that is about plans."""

from __future__ import annotations

from api.problems import ProblemKind
from layers.plans.deciding import BadMoment, EmptyPlan, LockedAlready, NoLock
from layers.plans.drawing import NotDrawn, NothingToUndo
from layers.plans.keeping import PlanChanged, UnknownPlan
from layers.plans.lifecycle import NotAStep, OwnPlan
from layers.plans.limits import CellLocked, OutsidePlan
from layers.plans.numbering import CodeNeeded
from layers.plans.rebasing import PlanConflict
from layers.plans.redrawing import BrokenCoverage, CodeTaken, OperationRefused
from layers.refusals import Refusal


class NotLayer(Refusal):
    """The body is not declared as a layer of areas."""


PLAN_ANSWERS: dict[type[Exception], ProblemKind] = {
    UnknownPlan: ProblemKind(404, "unknown-plan", "没有这个方案", "No such plan"),
    NoLock: ProblemKind(404, "no-lock", "该网格未锁定", "No order on this grid"),
    PlanChanged: ProblemKind(409, "plan-changed", "方案已被他人修改", "The plan was changed"),
    NotAStep: ProblemKind(409, "not-a-step", "方案当前状态不能执行此操作", "Not a step of the plan now"),
    NotDrawn: ProblemKind(409, "not-drawn", "方案当前不能修改", "The plan is not drawn now"),
    NothingToUndo: ProblemKind(409, "nothing-to-undo", "没有可撤销或重做的操作", "Nothing to undo or redo"),
    PlanConflict: ProblemKind(409, "plan-conflict", "方案与现行边界冲突", "The boundaries in force differ"),
    CellLocked: ProblemKind(409, "cell-locked", "网格已被锁定", "The grid stays as it is"),
    LockedAlready: ProblemKind(409, "locked-already", "网格已锁定", "Under an order already"),
    EmptyPlan: ProblemKind(409, "empty-plan", "方案没有任何改动", "The plan changes nothing"),
    OwnPlan: ProblemKind(403, "own-plan", "不得审批本人参与的方案", "Not one's own plan"),
    NotLayer: ProblemKind(415, "not-layer", "须为网格图层文件", "Send a layer"),
    OperationRefused: ProblemKind(422, "operation-refused", "操作无法完成", "The operation cannot be done"),
    OutsidePlan: ProblemKind(422, "outside-plan", "超出方案范围", "Outside the plan's area"),
    CodeTaken: ProblemKind(422, "code-taken", "编码已使用过", "The code was used before"),
    CodeNeeded: ProblemKind(422, "code-needed", "须给出编码", "Give the code"),
    BrokenCoverage: ProblemKind(422, "broken-coverage", "改后边界不完整", "The layer would not hold"),
    BadMoment: ProblemKind(422, "bad-moment", "生效时间不可用", "The moment cannot be used"),
}
