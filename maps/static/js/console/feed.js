// What happens, as it happens: one stream for all tabs of a browser, told on to the others.

const CHANNEL = "wangge-console";
const LEADER = "wangge-console-stream";
/** A leader that says nothing for so long is gone, or cut off. */
const SILENCE_MS = 40_000;

/**
 * Listens to the events of a territory.
 * told: {changed(number), resynchronise(), state("live" | "cut")}
 */
export function listen(url, types, told) {
  const channel = new BroadcastChannel(CHANNEL);
  let heard = 0;
  let state = "";

  function take(message) {
    heard = Date.now();
    if (message.number) told.changed(message.number);
    if (message.resynchronise) told.resynchronise();
    if (message.state) tell(message.state);
  }

  function tell(next) {
    // After a cut the stream goes on where it stopped; what a follower missed meanwhile it cannot know.
    if (state === "cut" && next === "live") told.resynchronise();
    if (next !== state) told.state(next);
    state = next;
  }

  function share(message) {
    channel.postMessage(message);
    take(message);
  }

  channel.addEventListener("message", ({ data }) => take(data));
  setInterval(() => { if (heard && Date.now() - heard > SILENCE_MS) tell("cut"); }, 2_000);
  // Whoever has the lock holds the stream; when that tab closes, the next one gets both.
  navigator.locks.request(LEADER, () => new Promise(() => lead(url, types, share)));
}

function lead(url, types, share) {
  let isOpen = false;
  const source = new EventSource(url);
  source.addEventListener("open", () => { isOpen = true; share({ state: "live" }); });
  source.addEventListener("error", () => { isOpen = false; share({ state: "cut" }); });
  source.addEventListener("resynchronise", () => share({ resynchronise: true }));
  for (const type of types) source.addEventListener(type, (event) => share({ number: JSON.parse(event.data).number }));
  setInterval(() => { if (isOpen) share({ state: "live" }); }, 10_000);
}
