// The planner's page: which plan, which tool, what is picked and sketched; every change goes through the service.

import { Refused, ask, askIn, here, send } from "../console/service.js";
import { byId, element } from "../elements.js";
import { openGround } from "./ground.js";
import { areaM2, lengthM, told } from "./measures.js";
import { comparing } from "./compare.js";
import { bringing } from "./files.js";
import { locks } from "./locks.js";
import { facts, isComplete, needs, pick, toolOf, wanted } from "./operations.js";
import { commentsOf, gridList, headOf, logOf, planList, stepsOf } from "./panels.js";
import { problems } from "./problems.js";
import { replaying } from "./replay.js";
import { sheetOf } from "./sheet.js";
import { suggest } from "./suggest.js";

const config = JSON.parse(byId("config-json").textContent);
const say = (key) => config.strings[key] ?? key;
const whole = (n) => n.toLocaleString(config.language === "zh" ? "zh-CN" : "en");
const moment = (at) => new Date(at).toLocaleString(config.language === "zh" ? "zh-CN" : "en-GB", { timeZone: config.timeZone, dateStyle: "short", timeStyle: "short" });
askIn(config.district.code);

const state = { plan: null, area: "", cells: [], former: [], tool: null, picked: [], points: [], shows: "both", busy: false, kept: new Set(), barriers: [], held: new Map() };
const ground = openGround(config.map, {
  pick: (code) => code && choose(code),
  point: (at) => { state.points.push(at); if (isComplete(state.tool, state.points)) finish(); else draw(); },
  finish: () => finish(),
  back: () => { state.points.pop(); draw(); },
  again: () => draw(),
}, say, config.baseMap);
const suggesting = suggest(state, { say, operate, refused, draw });
const wrong = problems(ground, say);
const brought = bringing(state, { say, operate, refused, problems: wrong.list, said: say_ });
const replayed = replaying(state, { say, whole, refused });
const orders = locks(state, config.mayLock, { say, refused, draw });
const compared = comparing(state, ground, config.secondMap, { say, whole, refused });

function choose(code) {
  if (state.tool === "keep") suggesting.keep(code);
  else if (state.tool) state.picked = pick(state.tool, state.picked, code);
  else state.picked = state.picked[0] === code ? [] : [code];
  draw();
}

/** Everything that a change of tool, picks or sketch shows. */
function draw() {
  const { tool, picked, points } = state;
  const next = tool ? wanted(tool, picked, points) : null;
  const draws = tool && next !== "pick" ? needs(tool).draws ?? null : null;
  for (const one of document.querySelectorAll("[data-tool]")) one.setAttribute("aria-pressed", String(one.dataset.tool === tool));
  ground.show({ cells: state.cells, former: state.former }, picked, state.shows, new Set([...state.kept, ...state.held.keys()]));
  ground.barriers(state.barriers);
  suggesting.show();
  orders.show();
  ground.sketch(draws, points);
  byId("grids").replaceChildren(...gridList(state.cells, picked, say, choose));
  byId("prompt").textContent = tool ? say(`plan.prompt_${next === "done" ? (draws ? "finish" : "apply") : next}_${next === "draw" ? draws : "any"}`) : say("plan.prompt_none");
  byId("measure").textContent = points.length > 1 ? (draws === "area" ? told(areaM2(points), 2) : told(lengthM(points))) : "";
  byId("apply").hidden = !tool || !["done", "ask"].includes(next);
  for (const name of ["parts", "parent", "width_m"]) byId(`ask-${name}`).hidden = needs(tool).asks !== name;
}

function use(tool) {
  Object.assign(state, { tool: state.tool === tool ? null : tool, points: [], picked: state.picked.slice(0, 1) });
  if (needs(tool).picks?.[1] === 0) state.picked = [];
  ground.problem(null);
  draw();
  ground.focus();
}

async function finish() {
  if (state.tool === "barrier" && state.points.length > 1) {
    suggesting.barrier(state.points);
    state.points = [];
    draw();
  }
  const made = state.tool && facts(state.tool, state.picked, state.points, asked());
  if (made) await operate([made]);
}

function asked() {
  const community = state.cells.find(({ properties }) => properties.code === state.picked[0])?.properties.parent;
  return { community, ...Object.fromEntries(["parts", "by", "parent", "width_m"].map((name) => [name, byId(name).value])) };
}

async function operate(operations) {
  await changing("operations", { operations }, () => { state.points = []; state.picked = []; });
}

/** A change of the plan at the version that was seen; afterwards all is as the service has it. */
async function changing(path, body, done = () => {}) {
  if (state.busy || !state.plan) return;
  state.busy = true;
  try {
    await send(`/api/v1/plans/${state.plan.plan}/${path}`, { version: state.plan.version, ...body });
    done();
    say_("");
    wrong.list([]);
    ground.problem(null);
    await reload();
  } catch (fault) {
    refused(fault);
  } finally {
    state.busy = false;
  }
}

function refused(fault) {
  if (!(fault instanceof Refused)) throw fault;
  say_(fault.message);
  // What was drawn stays, to be mended.
  ground.problem(fault.where);
  if (fault.type.endsWith("#plan-changed")) reload();
}

function say_(text) {
  byId("said").textContent = text;
  byId("said").hidden = !text;
}

