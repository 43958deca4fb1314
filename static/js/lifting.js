// Dragging on the calendar: a mouse or a finger that rests lifts a booking; what is free the page of its move says, and what that page would send is sent where it is let go.
import { toast } from "./toast.js";

const NEAR = 30 * 60_000; // ms: what is farther from the pointer is not meant
const REST = 450; // ms that a finger stays before it lifts: until then it scrolls
const SLIP = 8; // px
const EDGE = 56; // px from where what can be scrolled goes on
const DAY = 86_400_000; // ms
const words = document.querySelector("[data-lifting]");
let held = null;

const moment = (stamp) => Date.parse(stamp.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
const later = (day, count) => new Date(Date.parse(day) + count * DAY).toISOString().slice(0, 10);
const dayOf = (node) => node.closest("[data-day]").dataset.day;

async function read(url, day) {
  const answer = await fetch(`${url}?day=${day}`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const cells = [...page.querySelectorAll("[data-targets] [data-to]")];
  const days = page.querySelector("[data-targets]")?.dataset.days.split(" ") ?? [];
  const times = cells.map((cell) => {
    const [at, unit] = cell.dataset.to.split(" ");
    const { day: on, to, label } = cell.dataset;
    return { at, unit, day: on, to, label, free: Boolean(cell.querySelector("button")), here: cell.className === "target-here" };
  });
  return new Map([day, ...days].map((one) => [one, times.filter((time) => time.day === one)]));
}

// The times of that day once they are known; they are asked for once.
function timesOn(day) {
  const mine = held;
  if (!mine.asked.has(day)) {
    const asked = read(mine.door.dataset.lift, day).catch(() => new Map([[day, []]])).then((known) => {
      for (const [one, times] of known) mine.known.set(one, times);
      if (held === mine && mine.card) show();
    });
    mine.asked.set(day, asked);
  }
  return mine.known.get(day);
}

// Which moment is at that height of a day: between two rows as far as it is between them.
function momentAt(table, y) {
  const rows = [...table.querySelectorAll("tr[data-at]")].map((row) => ({ at: moment(row.dataset.at), box: row.getBoundingClientRect() }));
  const row = rows.findLast((one) => one.box.top <= y) ?? rows[0];
  const next = rows[rows.indexOf(row) + 1]?.at ?? row.at + NEAR;
  return row.at + ((next - row.at) * (y - row.box.top)) / row.box.height;
}

function heightOf(table, at) {
  const rows = [...table.querySelectorAll("tr[data-at]")];
  const row = rows.findLast((one) => moment(one.dataset.at) <= at) ?? rows[0];
  const next = rows[rows.indexOf(row) + 1];
  const { top, height } = row.getBoundingClientRect();
  const whole = (next ? moment(next.dataset.at) : moment(row.dataset.at) + NEAR) - moment(row.dataset.at);
  return top + (height * (at - moment(row.dataset.at))) / whole;
}

// Whether it has that unit now: who has several, or a room and a person, can be moved along the place of each.
function own(unit) {
  return [...held.known.values()].flat().some((one) => one.here && one.unit === unit);
}

// The time that a place stands for, of its unit and day: on a day's table the nearest one, taken or not, elsewhere the nearest
// that is free; undefined while that is asked for.
function meant(zone) {
  const shift = (Date.parse(dayOf(zone)) - Date.parse(held.grabbed)) / DAY;
  const table = held.door.dataset.kind === "nights" ? null : zone.closest("[data-rows]");
  const day = later(held.day, shift);
  const times = timesOn(day);
  if (!times) return undefined;
  const { unit, at } = zone.dataset;
  const fits = (one) => !unit || one.unit === unit || (unit === held.unit && own(one.unit));
  const fitting = times.filter((one) => (at ? one.at === at : fits(one) && (table || one.free || one.here)));
  const wanted = table ? momentAt(table, held.y - held.grip) : held.from + shift * DAY;
  const far = (one) => Math.abs(moment(one.at) - wanted) + (one.unit === held.unit ? 0 : 1);
  const best = fitting.sort((one, other) => far(one) - far(other))[0];
  return best && !(table && far(best) > NEAR) ? best : null;
}

// Where the pointer is: the innermost place that can be meant, and its time.
function aim() {
  const inside = document.elementFromPoint(held.x, held.y)?.closest("[data-land]") ?? null;
  for (let zone = inside; zone; zone = zone.parentElement.closest("[data-land]")) {
    const time = meant(zone);
    if (time !== null) return { zone, time };
  }
  return { zone: inside, time: null };
}

function clear() {
  document.querySelector(".landing-on")?.classList.remove("landing-on");
  held.mark.hidden = true;
}

// On a day's table the mark covers the very time; elsewhere the place is marked.
function point(zone, time) {
  const table = zone.closest("[data-rows]");
  if (!table || held.door.dataset.kind === "nights") return zone.classList.add("landing-on");
  const box = zone.getBoundingClientRect();
  const [top, bottom] = [0, Number(held.door.dataset.minutes) * 60_000].map((more) => heightOf(table, moment(time.at) + more));
  Object.assign(held.mark.style, { left: `${box.left}px`, width: `${box.width}px`, top: `${top}px`, height: `${bottom - top}px` });
  held.mark.hidden = false;
}

function show() {
  const { zone, time } = aim();
  clear();
  if (time?.free) point(zone, time);
  held.card.lastChild.textContent = time ? time.label : time === undefined ? "…" : "—";
  held.card.classList.toggle("lifted-no", time !== undefined && !time?.free && !time?.here);
  const left = Math.min(held.x + 12, document.documentElement.clientWidth - held.card.offsetWidth - 8);
  const top = held.y - held.card.offsetHeight - (held.touch ? 28 : 12);
  held.card.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
}

// What can be scrolled goes on while the pointer rests near its edge.
function roll() {
  if (!held?.card) return;
  const box = held.door.closest(".grid-box");
  const side = box?.getBoundingClientRect();
  const along = side && held.moved && (held.x > side.right - EDGE ? 6 : held.x < side.left + EDGE ? -6 : 0);
  const down = !held.moved ? 0 : held.y > innerHeight - EDGE ? 6 : held.y < EDGE ? -6 : 0;
  if (along) box.scrollBy(along, 0);
  if (down) window.scrollBy(0, down);
  if (along || down) show();
  requestAnimationFrame(roll);
}

function part(name, ...texts) {
  const node = document.createElement("div");
  node.className = name;
  node.setAttribute("aria-hidden", "true");
  node.append(...texts.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
  document.body.append(node);
  return node;
}

// What the browser takes for a click once it is let go, or given up with the button still down; a key's click has no detail.
function swallow(event) {
  if (!event.detail) return;
  event.preventDefault();
  event.stopPropagation();
}

function lift() {
  clearTimeout(held.timer);
  document.addEventListener("click", swallow, true);
  held.mark = part("landing");
  held.card = part("lifted", held.door.dataset.name, "…");
  held.door.classList.add("lifted-from");
  document.documentElement.classList.add("lifting");
  held.door.setPointerCapture(held.id);
  show();
  requestAnimationFrame(roll);
}

function end() {
  if (!held) return;
  clearTimeout(held.timer);
  if (held.card) {
    clear();
    held.card.remove();
    held.mark.remove();
    held.door.classList.remove("lifted-from");
    document.documentElement.classList.remove("lifting");
  }
  held = null;
}

function send(url, to) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: url, hidden: true });
  for (const [name, value] of [["to", to], ["next", location.pathname + location.search]]) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}

