// How long a time is still kept, as a clock that counts down; said once when little is left, and when it is over.
const ends = new WeakMap();
const gone = new WeakSet();

function count(ended) {
  for (const spot of document.querySelectorAll("[data-hold]")) {
    if (!ends.has(spot)) ends.set(spot, Date.now() + Number(spot.dataset.hold) * 1000);
    const left = Math.max(0, Math.round((ends.get(spot) - Date.now()) / 1000));
    const { left: told, soon, over } = spot.dataset;
    spot.querySelector("[data-hold-text]").textContent = left ? told.replace("{left}", `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`) : over;
    spot.classList.toggle("hold-soon", left > 0 && left <= 120);
    spot.classList.toggle("hold-over", !left);
    const say = left ? (left <= 120 ? soon : "") : over;
    const voice = document.getElementById("hold-voice");
    if (!left && !gone.has(spot)) { gone.add(spot); ended?.(); }
    if (say && voice && voice.textContent !== say) voice.textContent = say;
  }
}

// `ended`: what follows when one is over.
export function countdown(ended) {
  count(ended);
  setInterval(() => count(ended), 1000);
}
