// The board of opportunities: a card is dragged to another stage, or sent on by Shift and an arrow; what goes is its own button's form.
import { end, start, under } from "./dragging.js";
import { toast } from "./toast.js";

const words = document.querySelector("[data-board]");
const stages = [...document.querySelectorAll("[data-stage]")];
const MOVED = "moved-deal";

const doorTo = (card, stage) => card.querySelector(`[data-action="deal-${stage.dataset.stage}"]`);

function clear() {
  document.querySelector(".landing-on")?.classList.remove("landing-on");
}

function aim(held) {
  const stage = under();
  const fits = stage && doorTo(held.door, stage);
  if (fits) stage.classList.add("landing-on");
  return { text: stage?.dataset.name ?? "—", no: !fits && stage !== held.home };
}

// A card that moved by key is found again by key.
function send(card, stage) {
  sessionStorage.setItem(MOVED, card.dataset.lift);
  doorTo(card, stage).click();
}

function drop(held) {
  const stage = under();
  const { door, home } = held;
  end();
  if (stage && doorTo(door, stage)) doorTo(door, stage).click();
  else if (stage && stage !== home) toast(words.dataset.taken);
}

document.addEventListener("keydown", (event) => {
  const card = event.target.closest("[data-lift]");
  const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!card || !way || !event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const next = stages[stages.indexOf(card.closest("[data-stage]")) + way];
  if (next && next.dataset.stage !== "lost" && doorTo(card, next)) send(card, next);
  else toast(words.dataset.taken);
});

const moved = document.querySelector(`[data-card="${CSS.escape(sessionStorage.getItem(MOVED) ?? "")}"]`);
sessionStorage.removeItem(MOVED);
moved?.querySelector("a").focus();
if (document.querySelector("[data-lift]")) words.hidden = false;
start({ clear, aim, drop });
