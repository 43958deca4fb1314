// Checks a field when one leaves it, again at each key while it is wrong, and all of a form before it is sent.
import { say } from "./say.js";

const FIELDS = "input:not([type=hidden]):not([type=submit]), input[data-must], select, textarea";
const MAILBOX = "[type=email], [name=reach]";  // the latter takes a telephone as well

function sentence(field) {
  if (field.dataset.must) return field.value ? "" : field.dataset.sayRequired;
  if (field.dataset.wrong && field.checked) return field.dataset.wrong;
  const state = field.validity;
  if (state.valid) return "";
  if (state.valueMissing) return field.dataset.sayRequired || say("required");
  if (state.typeMismatch) return say(field.type === "url" ? "url" : "email");
  if (state.tooShort) return say("short");
  if (state.tooLong) return say("long");
  if (state.rangeUnderflow) return say("low", { min: field.min });
  if (state.rangeOverflow) return say("high", { max: field.max });
  if (state.badInput) return say("number");
  if (state.patternMismatch) return field.dataset.sayPattern || say("pattern");
  return field.validationMessage;
}

// A hidden field that must be filled by something else names the spot that speaks for it; the buttons of a group share one.
function spotOf(field) {
  return field.dataset.must || (field.type === "radio" && `field-${field.name}`);
}

function place(field) {
  const known = document.getElementById(spotOf(field)) ?? document.getElementById(`${field.id}-error`);
  if (known) return known;
  const home = field.closest(".field, fieldset");
  if (!home || !field.id) return null;
  const made = document.createElement("span");
  made.className = "error";
  made.id = `${field.id}-error`;
  home.append(made);
  return made;
}

export function show(field) {
  const text = field.willValidate || field.dataset.must ? sentence(field) : "";
  const spot = place(field);
  if (spot) spot.textContent = text;
  const about = new Set((field.getAttribute("aria-describedby") || "").split(" ").filter(Boolean));
  if (text) {
    field.setAttribute("aria-invalid", "true");
    if (spot) about.add(spot.id);
  } else {
    field.removeAttribute("aria-invalid");
    if (spot) about.delete(spot.id);
  }
  if (about.size) field.setAttribute("aria-describedby", [...about].join(" "));
  else field.removeAttribute("aria-describedby");
  return text;
}

function name(field) {
  const legend = field.type === "radio" && field.closest("fieldset")?.querySelector("legend");
  return (legend || field.labels?.[0])?.firstChild?.textContent.trim() || field.getAttribute("aria-label") || field.name;
}

function focus(field) {
  (document.getElementById(field.dataset.must) ?? field).focus();
}

// Of a group the one that is chosen, else the first that can be.
export function leader(field) {
  if (field.type !== "radio") return field;
  const group = [...field.form.querySelectorAll(`[type=radio][name="${CSS.escape(field.name)}"]:enabled`)];
  return group.find((one) => one.checked) ?? group[0] ?? field;
}

// What was found wrong and may be mended by this change: of a group the one that speaks for it.
function wrong(field) {
  return field.matches("[type=radio]") ? field.form.querySelector(`[name="${CSS.escape(field.name)}"][aria-invalid]`) : field.matches("[aria-invalid]") && field;
}

function summary(form, wrong) {
  form.querySelector("[data-errors]")?.remove();
  if (wrong.length < 2) return;
  const box = document.createElement("div");
  box.className = "errors";
  box.dataset.errors = "";
  box.setAttribute("role", "alert");
  const head = document.createElement("h2");
  head.textContent = say("errors");
  const list = document.createElement("ul");
  for (const [field, text] of wrong) {
    const link = document.createElement("a");
    link.href = `#${field.id}`;
    link.textContent = field.dataset.must ? text : `${name(field)}: ${text}`;
    link.addEventListener("click", (event) => { event.preventDefault(); focus(field); });
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  box.append(head, list);
  form.prepend(box);
}

function all(form) {
  const seen = new Set();
  const wrong = [];
  for (const each of [...form.elements].filter((one) => one.matches(FIELDS))) { // not those of a form that stands inside
    if (each.type === "radio" && seen.has(each.name)) continue;
    const field = leader(each);
    seen.add(field.name);
    const text = show(field);
    if (text) wrong.push([field, text]);
  }
  return wrong;
}

export function start() {
  for (const form of document.querySelectorAll("form[method=post]:not([novalidate])")) form.noValidate = true;
  const ours = (field) => field.matches?.(FIELDS) && field.form?.noValidate && field.form.method === "post";
  document.addEventListener("focusout", ({ target }) => {
    if (ours(target) && (target.value || target.hasAttribute("aria-invalid")) && !["radio", "checkbox"].includes(target.type)) show(target);
  });
  document.addEventListener("focusout", ({ target }) => {
    if (ours(target) && target.matches(MAILBOX) && target.value.includes("@")) import("./mailbox.js").then(({ look }) => look(target));
  });
  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, ({ target }) => { if (ours(target) && wrong(target)) show(wrong(target)); });
  }
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.submitter?.formNoValidate) return;
    const wrong = all(form);
    summary(form, wrong);
    if (!wrong.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    focus(wrong[0][0]);
  }, true);
  const first = document.querySelector("[data-errors]");
  (first?.closest("form") ?? document).querySelector("[aria-invalid=true]:not([type=hidden]), .error[tabindex]:not(:empty)")?.focus();
}
