// Dragging on the calendar: what is free the page of a booking's move says, and what that page would send is sent where it is let go.
import { end, holds, part, show, start, under } from "./dragging.js";
import { toast } from "./toast.js";

const NEAR = 30 * 60_000; // ms: what is farther from the pointer is not meant
const DAY = 86_400_000; // ms
const words = document.querySelector("[data-lifting]");

const moment = (stamp) => Date.parse(stamp.replace(/(....)(..)(..T..)(..)(..Z)/, "$1-$2-$3:$4:$5"));
export const later = (day, count) => new Date(Date.parse(day) + count * DAY).toISOString().slice(0, 10);

// Which night of a bar is at that place: its half days are alike wide, and its first one may be a morning.
function nightIn(place, x) {
  const { left, width } = place.getBoundingClientRect();
  const found = Math.floor(((x - left) / (width / place.colSpan) + Number(place.dataset.half)) / 2);
  return Math.min(Math.max(found, 0), Number(place.dataset.nights) - 1);
}

function dayOf(node, x) {
  const place = node.closest("[data-day]");
  return place.dataset.nights ? later(place.dataset.day, nightIn(place, x)) : place.dataset.day;
}

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
export function timesOn(mine, day) {
  if (!mine.asked.has(day)) {
    const asked = read(mine.door.dataset.lift, day).catch(() => new Map([[day, []]])).then((known) => {
      for (const [one, times] of known) mine.known.set(one, times);
      if (holds(mine) && mine.card) show();
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
function own(held, unit) {
  return [...held.known.values()].flat().some((one) => one.here && one.unit === unit);
}

// The time that a place stands for, of its unit and day: on a day's table the nearest one, taken or not, elsewhere the nearest
// that is free; undefined while that is asked for.
function meant(held, zone) {
  const shift = (Date.parse(dayOf(zone, held.x)) - Date.parse(held.grabbed)) / DAY;
  const table = held.door.dataset.kind === "nights" ? null : zone.closest("[data-rows]");
  const day = later(held.day, shift);
  const times = timesOn(held, day);
  if (!times) return undefined;
  const { unit, at } = zone.dataset;
  const fits = (one) => !unit || one.unit === unit || (unit === held.unit && own(held, one.unit));
  const fitting = times.filter((one) => (at ? one.at === at : fits(one) && (table || one.free || one.here)));
  const wanted = table ? momentAt(table, held.y - held.grip) : held.from + shift * DAY;
  const far = (one) => Math.abs(moment(one.at) - wanted) + (one.unit === held.unit ? 0 : 1);
  const best = fitting.sort((one, other) => far(one) - far(other))[0];
  return best && !(table && far(best) > NEAR) ? best : null;
}

// Where the pointer is: the innermost place that can be meant, and its time.
function target(held) {
  const inside = under();
  for (let zone = inside; zone; zone = zone.parentElement.closest("[data-land]")) {
    const time = meant(held, zone);
    if (time !== null) return { zone, time };
  }
  return { zone: inside, time: null };
}

function clear(held) {
  document.querySelector(".landing-on")?.classList.remove("landing-on");
  held.mark.hidden = true;
}

// On a month the mark covers all the nights that it would have there.
function stretch(held, zone) {
  const { left, width, top, height } = zone.getBoundingClientRect();
  const half = width / zone.colSpan;
  const before = (Date.parse(held.grabbed) - Date.parse(held.day)) / DAY;
  const at = zone.dataset.nights ? 2 * nightIn(zone, held.x) - Number(zone.dataset.half) : 0;
  const long = 2 * half * Math.max(1, Math.round((Number(held.door.dataset.minutes) * 60_000) / DAY));
  Object.assign(held.mark.style, { left: `${left + half * (at - 2 * before)}px`, width: `${long}px`, top: `${top}px`, height: `${height}px` });
  held.mark.hidden = false;
}

// On a day's table the mark covers the very time; elsewhere the place is marked.
function point(held, zone, time) {
  if (zone.closest("[data-board]")) return stretch(held, zone);
  const table = zone.closest("[data-rows]");
  if (!table || held.door.dataset.kind === "nights") return zone.classList.add("landing-on");
  const box = zone.getBoundingClientRect();
  const [top, bottom] = [0, Number(held.door.dataset.minutes) * 60_000].map((more) => heightOf(table, moment(time.at) + more));
  Object.assign(held.mark.style, { left: `${box.left}px`, width: `${box.width}px`, top: `${top}px`, height: `${bottom - top}px` });
  held.mark.hidden = false;
}

export function send(url, to) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: url, hidden: true });
  for (const [name, value] of [["to", to], ["next", location.pathname + location.search]]) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
}

async function drop(mine) {
  let { zone, time } = target(mine);
  if (time === undefined) {
    await Promise.all(mine.asked.values());
    if (!holds(mine)) return;
    ({ zone, time } = target(mine));
  }
  const url = `${mine.door.dataset.lift}?day=${time?.day ?? ""}`;
  end();
  if (time?.free) send(url, time.to);
  else if (zone && !time?.here && zone !== mine.home) toast(words.dataset.taken);
}

// What is known of it from the start: where and when it is, and how far below its beginning it was taken.
function hold(held) {
  const { door, home } = held;
  const grip = door.closest("[data-rows]") ? held.y - home.getBoundingClientRect().top : 0;
  const { ownDay: day, from } = door.dataset;
  Object.assign(held, { day, from: moment(from), grabbed: dayOf(door, held.x), unit: home?.dataset.unit, grip, known: new Map(), asked: new Map() });
}

function aim(held) {
  const { zone, time } = target(held);
  if (time?.free) point(held, zone, time);
  return { text: time ? time.label : time === undefined ? "…" : "—", no: time !== undefined && !time?.free && !time?.here };
}

const lifted = (held) => { held.mark = part("landing"); };
const ended = (held) => held.mark.remove();

if (document.querySelector("[data-lift]")) words.hidden = false;
start({ box: ".grid-box", hold, lifted, aim, clear, ended, drop });
