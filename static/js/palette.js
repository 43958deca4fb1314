// Keys of the back office: Ctrl/⌘ K goes anywhere, / searches, ? lists the keys, two letters open a page.
const root = document.body.dataset.root;
const commands = [...(document.getElementById("commands")?.content.querySelectorAll("a") ?? [])].map((link) => ({
  label: link.textContent.trim(), url: link.getAttribute("href"), key: link.dataset.key,
}));
const box = document.getElementById("palette");
const input = box?.querySelector("input");
const list = box?.querySelector("ul");
let at = 0;
let asked = 0;

const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const rows = () => [...list.querySelectorAll("[role=option]")];

function row(item, index) {
  const made = document.createElement("li");
  made.setAttribute("role", "option");
  made.id = `palette-${index}`;
  made.dataset.url = item.url;
  const label = document.createElement("span");
  label.textContent = item.label;
  const hint = document.createElement("small");
  hint.textContent = item.hint || item.key || "";
  made.append(label, hint);
  return made;
}

function mark(next) {
  const all = rows();
  if (!all.length) return input.removeAttribute("aria-activedescendant");
  at = (next + all.length) % all.length;
  all.forEach((each, index) => each.setAttribute("aria-selected", String(index === at)));
  input.setAttribute("aria-activedescendant", all[at].id);
  all[at].scrollIntoView({ block: "nearest" });
}

function draw(items) {
  list.replaceChildren(...items.map(row));
  mark(0);
}

async function look() {
  const words = plain(input.value.trim());
  const fits = commands.filter((command) => plain(command.label).includes(words));
  const own = [...fits].sort((one, two) => plain(two.label).startsWith(words) - plain(one.label).startsWith(words));
  draw(own);
  const mine = ++asked;
  if (words.length < 2) return;
  const answer = await fetch(`${root}/search?q=${encodeURIComponent(input.value)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const found = (await answer.json()).groups ?? [];
  const items = found.flatMap((group) => group.items.map((item) => ({ ...item, hint: item.hint || group.label })));
  draw([...own, ...items.filter((item) => !own.some((command) => command.url === item.url))]);
}

function open() {
  box.showModal();
  input.value = "";
  look();
}

function keysList() {
  const keys = document.getElementById("keys");
  const body = keys.querySelector("dl");
  if (!body.dataset.full) {
    for (const { label, key } of commands.filter((command) => command.key)) {
      const term = document.createElement("dt");
      term.innerHTML = key.split(" ").map((letter) => `<kbd>${letter}</kbd>`).join(" ");
      const means = document.createElement("dd");
      means.textContent = label;
      body.append(term, means);
    }
    body.dataset.full = "1";
  }
  keys.showModal();
}

let before = "";
function pressed(event) {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return open();
  }
  const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    event.preventDefault();
    return document.getElementById("top-search").focus();
  }
  if (event.key === "?") return keysList();
  const pair = `${before} ${event.key}`;
  const command = commands.find((each) => each.key === pair);
  before = event.key;
  setTimeout(() => { before = ""; }, 1000);
  if (command) location.href = command.url;
}

export function start() {
  if (!box) return;
  document.addEventListener("keydown", pressed);
  document.querySelector("[data-keys]")?.addEventListener("click", keysList);
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) { event.preventDefault(); mark(at + move); }
    if (event.key === "Enter") { event.preventDefault(); rows()[at]?.click(); }
  });
  list.addEventListener("click", ({ target }) => {
    const url = target.closest("[role=option]")?.dataset.url;
    if (url) location.href = url;
  });
  for (const dialog of document.querySelectorAll("dialog.palette")) {
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }
}
