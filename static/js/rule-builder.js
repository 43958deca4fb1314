// The builder of rules: its buttons and words change it in place, what is typed is counted; without scripts it is a form.
const DELAY = 400;
let timer = null;
let asking = null;

async function ask(builder, step) {
  asking?.abort();
  asking = new AbortController();
  const form = builder.closest("form");
  const body = new FormData(form);
  const path = builder.querySelector("[name='rule-path']").value;
  body.set("rule-path", path);
  body.delete(`${path}-do`);
  if (step) body.set(`${path}-do`, step);
  const found = document.getElementById("rule-found");
  found?.classList.add("busy");
  try {
    const answer = await fetch(builder.dataset.ruleBuilder, { method: "POST", body, signal: asking.signal });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (error) {
    if (error.name !== "AbortError") throw error;
    return null;
  } finally {
    found?.classList.remove("busy");
  }
}

function count(page) {
  for (const id of ["rule-found", "rule-count"]) {
    const fresh = page?.getElementById(id);
    const old = document.getElementById(id);
    if (fresh && old) old.replaceChildren(...fresh.childNodes);
  }
  for (const said of document.querySelectorAll("[data-rule-said]")) said.textContent = page?.getElementById(said.id)?.textContent ?? said.textContent;
  for (const hint of document.querySelectorAll("[data-rule-unsure]")) hint.hidden = page?.getElementById(hint.id)?.hidden ?? hint.hidden;
}

async function change(builder, step, focus) {
  const page = await ask(builder, step);
  const fresh = page?.getElementById(builder.id);
  if (!fresh) return;
  builder.replaceChildren(...fresh.childNodes);
  count(page);
  land(builder, step, focus);
}

function land(builder, step, focus) {
  const [verb, path] = (step || "").split(" ");
  const up = path?.includes(".") ? path.slice(0, path.lastIndexOf(".")) : path;
  let goal = focus && document.getElementById(focus);
  if (verb === "add" || verb === "group") {
    const words = [...builder.querySelectorAll("[data-rule-word]")].filter((word) => word.id.startsWith(`${path}.`));
    goal = words.at(-1);
  } else if (verb === "drop") goal = document.getElementById(`add-${up}`);
  goal?.focus();
}

function filter(field) {
  const wanted = field.value.trim().toLowerCase();
  for (const pill of field.parentElement.querySelectorAll(".pill")) pill.hidden = !pill.textContent.toLowerCase().includes(wanted);
}

for (const builder of document.querySelectorAll("[data-rule-builder]")) {
  builder.addEventListener("click", (event) => {
    const button = event.target.closest("button[name$='-do']");
    if (!button) return;
    event.preventDefault();
    clearTimeout(timer);
    change(builder, button.value);
  });
  builder.addEventListener("input", (event) => {
    if (event.target.matches("[data-rule-filter]")) return filter(event.target);
    clearTimeout(timer);
    if (event.target.matches("[data-rule-word]")) return change(builder, "", event.target.id);
    timer = setTimeout(async () => count(await ask(builder, "")), DELAY);
  });
  builder.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-rule-filter]")) event.preventDefault();
  });
}
