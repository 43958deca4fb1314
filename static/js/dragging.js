// Dragging: a mouse, or a finger that rests, lifts what has `data-lift`; its card follows the pointer, Escape gives it up.
// Who uses it says what a place means: { box, hold(held), lifted(held), aim(held) → { text, no }, clear(held), drop(held) }.
const REST = 450; // ms that a finger stays before it lifts: until then it scrolls
const SLIP = 8; // px
const EDGE = 56; // px from where what can be scrolled goes on
let way = null;
let held = null;

export function part(name, ...texts) {
  const node = document.createElement("div");
  node.className = name;
  node.setAttribute("aria-hidden", "true");
  node.append(...texts.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
  document.body.append(node);
  return node;
}

// Whether that one is still held: who asks something meanwhile may come back too late.
export const holds = (one) => held === one;

// The innermost place under the pointer that can be meant.
export const under = () => document.elementFromPoint(held.x, held.y)?.closest("[data-land]") ?? null;

export function show() {
  way.clear(held);
  const { text, no } = way.aim(held);
  held.card.lastChild.textContent = text;
  held.card.classList.toggle("lifted-no", no);
  const left = Math.min(held.x + 12, document.documentElement.clientWidth - held.card.offsetWidth - 8);
  const top = held.y - held.card.offsetHeight - (held.touch ? 28 : 12);
  held.card.style.transform = `translate(${Math.max(8, left)}px, ${Math.max(8, top)}px)`;
}

// What can be scrolled goes on while the pointer rests near its edge.
function roll() {
  if (!held?.card) return;
  const box = way.box && held.door.closest(way.box);
  const side = box?.getBoundingClientRect();
  const along = side && held.moved && (held.x > side.right - EDGE ? 6 : held.x < side.left + EDGE ? -6 : 0);
  const down = !held.moved ? 0 : held.y > innerHeight - EDGE ? 6 : held.y < EDGE ? -6 : 0;
  const within = side && held.moved && (held.y > side.bottom - EDGE ? 6 : held.y < side.top + EDGE ? -6 : 0);
  if (along || within) box.scrollBy(along, within);
  if (down) window.scrollBy(0, down);
  if (along || within || down) show();
  requestAnimationFrame(roll);
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
  way.lifted?.(held);
  held.card = part("lifted", held.door.dataset.name, "…");
  held.door.classList.add("lifted-from");
  document.documentElement.classList.add("lifting");
  held.door.setPointerCapture(held.id);
  show();
  requestAnimationFrame(roll);
}

export function end() {
  if (!held) return;
  clearTimeout(held.timer);
  if (held.card) {
    way.clear(held);
    way.ended?.(held);
    held.card.remove();
    held.door.classList.remove("lifted-from");
    document.documentElement.classList.remove("lifting");
  }
  held = null;
}

function press(event) {
  document.removeEventListener("click", swallow, true);
  const door = event.target.closest("[data-lift]");
  if (!door || event.button || !event.isPrimary || held) return;
  const home = door.closest("[data-land]");
  held = { door, home, id: event.pointerId, touch: event.pointerType !== "mouse", x: event.clientX, y: event.clientY };
  way.hold?.(held);
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
  way.drop(held);
}

export function start(how) {
  way = how;
  for (const door of document.querySelectorAll("[data-lift]")) {
    for (const one of [door, ...door.querySelectorAll("a")]) one.draggable = false;
    door.addEventListener("touchmove", (event) => held?.card && event.cancelable && event.preventDefault(), { passive: false });
    door.addEventListener("contextmenu", (event) => held?.touch && event.preventDefault());
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
}
