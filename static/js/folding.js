// On a phone a page of many blocks is a list: each opens at a touch and says meanwhile how it begins.
const NARROW = matchMedia("(max-width: 47.99rem)");
const FEW = 3;

function beginning(body) {
  for (const field of body.querySelectorAll("input[type=text], input:not([type]), textarea")) {
    const text = field.value.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();
    if (text && !/^[\d\s.,:-]+$/.test(text)) return text;
  }
  return "";
}

function open(row, wanted) {
  const [head, body] = [row.querySelector(".block-fold"), row.querySelector(".block-body")];
  if (!head) return;
  head.setAttribute("aria-expanded", wanted);
  body.hidden = !wanted;
  head.querySelector(".block-begins").textContent = wanted ? "" : beginning(body);
}

function upgrade(row) {
  const [title, body] = [row.querySelector(".block-head h2"), row.querySelector(".block-body")];
  const head = Object.assign(document.createElement("button"), { type: "button", className: "block-fold" });
  const begins = Object.assign(document.createElement("span"), { className: "block-begins" });
  head.append(...title.childNodes, begins);
  head.setAttribute("aria-controls", body.id);
  head.addEventListener("click", () => open(row, body.hidden));
  title.append(head);
  const wrong = body.querySelector("[aria-invalid=true], .error:not(:empty)");
  const led = document.getElementById(location.hash.slice(1)); // the block, or a version in it
  open(row, Boolean(wrong) || row.contains(led));
}

// Whoever is led to a field finds it open.
function reach(id) {
  const row = id && document.getElementById(id)?.closest("[data-block-row]");
  if (!row) return;
  open(row, true);
  document.getElementById(id).scrollIntoView();
}

export function start(list) {
  const rows = [...list.querySelectorAll("[data-block-row]")];
  if (!NARROW.matches || rows.length < FEW) return;
  for (const row of rows) upgrade(row);
  addEventListener("hashchange", () => reach(location.hash.slice(1)));
  document.addEventListener("click", ({ target }) => reach(target.closest?.("a[href^='#']")?.hash.slice(1)));
  list.addEventListener("invalid", ({ target }) => open(target.closest("[data-block-row]"), true), true);
}
