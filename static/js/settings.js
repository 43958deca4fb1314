// Settings: the look is shown while it is chosen, a preset brings its colours, hours are copied.
import "./places.js";

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

function sameHours(button) {
  const list = button.closest("section").querySelector(".hours");
  for (const which of ["opens", "closes"]) {
    const first = list.querySelector(`[name=${which}-mon]`).value;
    for (const day of ["tue", "wed", "thu", "fri"]) list.querySelector(`[name=${which}-${day}]`).value = first;
  }
  list.querySelector("input").dispatchEvent(new Event("input", { bubbles: true }));
}

for (const form of document.querySelectorAll("form[data-look]")) look(form);
for (const button of document.querySelectorAll("[data-same-hours]")) button.addEventListener("click", () => sameHours(button));
