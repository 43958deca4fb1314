// Drafts: 1.5 s after the last key the form is kept on the server, and at once in this browser in case the tab dies.
// What lies in this browser says on which revision of the draft it was written: over another one it is only offered.
import { say } from "./say.js";
import { toast } from "./toast.js";

function key(form) {
  return `draft:${form.dataset.autosave}`;
}

function copy(form) {
  return [...new FormData(form)].filter(([, value]) => typeof value === "string");
}

// `sent`: a button of the form was pressed after it; whether that arrived shows in the next page's revision.
function keep(form, sent = false) {
  localStorage.setItem(key(form), JSON.stringify({ on: form.dataset.revision, sent, fields: copy(form) }));
}

function found(form) {
  const kept = JSON.parse(localStorage.getItem(key(form)));
  return Array.isArray(kept) ? { fields: kept } : kept;
}

function restore(form, kept) {
  for (const [name, value] of kept) {
    const field = form.elements.namedItem(name);
    if (field && "value" in field && !(field instanceof RadioNodeList) && field.type !== "checkbox") field.value = value;
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function offer(form, kept) {
  const line = toast(say("unsent"), "stay", () => restore(form, kept));
  line?.classList.remove("toast-bad");
  line?.querySelector("[data-undo]")?.replaceChildren(say("bringback"));
}

async function send(form, spot) {
  const sent = localStorage.getItem(key(form));
  const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } }).catch(() => null);
  if (spot) {
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    spot.textContent = answer?.ok ? say("saved", { time }) : say("offline");
  }
  if (!answer?.ok) return;
  const detail = await answer.json().catch(() => ({}));
  if (detail.revision) form.dataset.revision = detail.revision;
  if (localStorage.getItem(key(form)) === sent) localStorage.removeItem(key(form));
  else keep(form, found(form)?.sent); // what was typed meanwhile goes on from what is kept now
  form.dispatchEvent(new CustomEvent("kept", { detail }));
}

function watch(form) {
  const spot = form.querySelector("[data-autosave-state]");
  const kept = found(form);
  let timer;
  form.addEventListener("input", () => {
    keep(form);
    clearTimeout(timer);
    timer = setTimeout(() => send(form, spot), 1500);
  });
  if (JSON.stringify(kept?.fields) === JSON.stringify(copy(form))) localStorage.removeItem(key(form));
  else if (kept && kept.on === form.dataset.revision) restore(form, kept.fields);
  else if (kept?.sent) localStorage.removeItem(key(form));
  else if (kept) offer(form, kept.fields);
  form.addEventListener("submit", () => { clearTimeout(timer); keep(form, true); });
}

export function start() {
  for (const form of document.querySelectorAll("form[data-autosave]")) watch(form);
}
