// What the page says of itself in a line that goes again.

const SHOWN_MS = 6_000;

export function notices(place, say) {
  let waiting = 0;

  function notice(text) {
    place.textContent = text;
    place.hidden = !text;
    clearTimeout(waiting);
    if (text) waiting = setTimeout(() => { place.hidden = true; }, SHOWN_MS);
  }

  function failed(error) {
    console.warn(error);
    notice(say("console.failed", { reason: error.message }));
  }

  return { notice, failed };
}
