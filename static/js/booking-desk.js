// The calendar by keyboard: arrows walk over free and taken times, Enter chooses, Esc leaves; a day is jumped to at once.
const root = document.querySelector("[data-move]");

function doors(table) {
  return [...table.tBodies].flatMap((body) => [...body.rows]).map((row) => [...row.cells].map((cell) => cell.querySelector("button, a")));
}

function places(table) {
  // The centre of every cell on the page: cells that go on over several rows are found by where they are.
  return doors(table).flat().filter(Boolean).map((door) => {
    const box = door.closest("td, th").getBoundingClientRect();
    return { door, x: box.left + box.width / 2, y: box.top + Math.min(box.height / 2, 14), box };
  });
}

function next(table, from, key) {
  const known = places(table);
  const here = known.find((one) => one.door === from);
  const [along, across, sign] = { ArrowRight: ["x", "y", 1], ArrowLeft: ["x", "y", -1], ArrowDown: ["y", "x", 1], ArrowUp: ["y", "x", -1] }[key];
  const ahead = known.filter((one) => sign * (one[along] - here[along]) > 4);
  const aside = (one) => (across === "x" ? Math.max(0, one.box.left - here.x, here.x - one.box.right) : Math.abs(one.y - here.y));
  const cost = (one) => Math.abs(one[along] - here[along]) + 6 * aside(one);
  return ahead.sort((one, other) => cost(one) - cost(other))[0]?.door;
}

export function rove(table) {
  const all = places(table).map((one) => one.door);
  if (!all.length) return;
  const first = table.querySelector("button") ?? all[0];
  for (const door of all) door.tabIndex = door === first ? 0 : -1;
  table.addEventListener("focusin", ({ target }) => {
    if (!all.includes(target)) return;
    for (const door of all) door.tabIndex = door === target ? 0 : -1;
  });
  table.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow") || event.altKey || event.ctrlKey || event.metaKey || !all.includes(event.target)) return;
    event.preventDefault();
    next(table, event.target, event.key)?.focus();
  });
}

for (const table of document.querySelectorAll("[data-grid], [data-targets]")) rove(table);
document.querySelector("[data-jump]")?.addEventListener("change", ({ target }) => target.value && target.form.requestSubmit());
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, dialog[open]") || event.ctrlKey || event.metaKey || event.altKey) return;
  const wanted = { Escape: "[data-action=give-up]", ",": "[data-earlier]", ".": "[data-later]" }[event.key];
  const door = wanted && document.querySelector(wanted);
  if (!door) return;
  event.preventDefault();
  door.click();
});
if (root && !root.querySelector("[data-errors]")) root.querySelector("[data-targets] button")?.focus({ preventScroll: true });

// Who walks in: what it comes to follows how many they are; the page that nobody sees is asked, and writes nothing.
const sale = document.querySelector("[data-walk-in]");
let asking = null;

async function sum() {
  const shown = [...sale.querySelectorAll("[data-sum]")];
  const told = new FormData(sale);
  told.set("paid", "sum");
  sale.querySelector("[data-total]").textContent = "—";  // an old total would be a wrong one
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(sale.action, { method: "POST", body: told, signal: asking.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const one of shown) {
      const now = page.querySelector(`[data-sum="${one.dataset.sum}"]`);
      if (now) one.replaceChildren(...now.childNodes);
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

sale?.addEventListener("change", ({ target }) => { if (target.closest(".people-list, .series")) sum(); });
