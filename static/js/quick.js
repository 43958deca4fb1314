// Lists that are edited in place: a changed price or count is saved quietly; ticks offer what can be done with many.
import { say } from "./say.js";
import { toast } from "./toast.js";

let shown = null; // the one toast of this list: several in a row do not pile up

// What is wrong stands at the field itself, once, and goes when a good value is kept.
function tell(form, field, text) {
  const id = `${field.id || field.name}-error`;
  let spot = form.querySelector(".error");
  if (!text) {
    spot?.remove();
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    return;
  }
  if (!spot) {
    spot = document.createElement("span");
    spot.className = "error";
    spot.id = id;
    spot.setAttribute("role", "alert");
    form.append(spot);
  }
  spot.textContent = text;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", id);
}

async function save(form, field, again = false) {
  const before = field.defaultValue;
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    tell(form, field, told?.error || say("unsaved"));
    return;
  }
  tell(form, field, "");
  if (told[field.name] !== undefined) field.value = told[field.name];
  field.defaultValue = field.value;
  const was = form.elements.namedItem("was");
  if (was && told.units !== undefined) was.value = told.units;
  const once = form.elements.namedItem("once");  // the same change made again later is another one
  if (once) once.value = crypto.getRandomValues(new Uint32Array(4)).join("-");
  field.classList.remove("quick-done");
  requestAnimationFrame(() => field.classList.add("quick-done"));
  form.dispatchEvent(new CustomEvent("kept", { detail: told }));
  if (told.said) kept(form, field, told.said, again ? field.value : before);
}

// A count with a reason is a row of the book: that is taken back by another one, not by a toast.
function kept(form, field, said, before) {
  shown?.remove();
  const name = field.labels?.[0]?.textContent.trim();
  const back = () => { field.value = before; save(form, field, true); };
  const undo = before !== field.value && !form.querySelector("select");
  shown = toast(name ? `${name}: ${said}` : said, "go", undo ? back : null);
}

function watch(form) {
  const field = form.querySelector("input:not([type=hidden])");
  let last = Promise.resolve();
  const queue = () => { last = last.then(() => save(form, field)); };
  if (!form.querySelector("select")) field.addEventListener("change", queue);
  field.addEventListener("focus", () => field.select());
  field.addEventListener("keydown", (event) => { if (event.key === "Escape") { field.value = field.defaultValue; tell(form, field, ""); field.blur(); } });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    if (form.querySelector("select")) queue();
    else field.blur();
  });
}

function bulk(form) {
  const ticks = [...document.querySelectorAll(`input[form="${form.id}"]`)];
  const all = form.querySelector("[data-all]");
  const count = form.querySelector("[data-bulk-count]");
  const look = () => {
    const num = ticks.filter((tick) => tick.checked).length;
    form.classList.toggle("bulk-on", num > 0);
    count.textContent = num ? count.dataset.said.replace("{num}", num) : "";
    all.checked = num > 0 && num === ticks.length;
    all.indeterminate = num > 0 && num < ticks.length;
  };
  all.addEventListener("change", () => { for (const tick of ticks) tick.checked = all.checked; look(); });
  for (const tick of ticks) tick.addEventListener("change", look);
  look();
}

for (const form of document.querySelectorAll("form[data-quick]")) watch(form);
for (const form of document.querySelectorAll("form[data-bulk]")) bulk(form);
