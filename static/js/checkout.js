// The checkout: a choice that moves the cost is asked at once; only what it moves is put in, what one types stays.
import { early } from "./early.js";

const form = document.querySelector("form[data-checkout]");
const MOVES = "[data-refresh], [name=shipping], [name=day], [name=slot], [name=plan], [name=payment]";
let asking = null;

function focused() {
  const field = document.activeElement;
  if (!field?.name || !form.contains(field)) return () => {};
  const { name, value, type } = field;
  return () => {
    const same = [...form.elements].filter((one) => one.name === name);
    const back = type === "radio" ? same.find((one) => one.value === value) : same[0];
    if (back && back !== document.activeElement) back.focus({ preventScroll: true });
  };
}

function open(id) {
  return [...document.querySelectorAll(`#${id} details`)].map((one) => one.open);
}

function put(fresh) {
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const here = document.getElementById(part.id);
    if (!here) continue;
    const kept = part.querySelector("[data-part]") && here.dataset.partWhen === part.dataset.partWhen;
    if (kept) continue;
    const opened = open(part.id);
    here.replaceWith(part);
    part.querySelectorAll("details").forEach((one, place) => { one.open ||= opened[place] ?? false; });
  }
}

async function ask(button) {
  asking?.abort();
  asking = new AbortController();
  const told = new FormData(form);
  told.set(button ? button.name : "refresh", button ? button.value : "1");
  form.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(button ? button.formAction : form.action, { method: "POST", body: told, signal: asking.signal });
    if (answer.redirected || !(answer.ok || (button && answer.status === 422))) return location.reload();
    const again = focused();
    put(new DOMParser().parseFromString(await answer.text(), "text/html"));
    needs();
    wide();
    again();
    form.removeAttribute("aria-busy");
  } catch (error) {
    if (error.name !== "AbortError") form.removeAttribute("aria-busy");
  }
}

function needs() {
  const phone = form.querySelector("[data-for-delivery]");
  const brought = document.getElementById("where")?.querySelector(".address") !== null && form.querySelector("[name=shipping]");
  if (!phone) return;
  phone.required = Boolean(brought);
  form.querySelector("[data-optional]").hidden = Boolean(brought);
}

function wide() {
  if (matchMedia("(min-width: 62rem)").matches) for (const one of document.querySelectorAll("[data-open-wide]")) one.open = true;
}

form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-code-do]");
  if (!button) return;
  event.preventDefault();
  event.stopPropagation();
  ask(button);
});
form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.id !== "code") return;
  event.preventDefault();
  ask(form.querySelector("[data-action='use-code']"));
});
form?.addEventListener("change", ({ target }) => {
  if (target.matches(MOVES)) ask();
});
wide();
if (form && early(form, MOVES)) ask();
