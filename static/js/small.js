// Small comforts: quantity steppers, copy buttons, busy buttons, countdowns, selects that send their form, files by name.
import { say } from "./say.js";

function step(button) {
  const input = button.closest("[data-stepper]").querySelector("input");
  const before = input.value;
  Number(button.dataset.step) > 0 ? input.stepUp() : input.stepDown();
  if (input.value !== before) input.dispatchEvent(new Event("change", { bubbles: true }));
}

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    copyByHand(button.dataset.copy);
  }
  tell(button, say("copied"));
}

// A shop without https has no clipboard, some browsers refuse it: then what is selected is copied.
function copyByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "nobody";
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

// The button itself says it: several are tapped one after the other, and nothing may lie over what comes next.
function tell(button, text) {
  if (!button.dataset.told) {
    const before = [...button.childNodes].map((node) => node.cloneNode(true));
    const mark = button.querySelector("use");
    button.dataset.told = "1";
    button.style.minWidth = `${button.offsetWidth}px`;
    mark?.setAttribute("href", mark.getAttribute("href").replace(/#.*/, "#check"));
    [...button.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).forEach((node) => node.remove());
    button.append(text);
    setTimeout(() => {
      button.replaceChildren(...before);
      delete button.dataset.told;
    }, 2000);
  }
  voice.textContent = "";
  setTimeout(() => { voice.textContent = text; }, 100);
}

const voice = document.createElement("p");
voice.className = "visually-hidden";
voice.setAttribute("role", "status");

// A row of chips that scrolls begins with the one that is chosen in sight; only the row moves, not the page.
function chosen(chip) {
  const row = chip.closest("ul");
  if (row.scrollWidth > row.clientWidth) row.scrollLeft += chip.getBoundingClientRect().right - row.getBoundingClientRect().right + 32;
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

function named(input) {
  const told = document.querySelector(`[data-files="${input.id}"]`);
  if (!told) return;
  told.dataset.none ??= told.textContent;
  told.textContent = [...input.files].map((file) => file.name).join(", ") || told.dataset.none;
}

export function start() {
  document.body.append(voice);
  document.querySelectorAll(".chips [aria-current=true]").forEach(chosen);
  document.addEventListener("click", ({ target }) => {
    const stepper = target.closest("[data-step]");
    if (stepper) step(stepper);
    const copier = target.closest("[data-copy]");
    if (copier) copy(copier);
  });
  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-send]")) target.form.requestSubmit();
    if (target.matches("[type=file]")) named(target);
  });
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent && !event.target.matches("[hx-post]")) event.preventDefault();
    else if (!event.target.matches("[hx-post]")) busy(event);
  });
  addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of document.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
    document.querySelectorAll("[type=file]").forEach(named);
  });
  for (const clock of document.querySelectorAll("[data-until]")) {
    const timer = setInterval(() => tick(clock) || clearInterval(timer), 1000);
    tick(clock);
  }
}
