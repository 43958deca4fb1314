// Booking: a day, a time or one person more is asked at once and only what moved is put in; a time that is kept counts down.
import { early } from "./early.js";
import { countdown } from "./holding.js";
import { leader, show } from "./validate.js";

const form = document.querySelector("form[data-booking]");
const MOVES = "[name^='people.'], [name=places], [name=time], [data-moves]";
const WHEN = ["month", "day", "time", "arrive", "leave"];
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
let asking = null;

function asked(link) {
  const told = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (!name.startsWith("answer.")) told.append(name, value);
  if (!link) return told;
  for (const name of WHEN) told.delete(name);
  for (const [name, value] of new URL(link.href).searchParams) told.set(name, value);
  return told;
}

// Somebody has to come: said with everything else that is missing.
function heads() {
  const people = form.querySelectorAll("[name^='people.']");
  const nobody = people.length && [...people].every((one) => !Number(one.value));
  people[0]?.setCustomValidity(nobody ? form.dataset.nobody : "");
  if (people[0]?.matches("[aria-invalid]")) show(people[0]);
}

function focused() {
  const at = document.activeElement;
  const known = at?.dataset?.day ? `[data-day="${at.dataset.day}"]` : at?.id ? `#${CSS.escape(at.id)}` : at?.name === "time" ? `[name=time][value="${at.value}"]` : at?.rel === "nofollow" ? `.cal-turn[aria-label="${at.getAttribute("aria-label")}"]` : "";
  return () => { if (known && document.activeElement !== at) form.querySelector(known)?.focus({ preventScroll: true }); };
}

function put(text) {
  const again = focused();
  const typed = document.getElementById("wait-email")?.value;
  const wrong = [...form.querySelectorAll("[data-part] [aria-invalid]")].map((one) => one.name);
  for (const part of new DOMParser().parseFromString(text, "text/html").querySelectorAll("[data-part]")) document.getElementById(part.id)?.replaceWith(part);
  for (const one of wrong.map((name) => form.querySelector(`[data-part] [name="${name}"]:enabled`))) if (one) show(leader(one));
  const spot = document.getElementById("wait-email");
  if (spot && typed) spot.value = typed;
  zones();
  again();
}

async function ask(link) {
  asking?.abort();
  asking = new AbortController();
  const told = asked(link);
  const part = document.getElementById("booking-when");
  part.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${form.dataset.booking}?${told}`, { signal: asking.signal });
    if (!answer.ok) throw new Error(answer.status);
    put(await answer.text());
    if (link?.dataset.day) shown();
  } catch (error) {
    if (error.name === "AbortError") return;
    part.removeAttribute("aria-busy");
    const total = document.getElementById("booking-sum");
    total.textContent = total.dataset.lost;  // an old total would be a wrong one
    if (link) location.href = link.href;
  }
}

function shown() {
  const times = document.getElementById("booking-times");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (times && times.getBoundingClientRect().bottom > innerHeight - 80) times.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

function clock(at, timeZone, more = {}) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { timeZone, hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more }).format(at);
}

function weekday(at, timeZone) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { timeZone, weekday: "short" }).format(at);
}

function zoneName(at) {
  const parts = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: here, timeZoneName: "longGeneric" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? here;
}

function zones() {
  form.elements.timezone.value = here;
  const box = document.querySelector("[data-zone]");
  for (const spot of box?.querySelectorAll("[data-instant]") ?? []) {
    const at = new Date(spot.dataset.instant);
    const away = weekday(at, here) !== weekday(at, box.dataset.zone);
    const mine = clock(at, here, away ? { weekday: "short" } : {});
    const other = mine !== clock(at, box.dataset.zone);
    spot.textContent = other ? box.dataset.yours.replace("{time}", mine) : "";
    if (other) box.querySelector("[data-zone-note]").textContent = ` · ${box.dataset.note.replace("{zone}", zoneName(at))}`;
  }
}

if (form) {
  form.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-when]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    ask(link);
  });
  form.addEventListener("input", heads);
  form.addEventListener("change", ({ target }) => {
    heads();
    if (target.matches(MOVES)) ask();
  });
  heads();
  zones();
  if (early(form, MOVES)) ask();
}
if (document.querySelector("[data-hold]")) countdown();
