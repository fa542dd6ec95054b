// A report's record and its photos: fetched when they are opened. Each look at a photo is in the access log.

import { element } from "../elements.js";
import { timeText } from "../wording.js";
import { Refused, ask } from "./service.js";

/** config: {language, timeZone, readFor: purposes for which personal fields are read; photos are such a field}. */
export function history(number, config, say, notice) {
  const base = `/api/v1/reports/${number}`;
  const parts = [opened("console.record", () => record(base, config, say))];
  if (config.readFor.length) parts.push(opened("work.photos", () => pictures(base, config, say)));
  return element("section", { className: "history" }, ...parts);

  function opened(title, read) {
    const told = element("div", { role: "status" });
    const box = element("details", {}, element("summary", { textContent: say(title) }), told);
    box.addEventListener("toggle", () => {
      if (!box.open || told.childElementCount) return;
      read().then((found) => told.replaceChildren(...found)).catch((error) => {
        if (!(error instanceof Refused)) throw error;
        notice(error.message);
      });
    });
    return box;
  }
}

async function record(base, { language, timeZone }, say) {
  const { entries, holds } = await ask(`${base}/record`);
  const lines = entries.map((one) => element("li", {}, element("time", { dateTime: one.at, textContent: timeText(one.at, timeZone, language) }), " ", element("b", { textContent: say(`entry.${one.type}`) })));
  const whole = element("p", { className: holds ? "fine" : "problem", textContent: say(holds ? "console.record_holds" : "console.record_broken", { count: entries.length }) });
  return [element("ol", { className: "notes" }, ...lines), whole];
}

async function pictures(base, { language, timeZone }, say) {
  const { photos } = await ask(`${base}/photos`);
  const kept = photos.filter(({ erased }) => !erased);
  if (!kept.length) return [element("p", { className: "fine", textContent: say("work.no_photos") })];
  return kept.map((one) => {
    const words = `${say(`taken.${one.taken}`)} · ${timeText(one.at, timeZone, language)}`;
    const image = element("img", { src: `${base}/photos/${one.id}`, alt: words, loading: "lazy", width: one.width_px, height: one.height_px });
    return element("figure", {}, element("a", { href: image.src, target: "_blank" }, image), element("figcaption", { className: "fine", textContent: words }));
  });
}
