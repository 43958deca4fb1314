// Lists that are edited in place: a changed price or count is saved quietly; ticks offer what can be done with many.
import { toast } from "./toast.js";

async function save(form, field) {
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (!answer?.ok) {
    field.setAttribute("aria-invalid", "true");
    toast(told?.error || field.defaultValue, "stay");
    return;
  }
  field.removeAttribute("aria-invalid");
  if (told[field.name] !== undefined) field.value = told[field.name];
  field.defaultValue = field.value;
  const was = form.elements.namedItem("was");
  if (was && told.units !== undefined) was.value = told.units;
  field.classList.remove("quick-done");
  requestAnimationFrame(() => field.classList.add("quick-done"));
  if (told.said) document.getElementById("toasts")?.setAttribute("data-said", told.said);
}

function watch(form) {
  const field = form.querySelector("input:not([type=hidden])");
  let last = Promise.resolve();
  const queue = () => { last = last.then(() => save(form, field)); };
  if (!form.querySelector("select")) field.addEventListener("change", queue);
  field.addEventListener("focus", () => field.select());
  field.addEventListener("keydown", (event) => { if (event.key === "Escape") { field.value = field.defaultValue; field.blur(); } });
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
