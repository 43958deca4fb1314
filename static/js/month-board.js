// The month of bookings: it opens at today; a booking is carried by keys.
import { part } from "./dragging.js";
import { later, send, timesOn } from "./lifting.js";
import * as choice from "./month-choice.js";

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
  let verb = null;
  if (carried) verb = key.startsWith("Arrow") ? () => carry(key) : { Enter: lay, Escape: leave }[key] ?? (key === "Tab" ? leave() : null);
  else if (key.toLowerCase() === "m" && target.dataset.lift) verb = () => take(target);
  else if (!(key === "Tab" && event.shiftKey)) verb = choice.verb(event);
  if (!verb) return;
  event.preventDefault();
  event.stopPropagation();
  verb();
}

if (table) {
  table.addEventListener("keydown", keys, true);
  document.addEventListener("pointerdown", () => carried && leave());
}
