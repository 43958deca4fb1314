// Blocks: order by keys, a field of the reader put where one writes, and what is still missing told anew after each draft.
import { start as fold } from "./folding.js";

function tell(row) {
  row.closest("form")?.dispatchEvent(new Event("input", { bubbles: true }));
}

function step(row, way) {
  const other = way === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (way === "up") other.before(row);
  else other.after(row);
  tell(row);
}

function keys(list) {
  list.addEventListener("keydown", (event) => {
    const row = event.target.closest("[data-block-row]");
    const way = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    if (!row || !event.altKey || !way) return;
    event.preventDefault();
    const here = document.activeElement;
    step(row, way);
    here.focus();
    row.scrollIntoView({ block: "nearest" });
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (!button) return;
    event.preventDefault();
    step(button.closest("[data-block-row]"), button.dataset.move);
    button.focus();
  });
}

function written(code, words) {
  return code === "first_name" || code === "name" ? `{{ ${code} | default: "${words}" }}` : `{{ ${code} }}`;
}

function put(select, words) {
  const field = document.getElementById(select.dataset.insert);
  const page = document.getElementById(`${select.dataset.insert}-page`);
  const text = written(select.value, words);
  select.value = "";
  if (page) {
    page.focus();
    const range = page.ownerDocument.getSelection();
    if (!range.rangeCount || !page.contains(range.anchorNode)) {
      range.selectAllChildren(page);
      range.collapseToEnd();
    }
    document.execCommand("insertText", false, text);
    return;
  }
  const at = field.selectionStart ?? field.value.length;
  field.setRangeText(text, at, field.selectionEnd ?? at, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
}

function missing(form) {
  const box = document.querySelector("[data-problems]");
  form.addEventListener("kept", ({ detail }) => {
    if (!box || !detail.problems) return;
    box.hidden = !detail.problems.length;
    box.querySelector("ul").replaceChildren(...detail.problems.map(({ told, at }) => {
      const item = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { textContent: told, href: at });
      item.append(link);
      return item;
    }));
  });
}

function look(form) {
  const frame = document.querySelector("[data-preview-frame] iframe");
  for (const select of document.querySelectorAll("[data-look]")) {
    select.addEventListener("change", () => {
      const url = new URL(frame.src);
      url.searchParams.set(select.dataset.look, select.value);
      frame.src = url;
      form.dispatchEvent(new Event("input", { bubbles: true }));
    });
  }
}

for (const list of document.querySelectorAll("[data-blocks]")) {
  keys(list);
  fold(list);
}
for (const select of document.querySelectorAll("[data-insert]")) {
  select.addEventListener("change", () => select.value && put(select, select.closest("form").dataset.friend ?? ""));
}
const letter = document.querySelector("form[data-friend]");
if (letter) {
  missing(letter);
  look(letter);
}
