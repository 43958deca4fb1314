// Settings: the look is shown while it is chosen, a preset brings its colours, parts of a country follow each other.
function look(form) {
  const inside = document.querySelector("[data-preview-frame] iframe");
  let timer, last = 0;
  const show = async () => {
    const mine = ++last;
    const told = new FormData(form);
    for (const name of ["logo", "hero"]) told.delete(name);
    const answer = await fetch(form.dataset.look, { method: "POST", body: told, headers: { Accept: "application/json" } });
    if (answer.ok && mine === last) inside.src = (await answer.json()).preview;
  };
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(show, 250); });
  form.addEventListener("reset", () => setTimeout(show));
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "preset") return;
    for (const role of ["primary", "accent", "surface"]) form.elements[role].value = target.dataset[role];
    form.dispatchEvent(new Event("input"));
  });
}

function places(box) {
  const levels = [...box.querySelectorAll("select[data-level]")].sort((one, other) => one.dataset.level - other.dataset.level);
  const every = levels.map((select) => [...select.querySelectorAll("optgroup")]);
  const follow = () => levels.forEach((select, at) => {
    if (!at || !every[at].length) return;
    const above = levels.slice(0, at).map((each) => each.value).join("|");
    for (const group of every[at]) group.remove();
    const mine = every[at].find((group) => group.dataset.below === above);
    if (mine) select.append(mine);
    if (![...select.options].some((option) => option.selected)) select.value = "";
  });
  box.addEventListener("change", ({ target }) => {
    for (const select of levels) if (target.dataset.level && select.dataset.level > target.dataset.level) select.value = "";
    follow();
  });
  follow();
}

function sameHours(button) {
  const list = button.closest("section").querySelector(".hours");
  for (const which of ["opens", "closes"]) {
    const first = list.querySelector(`[name=${which}-mon]`).value;
    for (const day of ["tue", "wed", "thu", "fri"]) list.querySelector(`[name=${which}-${day}]`).value = first;
  }
  list.querySelector("input").dispatchEvent(new Event("input", { bubbles: true }));
}

for (const form of document.querySelectorAll("form[data-look]")) look(form);
for (const box of document.querySelectorAll("[data-places]")) places(box);
for (const button of document.querySelectorAll("[data-same-hours]")) button.addEventListener("click", () => sameHours(button));
