// Reports that changed: gathered for a moment, then asked for anew, many in one question.

import { ask, here } from "./service.js";

const GATHER_MS = 250;
const AGAIN_MS = 3_000;
const AT_ONCE = 100;

/** told: {found(numbers, reports), failed(error)}; gives the function that takes a number. */
export function gathering(told) {
  const pending = new Set();
  let waiting = null;

  function gather(number) {
    pending.add(number);
    waiting ??= setTimeout(takeIn, GATHER_MS);
  }

  async function takeIn() {
    waiting = null;
    const numbers = [...pending].slice(0, AT_ONCE);
    for (const number of numbers) pending.delete(number);
    try {
      const query = numbers.map((number) => `number=${number}`).join("&");
      await told.found(numbers, (await ask(here(`/api/v1/open-reports?${query}`))).reports);
    } catch (error) {
      for (const number of numbers) pending.add(number);
      told.failed(error);
      waiting = setTimeout(takeIn, AGAIN_MS);
      return;
    }
    if (pending.size) waiting ??= setTimeout(takeIn, GATHER_MS);
  }

  return gather;
}
