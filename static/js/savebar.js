// The save bar: there while a form differs from what was loaded; leaving warns only then.
function state(form) {
  return JSON.stringify([...new FormData(form)].map(([key, value]) => [key, value instanceof File ? value.name : value]));
}

function watch(form) {
  const bar = form.querySelector("[data-bar]");
  const first = state(form);
  let sending = false;
  const dirty = () => state(form) !== first;
  const look = () => {
    const on = dirty();
    bar.classList.toggle("savebar-on", on);
    bar.hidden = !on;
  };
  form.addEventListener("input", look);
  form.addEventListener("change", look);
  form.addEventListener("reset", () => setTimeout(look));
  document.addEventListener("submit", (event) => { if (!event.defaultPrevented) sending = event.target === form || sending; });
  addEventListener("beforeunload", (event) => { if (!sending && dirty()) event.preventDefault(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
      event.preventDefault();
      if (dirty()) form.requestSubmit();
    }
  });
  if (form.querySelector("[aria-invalid=true]")) bar.classList.add("savebar-on");
  else look();
}

export function start() {
  for (const form of document.querySelectorAll("form[data-savebar]")) if (form.querySelector("[data-bar]")) watch(form);
}
