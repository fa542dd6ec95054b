// What stands behind the # of a link never reaches a server or its log: it fills in the form here.

/** Number and code of a fragment such as #20261122-0000017.ABCDEF, or null. */
export function opened(fragment) {
  const [number, secret, ...more] = decodeURIComponent(fragment.replace(/^#/, "")).split(".");
  return number && secret && more.length === 0 ? { number, secret } : null;
}

if (typeof document !== "undefined") {
  const link = opened(location.hash);
  const form = document.getElementById("follow");
  if (link && form) {
    form.elements.number.value = link.number;
    form.elements.secret.value = link.secret;
    history.replaceState(null, "", location.pathname + location.search);
    form.requestSubmit();
  }
}
