// Free nights of one unit, chosen on the month by tapping the first and the last, by dragging or by Shift and arrows:
// a bar says which they are and what they would cost, and leads to where they are booked or closed.
import { later } from "./lifting.js";

const table = document.querySelector("[data-board]");
const bar = document.querySelector("[data-picked]");
const status = document.querySelector("[data-carried]");
const language = document.documentElement.lang || "es";
const short = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" });
const plurals = new Intl.PluralRules(language);
const free = (cell) => Boolean(cell?.matches(".night:has(a)"));
const part = (name) => bar.querySelector(`[data-${name}]`);
let chosen = null; // { from, last, cells }: the night on which it began, the one farthest from it, all in order of days
let asking = null;

// From one night towards another, as far as all between them are free.
function reach(from, to) {
  const row = [...from.parentElement.cells];
  const sign = Math.sign(row.indexOf(to) - row.indexOf(from));
  const cells = [from];
  for (let at = from; at !== to && free(row[row.indexOf(at) + sign]); cells.push(at)) at = row[row.indexOf(at) + sign];
  return sign < 0 ? { from, last: cells.at(-1), cells: cells.reverse() } : { from, last: cells.at(-1), cells };
}

function mark(on) {
  for (const cell of chosen?.cells ?? []) cell.classList.toggle("chosen", on);
}

function choose(from, to) {
  mark(false);
  chosen = reach(from, to);
  mark(true);
  tell();
}

function drop() {
  asking?.abort();
  mark(false);
  chosen = null;
  bar.hidden = true;
  bar.classList.remove("savebar-on");
  status.textContent = "";
}

// Where the chosen nights are booked, and where they are closed: what the links of their unit say, for so many of them.
function bookUrl() {
  const url = new URL(chosen.cells[0].querySelector("a").href);
  url.searchParams.set("nights", chosen.cells.length);
  return url;
}

function closeUrl() {
  const row = chosen.from.parentElement;
  const url = new URL(row.querySelector(".unit-close").href);
  const [from, until] = row.dataset.hours.split(" ");
  const [first, last] = [chosen.cells[0].dataset.day, later(chosen.cells.at(-1).dataset.day, 1)];
  for (const [name, value] of Object.entries({ day: first, first, last, from, until })) url.searchParams.set(name, value);
  return url;
}

function words() {
  const [first, last] = [chosen.cells[0], chosen.cells.at(-1)].map((cell) => Date.parse(cell.dataset.day));
  const count = chosen.cells.length;
  const nights = bar.dataset[plurals.select(count) === "one" ? "one" : "several"].replace("{count}", count);
  return `${nights} · ${short.formatRange(first, last + 86_400_000)}`;
}

function tell() {
  const unit = chosen.from.parentElement.querySelector("th > span").textContent;
  part("what").textContent = unit;
  part("when").textContent = words();
  part("price").textContent = "";
  status.textContent = `${unit}: ${words()}`;
  part("close").href = closeUrl();
  bar.hidden = false;
  bar.classList.add("savebar-on");
  asking?.abort();
  if (table.dataset.verb === "close") return;
  part("book").href = bookUrl();
  ask(bookUrl());
}

// What the page that books them says they come to; where it asks first what is booked, it says nothing yet.
async function ask(url) {
  asking = new AbortController();
  try {
    const answer = await fetch(url, { signal: asking.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const total = page.querySelector("[data-total]")?.textContent.trim() ?? "";
    part("price").textContent = total;
    if (total) status.textContent += `, ${total}`;
  } catch (error) {
    if (error.name !== "AbortError") part("price").textContent = "";
  }
}

// The next tap goes on from the first one as long as nothing lies between them; else it begins anew.
function tap(cell, twice) {
  if (chosen?.cells.length === 1 && chosen.from === cell) return twice ? null : drop();
  const goesOn = chosen?.from.parentElement === cell.parentElement && reach(chosen.from, cell).last === cell;
  return goesOn ? choose(chosen.from, cell) : choose(cell, cell);
}

function click(event) {
  const cell = event.target.closest(".night");
  if (!free(cell) || !event.detail || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  tap(cell, event.detail > 1);
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

function press(event) {
  document.removeEventListener("click", swallow, true);
  const cell = event.target.closest(".night");
  if (event.button || event.pointerType !== "mouse" || !free(cell)) return;
  let dragged = false;
  const over = (move) => {
    const to = document.elementFromPoint(move.clientX, move.clientY)?.closest("td");
    if (to?.parentElement !== cell.parentElement || (to === cell && !dragged)) return;
    dragged = true;
    choose(cell, to);
  };
  document.addEventListener("pointermove", over);
  document.addEventListener("pointerup", () => {
    document.removeEventListener("pointermove", over);
    if (dragged) document.addEventListener("click", swallow, true);
  }, { once: true });
}

// What a key means on a night, or null: Shift and an arrow choose; on a chosen one Enter goes on, Tab goes to the bar.
export function verb({ key, target, shiftKey }) {
  const cell = target.closest("td");
  if (shiftKey && free(cell) && (key === "ArrowRight" || key === "ArrowLeft")) {
    const row = [...cell.parentElement.cells];
    const { from, last } = chosen?.from.parentElement === cell.parentElement ? chosen : { from: cell, last: cell };
    const next = row[row.indexOf(last) + (key === "ArrowRight" ? 1 : -1)];
    return () => free(next) && choose(from, next);
  }
  if (!chosen?.cells.includes(cell)) return null;
  const first = part(table.dataset.verb === "close" ? "close" : "book");
  return { Enter: () => location.assign(first.href), Tab: () => first.focus() }[key] ?? null;
}

function back({ key }) {
  if (key !== "Escape" || !chosen) return;
  const door = chosen.from.querySelector("a");
  drop();
  door.focus();
}

if (table && bar) {
  part("book").hidden = table.dataset.verb === "close";
  table.addEventListener("click", click);
  table.addEventListener("dragstart", (event) => event.target.closest(".night") && event.preventDefault());
  document.addEventListener("pointerdown", press);
  document.addEventListener("keydown", back);
  part("give-up").addEventListener("click", drop);
}
