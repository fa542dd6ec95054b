// What is urgent is said and sounds until someone has taken note of it; what was noted is kept for the tab.

import { byId } from "../elements.js";
import { alarming } from "./open_reports.js";

const BEEP_MS = 5_000;
const MOST_KEPT = 500;

/** told: {reports() → [report], isNow(), draw()}: what is urgent now is said while the map shows the past, too. */
export function alarm(say, told) {
  const acknowledged = new Set(JSON.parse(sessionStorage.getItem("acknowledged") ?? "[]"));
  const waiting = () => alarming(told.reports(), acknowledged);
  let context = null;

  function beep() {
    if (!waiting().length || byId("sound").getAttribute("aria-pressed") !== "true") return;
    context ??= new AudioContext();
    const tone = context.createOscillator();
    const volume = context.createGain();
    volume.gain.value = 0.08;
    tone.frequency.value = 880;
    tone.connect(volume).connect(context.destination);
    tone.start();
    tone.stop(context.currentTime + 0.25);
  }

  setInterval(beep, BEEP_MS);
  byId("sound").addEventListener("click", ({ currentTarget }) => currentTarget.setAttribute("aria-pressed", currentTarget.getAttribute("aria-pressed") !== "true"));
  return {
    acknowledge() {
      for (const { number } of waiting()) acknowledged.add(number);
      sessionStorage.setItem("acknowledged", JSON.stringify([...acknowledged].slice(-MOST_KEPT)));
      told.draw();
    },
    draw() {
      const count = waiting().length;
      byId("alarm").hidden = !count;
      byId("alarm-count").textContent = count ? say(told.isNow() ? "console.alarm" : "console.alarm_now", { count }) : "";
    },
  };
}
