// Sheets: rows ordered by dragging, new pictures shown before they are sent, folded parts opened where something is wrong.
import { say } from "./say.js";
import { toast } from "./toast.js";

async function keep(list, before, latest) {
  const body = new FormData();
  for (const row of list.querySelectorAll("[data-slug]")) body.append("slug", row.dataset.slug);
  const answer = await fetch(list.dataset.sort, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => null);
  const told = answer?.ok ? await answer.json().catch(() => null) : null;
  if (told?.said) return toast(told.said);
  if (latest()) list.append(...before); // the next one dragged sends the whole order again
  return toast(say("unsaved"), "stay");
}

function number(list) {
  [...list.querySelectorAll("input[name$=-place]")].forEach((field, at) => { field.value = at + 1; });
}

function sort(list) {
  let before = [], turn = 0;
  const done = () => {
    const mine = ++turn;
    if (list.dataset.sortNumber !== undefined) number(list);
    if (list.dataset.sort) keep(list, before, () => mine === turn);
    else list.closest("form")?.dispatchEvent(new Event("input", { bubbles: true }));
  };
  window.Sortable?.create(list, { handle: "[data-grab]", animation: 150, onStart: () => { before = [...list.children]; }, onEnd: done });
}

function show(input) {
  const field = input.closest(".field"), here = field.querySelector("[data-thumbs-here]");
  const files = [...field.querySelectorAll("[data-thumbs]")].flatMap((one) => [...one.files]);
  here.replaceChildren(...files.filter((file) => file.type.startsWith("image/")).map((file) => {
    const item = document.createElement("li");
    const frame = document.createElement("span");
    const picture = document.createElement("img");
    frame.className = "frame frame-square";
    picture.src = URL.createObjectURL(file);
    picture.alt = file.name;
    frame.append(picture);
    item.append(frame);
    return item;
  }));
  here.hidden = !here.children.length;
}

for (const list of document.querySelectorAll("[data-sort]")) sort(list);
for (const input of document.querySelectorAll("[data-thumbs]")) input.addEventListener("change", () => show(input));
document.addEventListener("invalid", ({ target }) => target.closest("details")?.setAttribute("open", ""), true);
for (const wrong of document.querySelectorAll("details [aria-invalid=true]")) wrong.closest("details").open = true;
