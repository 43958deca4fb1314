// Who comes or buys: people that are known are proposed under the field one types in; choosing fills, and can be taken back.
const WAIT = 200, FEWEST = 2;

function made(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

function help(form) {
  const words = form.dataset;
  const name = form.querySelector("[name=name], [name=recipient]");
  const reach = form.querySelector("[name=reach], [name=email]");
  let person = form.querySelector("[name=person]");
  const box = made("ul", "who-list");
  const voice = made("p", "visually-hidden");
  const line = made("p", "who-line soft");
  let [timer, under, at, people, field] = [0, null, -1, [], null];
  box.id = "who-list";
  box.hidden = line.hidden = true;
  box.setAttribute("role", "listbox");
  box.setAttribute("aria-label", words.whoList);
  voice.setAttribute("role", "status");
  reach.closest(".fields").after(line);
  form.append(voice);

  function close() {
    box.hidden = true;
    at = -1;
    for (const input of [name, reach]) {
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
  }

  function mark(next) {
    at = (next + people.length + 1) % (people.length + 1);  // after the last one comes the field itself
    [...box.children].forEach((row, number) => row.setAttribute("aria-selected", String(number === at)));
    const row = box.children[at];
    if (row) field.setAttribute("aria-activedescendant", row.id);
    else field.removeAttribute("aria-activedescendant");
    row?.scrollIntoView({ block: "nearest" });
  }

  function show() {
    box.replaceChildren(...people.map((one, number) => {
      const row = made("li", "who-one");
      row.id = `who-${number}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", "false");
      row.append(made("strong", "", one.called), made("span", "soft", [one.phone, one.email].filter(Boolean).join(" · ")), made("span", "soft", one.told));
      return row;
    }));
    field.parentElement.append(box);
    voice.textContent = people.length ? words.whoFound.replace("{count}", people.length) : words.whoNone;
    close();
    box.hidden = !people.length;
    field.setAttribute("aria-expanded", String(people.length > 0));
  }

  function fill(values) {
    [name.value, reach.value] = values;
    if (person) person.value = values[2];
    for (const input of [name, reach]) input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // What was typed is not lost: one tap brings it back.
  function choose(one) {
    const before = [name.value, reach.value, person?.value ?? ""];
    const mail = reach.type === "email" || (!one.phone && one.email);
    fill([one.name || one.called, mail ? one.email : one.phone, one.token]);
    const back = made("button", "btn btn-plain btn-small", words.whoBack);
    back.type = "button";
    back.addEventListener("click", () => { fill(before); line.hidden = true; name.focus(); });
    line.replaceChildren(`${one.called}: ${one.told} `, back);
    line.hidden = false;
    voice.textContent = `${one.called}: ${one.told}`;
    close();
  }

  async function look() {
    under?.abort();
    under = new AbortController();
    const typed = field.value.trim();
    people = [];
    try {
      const answer = typed.length < FEWEST ? null : await fetch(`${words.whoAt}?q=${encodeURIComponent(typed)}`, { signal: under.signal });
      if (typed.length >= FEWEST && !answer.ok) return close();
      people = answer ? (await answer.json()).people : [];
    } catch {
      return close();  // without an answer one types on as ever
    }
    if (document.activeElement === field) show();
  }

  if (!person && reach.name === "reach") {
    person = made("input", "");
    person.type = "hidden";
    person.name = "person";
    form.append(person);
  }
  for (const input of [name, reach]) {
    for (const [key, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": box.id })) input.setAttribute(key, value);
    input.addEventListener("input", () => {
      field = input;
      line.hidden = true;
      if (person) person.value = "";
      clearTimeout(timer);
      timer = setTimeout(look, WAIT);
    });
    input.addEventListener("keydown", (event) => {
      if (box.hidden) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === "Escape") close();
      else if (step) mark(at < 0 && step < 0 ? people.length - 1 : at + step);
      else if (event.key === "Enter" && people[at]) choose(people[at]);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    input.addEventListener("blur", () => { clearTimeout(timer); under?.abort(); close(); });
  }
  box.addEventListener("mousedown", (event) => event.preventDefault());  // the field keeps its place
  box.addEventListener("click", ({ target }) => {
    const row = target.closest("[role=option]");
    if (row) choose(people[[...box.children].indexOf(row)]);
  });
  name.parentElement.append(box);
}

for (const form of document.querySelectorAll("form[data-who-at]")) help(form);
