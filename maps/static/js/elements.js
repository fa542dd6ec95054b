// Small words for making elements. Text is always set as text, never as markup.

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    // Which list an input has can be read as a property, and is written as an attribute.
    else if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

export function byId(id) {
  return document.getElementById(id);
}

/** Puts every text that carries its key (data-t, data-placeholder, data-title) into the reader's language. */
export function translate(root, say) {
  for (const found of root.querySelectorAll("[data-t]")) found.textContent = say(found.dataset.t);
  for (const found of root.querySelectorAll("[data-placeholder]")) found.placeholder = say(found.dataset.placeholder);
  for (const found of root.querySelectorAll("[data-title]")) found.title = say(found.dataset.title);
}

/** A row of links of which one is current. */
export function segments(parent, choices, isCurrent) {
  parent.replaceChildren(
    ...choices.map(({ key, text, href, choose }) => {
      const link = element("a", { href, textContent: text });
      if (isCurrent(key)) link.setAttribute("aria-current", "true");
      if (choose) link.addEventListener("click", (event) => { event.preventDefault(); choose(); });
      return link;
    }),
  );
}

/** Fills a choice: [[value, text]], the current one chosen. */
export function options(select, choices, current) {
  select.replaceChildren(...choices.map(([value, text]) => element("option", { value, textContent: text, selected: value === current })));
}
