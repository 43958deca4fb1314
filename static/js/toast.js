// Toasts: read aloud, gone after 5 s (with an undo 8) or at a tap, waiting while pointed at or focused; Ctrl/⌘ Z presses the newest "undo".
import { say } from "./say.js";

const STAY = 5000;
const STAY_TO_UNDO = 8500;

function live(line) {
  if (line.dataset.seen) return;
  line.dataset.seen = "1";
  line.querySelector("[data-close]")?.addEventListener("click", () => line.remove());
  if (line.dataset.toast === "stay") return;
  line.addEventListener("click", ({ target }) => target.closest("button, a") || line.remove());
  let left = line.querySelector("[data-undo]") ? STAY_TO_UNDO : STAY;
  let last = performance.now();
  const held = () => line.matches(":hover") || line.contains(document.activeElement) || document.hidden;
  const clock = setInterval(() => {
    const now = performance.now();
    if (!held()) left -= now - last;
    last = now;
    if (left <= 0 || !line.isConnected) {
      clearInterval(clock);
      line.remove();
    }
  }, 250);
}

function undoer(line, undo) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "toast-do";
  button.dataset.undo = "";
  button.textContent = say("undoing");
  button.addEventListener("click", () => { line.remove(); undo(); });
  return button;
}

// `undo` is what a button of that name does.
export function toast(text, kind = "go", undo = null) {
  const box = document.getElementById("toasts");
  if (!box) return null;
  const line = document.createElement("div");
  line.className = "toast-line" + (kind === "stay" ? " toast-bad" : "");
  line.dataset.toast = kind;
  const words = document.createElement("p");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.dataset.close = "";
  close.textContent = "×";
  close.setAttribute("aria-label", say("close"));
  line.append(words, ...(undo ? [undoer(line, undo)] : []), close);
  box.append(line);
  live(line);
  return line;
}

export function start() {
  const box = document.getElementById("toasts");
  if (!box) return;
  box.querySelectorAll("[data-toast]").forEach(live);
  new MutationObserver(() => box.querySelectorAll("[data-toast]").forEach(live)).observe(box, { childList: true });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    const last = [...box.querySelectorAll("[data-undo]")].pop();
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey && !typing && last) {
      event.preventDefault();
      last.click();
    }
  });
}
