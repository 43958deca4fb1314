// Hints under a search box: links that the arrows reach and Escape closes; Enter in the box searches as ever.
const WAIT = 180, FEWEST = 2, KEPT = 30;
const answers = new Map();

async function ask(address, words, signal) {
  const key = words.toLowerCase();
  if (answers.has(key)) return answers.get(key);
  const answer = await fetch(`${address}?q=${encodeURIComponent(words)}`, { signal }).catch(() => null);
  if (!answer?.ok) return "";
  const text = await answer.text();
  if (answers.size >= KEPT) answers.delete(answers.keys().next().value);
  answers.set(key, text);
  return text;
}

// What only they need is not for everybody's first visit.
function dress() {
  const address = new URL("../css/hints.css", import.meta.url).pathname;
  if (document.querySelector(`link[href="${address}"]`)) return;
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = address;
  document.head.append(sheet);
}

export function help(form) {
  if (!form || form.dataset.helped) return;
  form.dataset.helped = "1";
  dress();
  const input = form.querySelector("input");
  const box = document.createElement("div");
  const told = document.createElement("p");
  box.className = "hints";
  box.id = `hints-${document.querySelectorAll(".hints").length}`;
  box.hidden = true;
  told.className = "visually-hidden";
  told.setAttribute("role", "status");
  form.append(box, told);
  input.setAttribute("aria-controls", box.id);
  let timer = 0;
  let under = null;

  const links = () => [...box.querySelectorAll("a")];

  function show(html) {
    box.innerHTML = html;
    box.hidden = !html;
    told.textContent = box.firstElementChild?.dataset.told ?? "";
  }

  async function look() {
    const words = input.value.trim();
    under?.abort();
    under = new AbortController();
    const { signal } = under;
    const html = words.length < FEWEST ? "" : await ask(`${form.getAttribute("action")}/suggestions`, words, signal);
    if (!signal.aborted && form.contains(document.activeElement)) show(html);
  }

  function move(event) {
    if (event.key === "Escape" && !box.hidden) {
      event.preventDefault();
      input.focus();
      return show("");
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || box.hidden) return;
    event.preventDefault();
    const ring = [input, ...links()];
    ring[(ring.indexOf(document.activeElement) + step + ring.length) % ring.length].focus();
  }

  input.autocomplete = "off";
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, WAIT);
  });
  form.addEventListener("keydown", move);
  form.addEventListener("focusout", ({ relatedTarget }) => { if (!form.contains(relatedTarget)) show(""); });
  form.addEventListener("submit", () => { clearTimeout(timer); under?.abort(); show(""); });
  if (input.value.trim() && input.value !== input.defaultValue) look();
}
