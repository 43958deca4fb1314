// Small comforts: quantity steppers, copy buttons, busy buttons, countdowns, selects that send their form, files by name.
import { say } from "./say.js";
import { toast } from "./toast.js";

function step(button) {
  const input = button.closest("[data-stepper]").querySelector("input");
  const before = input.value;
  Number(button.dataset.step) > 0 ? input.stepUp() : input.stepDown();
  if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
}

async function copy(button) {
  await navigator.clipboard?.writeText(button.dataset.copy);
  toast(say("copied"));
}

function tick(clock) {
  const left = Math.max(0, Math.round((Date.parse(clock.dataset.until) - Date.now()) / 1000));
  const hours = Math.floor(left / 3600);
  const rest = `${String(Math.floor((left % 3600) / 60)).padStart(hours ? 2 : 1, "0")}:${String(left % 60).padStart(2, "0")}`;
  clock.textContent = left ? (hours ? `${hours}:${rest}` : rest) : say("expired");
  return left;
}

function busy(event) {
  const button = event.submitter;
  if (event.defaultPrevented || !button || event.target.method !== "post") return;
  setTimeout(() => button.setAttribute("aria-busy", "true"));
  event.target.dataset.sent = "1";
}

export function start() {
  document.addEventListener("click", ({ target }) => {
    const stepper = target.closest("[data-step]");
    if (stepper) step(stepper);
    const copier = target.closest("[data-copy]");
    if (copier) copy(copier);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-send]")) target.form.requestSubmit();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent && !event.target.matches("[hx-post]")) event.preventDefault();
    else if (!event.target.matches("[hx-post]")) busy(event);
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
  });
  for (const clock of document.querySelectorAll("[data-until]")) {
    const timer = setInterval(() => tick(clock) || clearInterval(timer), 1000);
    tick(clock);
  }
}
