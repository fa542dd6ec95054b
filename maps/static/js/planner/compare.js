// Another plan beside this one: under a slider, or on a second map that moves with the first; what each would change.

import { ask, here } from "../console/service.js";
import { byId, element } from "../elements.js";
import { openGround } from "./ground.js";
import { table } from "./sheet.js";

const COUNTED = ["households", "residents", "over_60", "service_points", "open_reports", "offers", "deadlines", "reports_year"];

/** state: {plan, area}; ground: the first map; told: {say, whole, refused(fault)} */
export function comparing(state, ground, secondMap, { say, whole, refused }) {
  let other = null;
  let second = null;

  async function list() {
    const { plans } = await ask(here("/api/v1/plans"));
    const others = plans.filter(({ plan, state: where }) => plan !== state.plan.plan && where !== "withdrawn");
    byId("compare").replaceChildren(
      element("option", { value: "", textContent: say("plan.compare_none") }),
      ...others.map((one) => element("option", { value: String(one.plan), textContent: `#${one.plan} ${one.name}` })),
    );
    other = null;
    show();
  }

  async function choose() {
    const number = byId("compare").value;
    try {
      other = number ? { number, cells: (await ask(`/api/v1/plans/${number}/cells?area=${encodeURIComponent(state.area)}`)).features } : null;
      await tell(number);
    } catch (fault) {
      other = null;
      byId("compare").value = "";
      refused(fault);
    }
    show();
  }

  function show() {
    const beside = other !== null && byId("compare-as").value === "beside";
    for (const id of ["compare-as", "swipe"]) byId(id).closest("label").hidden = other === null;
    byId("swipe").closest("label").hidden ||= beside;
    byId("second").hidden = !beside;
    document.body.classList.toggle("beside", beside);
    ground.compare(other === null || beside ? null : other.cells, byId("swipe").value / 100);
    if (beside) {
      second ??= openGround(secondMap, { pick: () => {}, point: () => {}, finish: () => {}, back: () => {} }, say);
      second.show({ cells: other.cells, former: [] }, [], "after");
      ground.follow(second);
    }
    document.body.dataset.compared = other === null ? "" : `${other.number}/${beside ? "beside" : "swipe"}`;
  }

  /** What the two would change, figure by figure. */
  async function tell(number) {
    byId("compared").replaceChildren();
    if (!number) return;
    const [mine, theirs] = await Promise.all([state.plan.plan, number].map((one) => ask(`/api/v1/plans/${one}/consequences`)));
    const rows = [
      [say("plan.change_created"), ...[mine, theirs].map(({ cells }) => whole(cells.filter(({ before }) => !before).length))],
      [say("plan.change_changed"), ...[mine, theirs].map(({ cells }) => whole(cells.filter(({ before, after }) => before && after).length))],
      [say("plan.retired"), ...[mine, theirs].map(({ cells }) => whole(cells.filter(({ after }) => !after).length))],
      ...COUNTED.map((name) => [`${say("plan.moved")}: ${say(`plan.${name}`)}`, ...[mine, theirs].map(({ moved }) => whole(moved[name] ?? 0))]),
      [say("plan.left"), ...[mine, theirs].map(({ left }) => whole(left.length))],
      [say("plan.vacant"), ...[mine, theirs].map(({ vacant }) => whole(vacant.length))],
    ];
    byId("compared").replaceChildren(element("h3", { textContent: say("plan.compare") }), table(["", `#${state.plan.plan}`, `#${number}`], rows));
  }

  byId("compare").addEventListener("change", choose);
  byId("compare-as").addEventListener("change", show);
  byId("swipe").addEventListener("input", show);
  return { list, again: () => (other ? choose() : undefined) };
}
