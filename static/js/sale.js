// The sale at the counter: a tap adds, typing looks, a choice shows its cost; only the parts that moved are put in.
import { rove } from "./booking-desk.js";
import { countdown } from "./holding.js";

const form = document.querySelector("form[data-sale]");
let asking = null;
let wait = null;
let selling = false;
const HELD = ["trouble", "counter", "time", "found", "leaves", "deposit", "total"];

function path(field) {
  if (field.id) return `#${CSS.escape(field.id)}`;
  if (field.dataset.step) return `[data-stepper]:has(#${field.closest("[data-stepper]").querySelector("input").id}) [data-step="${field.dataset.step}"]`;
  return field.name ? `[name="${field.name}"][value="${CSS.escape(field.value)}"]` : "";
}

function focus() {
  const field = document.activeElement;
  const place = field && form.contains(field) ? path(field) : "";
  if (!place) return () => {};
  const at = field.type === "search" || field.type === "text" ? field.selectionStart : null;
  return () => {
    const back = form.querySelector(place);
    if (!back || back === document.activeElement) return;
    back.focus({ preventScroll: true });
    if (at !== null) back.setSelectionRange?.(at, at);
  };
}

function mark(error) {
  const field = document.getElementById(error.id.replace(/-error$/, ""));
  if (!field) return;
  const about = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error.id);
  if (error.textContent) about.unshift(error.id);
  if (error.textContent) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  if (about.length) field.setAttribute("aria-describedby", about.join(" "));
  else field.removeAttribute("aria-describedby");
}

function put(page, only) {
  const back = focus();
  for (const part of page.querySelectorAll("form[data-sale] :is([data-part], .error)")) {
    if (only && !only.includes(part.id)) continue;
    document.getElementById(part.id)?.replaceWith(part);
    if (part.matches(".error")) mark(part);
  }
  if (!only || only.includes("time")) form.querySelectorAll("#time [data-targets]").forEach(rove);
  back();
}

// What lies on the counter grows above the products: the one under the finger stays where it is.
function still(change) {
  const top = () => document.getElementById("found").getBoundingClientRect().top;
  const before = top();
  change();
  window.scrollBy({ top: top() - before, behavior: "instant" });
}

// Where a tap leads: to what is wrong, the time that is held now, the step that it opened, the line to write, or back to the products.
function led(button) {
  const wrong = form.querySelector("[data-errors]");
  if (wrong) return wrong;
  if (button?.name === "pick") return document.getElementById(button.value ? "time-title" : "q");
  if (button?.value === "free") return [...form.querySelectorAll("[name=free_name]")].at(-1);
  return ["to", "swap", "again"].includes(button?.name) ? form.querySelector("[data-fresh]") : null;
}

async function ask(button, only = button?.getAttribute("formaction") === form.dataset.times ? HELD : null) {
  asking?.abort();
  const mine = new AbortController();
  asking = only === HELD ? null : mine; // what holds a time is not called off
  const told = new FormData(form);
  if (button?.name) told.set(button.name, button.value);
  try {
    const answer = await fetch(button?.getAttribute("formaction") ?? form.dataset.draft, { method: "POST", body: told, signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (button?.name === "add") still(() => put(page, only));
    else put(page, only);
    if (button?.value === "fresh" && answer.ok) {
      for (const name of ["new_name", "new_price"]) form.elements[name].value = "";
      document.getElementById("new_name").focus();
    }
    led(button)?.focus();
  } catch (error) {
    if (error.name !== "AbortError") form.requestSubmit(button?.isConnected ? button : form.querySelector("button")); // it looks, it never sells
  }
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[formaction]");
  if (!button) return;
  event.preventDefault();
  event.stopPropagation();
  clearTimeout(wait);  // what was being looked up would call this off
  ask(button);
});
form.addEventListener("input", ({ target }) => {
  if (target.id === "off") { // a discount needs its reason
    const typed = target.value.trim() !== "";
    document.getElementById("off_why").required = typed;
    document.getElementById("off_needed").hidden = !typed;
  }
  if (!target.matches("[data-ask]")) return;
  clearTimeout(wait);
  wait = setTimeout(() => ask(null, target.id === "q" ? ["found"] : ["people"]), 200);
});
form.addEventListener("change", ({ target }) => {
  if (target.closest("#time")) ask(null, ["time"]);
  else if (target.matches("[data-who]")) ask(null, ["person", "people", "counter", "leaves", "deposit", "total"]);
  else if (target.matches("[data-change], [name=qty], [name=day], [name=slot], [name=shipping], [name=amount], select")) ask(null, ["counter", "leaves", "deposit", "total", "off-error", "off_why-error", "given-error"]);
});

// What was held for a sale that is left is free for others at once; who comes back to the page sees so.
form.addEventListener("submit", () => { selling = true; });
addEventListener("pagehide", () => {
  if (selling || !form.querySelector("[name=time]")) return;
  navigator.sendBeacon(form.dataset.times, new URLSearchParams({ leave: "1", key: form.elements.key.value }));
});
addEventListener("pageshow", ({ persisted }) => {
  selling = false;
  if (persisted) ask();
});
countdown(() => ask(null, HELD.slice(1)));
