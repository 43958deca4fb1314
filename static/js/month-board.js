// The month of bookings: it opens at today; several free nights are chosen at once; a booking is carried by keys.
import { part } from "./dragging.js";
import { later, send, timesOn } from "./lifting.js";

const table = document.querySelector("[data-board]");
const box = table?.closest(".grid-box");
const status = document.querySelector("[data-carried]");

// Where one has scrolled to stays when a move leads back; else today is the first day that is seen.
const place = `month ${location.pathname}${location.search}`;
const was = sessionStorage.getItem(place);
const today = table?.querySelector("thead .is-today");
if (box) box.scrollLeft = was !== null ? Number(was) : today ? today.offsetLeft - table.rows[0].cells[0].offsetWidth : 0;
addEventListener("pagehide", () => box && sessionStorage.setItem(place, box.scrollLeft));
document.querySelector("[data-print]")?.addEventListener("click", () => print());

// What is told beside a cell, and to who does not see it.
let card = null;
function tell(cell, ...texts) {
  card?.remove();
  card = null;
  status.textContent = texts.join(", ");
  if (!texts.length || !cell) return;
  card = part("lifted", ...texts);
  const { left, top } = cell.getBoundingClientRect();
  const room = document.documentElement.clientWidth - card.offsetWidth - 8;
  card.style.transform = `translate(${Math.max(8, Math.min(left, room))}px, ${Math.max(8, top - card.offsetHeight - 8)}px)`;
}

// Several nights of a unit: from the one on which it began as far as all are free.
let chosen = null; // { from, cells }
const free = (cell) => cell?.matches(".night:has(a)");

function choose(from, to) {
  const row = [...from.parentElement.cells];
  const sign = Math.sign(row.indexOf(to) - row.indexOf(from));
  const cells = [from];
  for (let at = from; at !== to && free(row[row.indexOf(at) + sign]); cells.push(at)) at = row[row.indexOf(at) + sign];
  drop();
  chosen = { from, last: cells.at(-1), cells: sign < 0 ? cells.reverse() : cells };
  for (const cell of chosen.cells) cell.classList.add("chosen");
  if (cells.length > 1) tell(chosen.last, table.dataset.several.replace("{count}", cells.length));
}

function drop() {
  for (const cell of chosen?.cells ?? []) cell.classList.remove("chosen");
  if (chosen) tell();
  chosen = null;
}

// The page that the first night opens, for so many.
function go() {
  const { cells } = chosen;
  const url = new URL(cells[0].querySelector("a").href);
  if (table.dataset.verb === "close") url.searchParams.set("last", later(cells.at(-1).dataset.day, 1));
  else url.searchParams.set("nights", cells.length);
  location.assign(url);
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

function press(event) {
  document.removeEventListener("click", swallow, true);
  drop();
  const cell = event.target.closest(".night");
  if (event.button || event.pointerType !== "mouse" || !free(cell)) return;
  const over = (move) => {
    const to = document.elementFromPoint(move.clientX, move.clientY)?.closest(".night");
    if (to?.parentElement === cell.parentElement && (to !== cell || chosen)) choose(cell, to);
  };
  const done = () => {
    document.removeEventListener("pointermove", over);
    if (!(chosen?.cells.length > 1)) return drop();
    document.addEventListener("click", swallow, true);
    go();
  };
  document.addEventListener("pointermove", over);
  document.addEventListener("pointerup", done, { once: true });
}

// A booking that keys carry: where it would be laid down is asked of the page of its move.
let carried = null; // { door, day, unit, time, known, asked }

function take(door) {
  const { unit } = door.closest("td").dataset;
  carried = { door, day: door.dataset.ownDay, unit, time: null, known: new Map(), asked: new Map() };
  door.classList.add("lifted-from");
  look();
}

function leave() {
  table.querySelector(".carried-on")?.classList.remove("carried-on");
  carried?.door.classList.remove("lifted-from");
  carried = null;
  tell();
}

function cellOf({ day, unit }) {
  const inside = ({ dataset }) => dataset.day && dataset.day <= day && day < later(dataset.day, Number(dataset.nights ?? 1));
  return [...table.querySelectorAll(`tr[data-unit="${unit}"] td`)].find(inside);
}

async function look() {
  const mine = carried;
  const { day, unit } = mine;
  timesOn(mine, day);
  await Promise.all(mine.asked.values());
  if (carried !== mine || mine.day !== day || mine.unit !== unit) return;
  mine.time = timesOn(mine, day).find((one) => one.unit === unit) ?? null;
  table.querySelector(".carried-on")?.classList.remove("carried-on");
  const cell = cellOf(mine);
  cell?.classList.add("carried-on");
  cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  tell(cell ?? mine.door, mine.door.dataset.name, mine.time?.label ?? "—");
}

function carry(key) {
  const units = [...carried.door.closest("tbody").querySelectorAll("tr[data-unit]")].map((row) => row.dataset.unit);
  const along = { ArrowLeft: -1, ArrowRight: 1 }[key] ?? 0;
  const down = { ArrowUp: -1, ArrowDown: 1 }[key] ?? 0;
  carried.time = null; // until it is known
  carried.day = later(carried.day, along);
  carried.unit = units[units.indexOf(carried.unit) + down] ?? carried.unit;
  look();
}

function lay() {
  const { door, day, time } = carried;
  if (time?.free) send(`${door.dataset.lift}?day=${day}`, time.to);
}

function keys(event) {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const { key, target } = event;
  const arrow = key.startsWith("Arrow");
  const cell = target.closest("td");
  let verb = null;
  if (carried) verb = arrow ? () => carry(key) : { Enter: lay, Escape: leave }[key] ?? (key === "Tab" ? leave() : null);
  else if (key.toLowerCase() === "m" && target.dataset.lift) verb = () => take(target);
  else if (event.shiftKey && free(cell) && (key === "ArrowRight" || key === "ArrowLeft")) {
    const from = chosen?.from ?? cell;
    const row = [...from.parentElement.cells];
    const next = row[row.indexOf(chosen?.last ?? cell) + (key === "ArrowRight" ? 1 : -1)];
    verb = () => free(next) && choose(from, next);
  } else if (chosen) verb = { Enter: go, Escape: drop }[key] ?? (arrow || key === "Tab" ? drop() : null);
  if (!verb) return;
  swallow(event);
  verb();
}

if (table) {
  table.addEventListener("keydown", keys, true);
  table.addEventListener("dragstart", (event) => event.target.closest(".night") && event.preventDefault());
  document.addEventListener("pointerdown", press);
  document.addEventListener("pointerdown", () => carried && leave());
}
