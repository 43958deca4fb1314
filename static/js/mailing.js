// A letter on its way: its part of the page is drawn anew every two seconds while somebody looks; seconds count down.
const EVERY = 2000;

function tick() {
  for (const clock of document.querySelectorAll("[data-countdown]")) {
    const left = Math.max(0, Math.round((Date.parse(clock.dateTime) - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }
}

async function look(part) {
  if (document.hidden || part.querySelector("details[open]")) return true;
  const answer = await fetch(part.dataset.live, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return answer === null;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-state]");
  const before = part.querySelector("[data-state]");
  if (!fresh || fresh.dataset.state !== before?.dataset.state) return location.reload();
  const held = document.activeElement?.dataset?.action;
  before.replaceWith(fresh);
  if (held) part.querySelector(`[data-action="${held}"]`)?.focus();
  return true;
}

async function follow(part) {
  while (await look(part)) await new Promise((done) => setTimeout(done, EVERY));
}

// Who changed for whom it is and did not keep that sends to nobody yet: it is kept first, and the number is told anew.
const audience = document.querySelector("form[data-audience]");
document.querySelector(".send-form")?.addEventListener("submit", (event) => {
  if (!audience?.querySelector(".savebar-on")) return;
  event.preventDefault();
  event.stopPropagation();
  const told = Object.assign(document.createElement("input"), { type: "hidden", name: "unsent", value: "1" });
  audience.append(told);
  audience.requestSubmit();
});

// The next days of a letter that is to repeat, told as one chooses them.
async function days(form) {
  const told = new URLSearchParams(new FormData(form));
  const answer = await fetch(`${form.dataset.dates}?${told}`, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-dates-told]");
  if (fresh && String(told) === String(new URLSearchParams(new FormData(form)))) form.querySelector("[data-dates-told]").replaceWith(fresh);
}

for (const form of document.querySelectorAll("form[data-dates]")) form.addEventListener("change", () => days(form));
for (const part of document.querySelectorAll("[data-live]")) if (part.dataset.live) follow(part);
if (document.querySelector("[data-countdown]")) setInterval(tick, 500);