async function reload() {
  const plan = await ask(`/api/v1/plans/${state.plan.plan}`);
  state.plan = plan;
  const [cells, changed] = await Promise.all([
    ask(`/api/v1/plans/${plan.plan}/cells?area=${encodeURIComponent(state.area)}`),
    ask(`/api/v1/plans/${plan.plan}/cells`),
  ]);
  state.cells = cells.features;
  state.former = changed.features.filter(({ properties: { change } }) => change === "former" || change === "retired");
  draw();
  show(plan);
  document.body.dataset.ready = `${plan.plan}/${plan.version}`;
  byId("sheet").replaceChildren(...sheetOf(await ask(`/api/v1/plans/${plan.plan}/consequences`), plan.plan, say, whole, config.language));
  replayed.reset();
  document.body.dataset.sheet = `${plan.plan}/${plan.version}`;
}

function show(plan) {
  const drawn = config.mayDraw && ["draft", "checked"].includes(plan.state) && !plan.restores;
  byId("plan-name").textContent = plan.name;
  byId("facts").replaceChildren(...headOf(plan, say, moment));
  byId("log").replaceChildren(...logOf(plan.log, say));
  byId("steps").replaceChildren(...stepsOf(plan.steps, say, moment));
  byId("comments").replaceChildren(...commentsOf(plan.comments, say, moment));
  ground.notes(plan.comments);
  byId("tools").hidden = byId("balance").hidden = !drawn;
  brought.show(drawn);
  byId("undo").disabled = !drawn || plan.taken === 0;
  byId("redo").disabled = !drawn || plan.taken === plan.operations;
  byId("rebase").hidden = !(plan.outdated && drawn);
  byId("possible").replaceChildren(...plan.possible.map((step) => element("button", { type: "button", className: step === "withdraw" || step === "return" ? "" : "main", textContent: say(`plan.step_${step}`), onclick: () => decide(step) })));
  byId("decide").hidden = !plan.possible.length;
  byId("when").hidden = !plan.possible.includes("approve");
}

async function decide(step) {
  const when = byId("effective").value;
  const more = step === "approve" && when ? { effective_at: new Date(when).toISOString() } : {};
  await changing("steps", { step, note: byId("note").value, ...more }, () => { byId("note").value = ""; });
}

async function openPlan(number) {
  state.plan = await ask(`/api/v1/plans/${number}`);
  const inside = config.areas.filter((one) => one.below.includes(state.plan.area));
  byId("area").replaceChildren(...inside.map((one) => element("option", { value: one.code, textContent: one.name })));
  const wished = new URLSearchParams(location.search).get("area");
  state.area = (inside.find(({ code }) => code === wished) ?? inside[0]).code;
  byId("area").value = state.area;
  byId("parent").replaceChildren(...inside.map((one) => element("option", { value: one.code, textContent: one.name })));
  Object.assign(state, { tool: null, picked: [], points: [], barriers: [], kept: new Set() });
  remember();
  for (const [id, hidden] of [["office", true], ["table", false]]) byId(id).hidden = hidden;
  await orders.load();
  await reload();
  ground.fit();
  draw();
  await compared.list();
}

function remember() {
  const at = new URLSearchParams(location.search);
  at.set("plan", state.plan.plan);
  at.set("area", state.area);
  history.replaceState(null, "", `?${at}`);
}

async function list() {
  for (const [id, hidden] of [["office", false], ["table", true]]) byId(id).hidden = hidden;
  byId("plans").replaceChildren(...planList((await ask(here("/api/v1/plans"))).plans, say, openPlan));
  document.body.dataset.ready = "plans";
}

function listen() {
  for (const one of document.querySelectorAll("[data-tool]")) one.addEventListener("click", () => use(one.dataset.tool));
  byId("apply").addEventListener("click", finish);
  byId("undo").addEventListener("click", () => changing("undo", {}));
  byId("redo").addEventListener("click", () => changing("redo", {}));
  byId("rebase").addEventListener("click", () => changing("rebase", {}));
  byId("back").addEventListener("click", () => { history.replaceState(null, "", location.pathname); list(); });
  byId("area").addEventListener("change", async ({ target }) => { state.area = target.value; remember(); await reload(); ground.fit(); await compared.again(); });
  byId("shows").addEventListener("change", ({ target }) => { state.shows = target.value; draw(); });
  byId("help-button").addEventListener("click", () => byId("help").showModal());
  byId("help-close").addEventListener("click", () => byId("help").close());
  byId("print").addEventListener("click", () => window.print());
  byId("new-plan")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = new FormData(event.target);
    const body = { name: given.get("name"), reason: given.get("reason"), document: given.get("document"), area: given.get("area") || null, restores: given.get("restores") ? Number(given.get("restores")) : null };
    try {
      await openPlan((await send("/api/v1/plans", body)).plan);
    } catch (fault) { refused(fault); }
  });
  byId("comment").addEventListener("submit", async (event) => {
    event.preventDefault();
    const [lon, lat] = ground.middle();
    const at = byId("pinned").checked ? { lon: Math.round(lon * 1e7) / 1e7, lat: Math.round(lat * 1e7) / 1e7 } : {};
    try {
      await send(`/api/v1/plans/${state.plan.plan}/comments`, { text: byId("said-of-it").value, ...at });
      byId("said-of-it").value = "";
      await reload();
    } catch (fault) { refused(fault); }
  });
  document.addEventListener("keydown", keys);
}

function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
  if (event.key === "Escape") return use(state.tool);
  if (isTyping || byId("table").hidden) return undefined;
  const tool = toolOf(event.key);
  if (tool && !byId("tools").hidden) return use(tool);
  return { z: () => byId("undo").click(), y: () => byId("redo").click(), Enter: () => event.target === document.body && finish(), "[": () => wrong.step(-1), "]": () => wrong.step(1), "?": () => byId("help").showModal(), g: () => ground.focus() }[event.key]?.();
}

listen();
const wished = new URLSearchParams(location.search).get("plan");
(wished ? openPlan(wished) : list()).catch((fault) => { refused(fault); list(); });