async function drop() {
  const mine = held;
  let { zone, time } = aim();
  if (time === undefined) {
    await Promise.all(mine.asked.values());
    if (held !== mine) return;
    ({ zone, time } = aim());
  }
  const url = `${mine.door.dataset.lift}?day=${time?.day ?? ""}`;
  end();
  if (time?.free) send(url, time.to);
  else if (zone && !time?.here && zone !== mine.home) toast(words.dataset.taken);
}

function press(event) {
  document.removeEventListener("click", swallow, true);
  const door = event.target.closest("[data-lift]");
  if (!door || event.button || !event.isPrimary || held) return;
  const home = door.closest("[data-land]");
  const grip = door.closest("[data-rows]") ? event.clientY - home.getBoundingClientRect().top : 0;
  const { ownDay: day, from } = door.dataset;
  held = {
    door, home, day, from: moment(from), grabbed: dayOf(door), unit: home?.dataset.unit, id: event.pointerId, touch: event.pointerType !== "mouse",
    x: event.clientX, y: event.clientY, grip, known: new Map(), asked: new Map(),
  };
  if (held.touch) held.timer = setTimeout(lift, REST);
}

function follow(event) {
  if (event.pointerId !== held?.id) return;
  if (!held.card) {
    if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < SLIP) return;
    if (held.touch) return end(); // it scrolls
    lift();
  }
  Object.assign(held, { x: event.clientX, y: event.clientY, moved: true });
  show();
}

function letGo(event) {
  if (event.pointerId !== held?.id) return;
  if (!held.card) return end();
  held.id = null; // it is followed no more
  drop();
}

for (const door of document.querySelectorAll("[data-lift]")) {
  door.draggable = false;
  door.addEventListener("touchmove", (event) => held?.card && event.cancelable && event.preventDefault(), { passive: false });
  door.addEventListener("contextmenu", (event) => held?.touch && event.preventDefault());
  words.hidden = false;
}
document.addEventListener("pointerdown", press);
document.addEventListener("pointermove", follow);
document.addEventListener("pointerup", letGo);
document.addEventListener("pointercancel", end);
window.addEventListener("blur", end);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !held?.card) return;
  event.preventDefault();
  event.stopPropagation();
  end();
}, true);
