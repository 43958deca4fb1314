// Drafts: 1.5 s after the last key the form is kept on the server, and at once in this browser in case the tab dies.
import { say } from "./say.js";

function key(form) {
  return `draft:${form.dataset.autosave}`;
}

function copy(form) {
  return [...new FormData(form)].filter(([, value]) => typeof value === "string");
}

function restore(form, kept) {
  for (const [name, value] of kept) {
    const field = form.elements.namedItem(name);
    if (field && "value" in field && !(field instanceof RadioNodeList) && field.type !== "checkbox") field.value = value;
  }
}

async function send(form, spot) {
  const sent = localStorage.getItem(key(form));
  const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } }).catch(() => null);
  if (spot) {
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    spot.textContent = answer?.ok ? say("saved", { time }) : say("offline");
  }
  if (!answer?.ok) return;
  if (localStorage.getItem(key(form)) === sent) localStorage.removeItem(key(form));
  const detail = await answer.json().catch(() => ({}));
  form.dispatchEvent(new CustomEvent("kept", { detail }));
}

function watch(form) {
  const spot = form.querySelector("[data-autosave-state]");
  const kept = localStorage.getItem(key(form));
  let timer;
  form.addEventListener("input", () => {
    localStorage.setItem(key(form), JSON.stringify(copy(form)));
    clearTimeout(timer);
    timer = setTimeout(() => send(form, spot), 1500);
  });
  if (kept) {
    restore(form, JSON.parse(kept));
    form.dispatchEvent(new Event("input", { bubbles: true }));
  }
  form.addEventListener("submit", () => { clearTimeout(timer); localStorage.removeItem(key(form)); });
}

export function start() {
  for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
}
