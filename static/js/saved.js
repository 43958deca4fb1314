// Hearts: a tap saves a product, or saves it no more, without leaving the page; one after the other, as each may begin the list.
import { say } from "./say.js";
import { toast } from "./toast.js";

let turn = Promise.resolve();

function show(button, on) {
  button.setAttribute("aria-pressed", String(on));
  button.name = on ? "drop" : "save";
}

function put(answer) {
  const told = new DOMParser().parseFromString(answer, "text/html");
  for (const part of told.querySelectorAll("[data-saved]"))
    for (const spot of document.querySelectorAll(`[data-saved="${part.dataset.saved}"]`)) {
      const here = spot.querySelector("[aria-current]");  // of the page, which the answer is not
      spot.replaceChildren(...part.cloneNode(true).childNodes);
      if (here) spot.firstElementChild?.setAttribute("aria-current", "page");
    }
  document.getElementById("toasts")?.replaceChildren(...told.querySelectorAll("[data-toast]"));
}

// Whatever does not go well is said by the page that a browser without a script would get.
function plainly(form, name, value) {
  const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
  form.append(field);
  form.submit();
  field.remove();
}

async function send(form, button, name) {
  const all = [...document.querySelectorAll(".heart")].filter((one) => one.value === button.value);
  all.forEach((one) => show(one, name === "save"));
  try {
    const body = new URLSearchParams([[name, button.value]]);
    const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(answer.status);
    put(await answer.text());
  } catch (error) {
    all.forEach((one) => show(one, name !== "save"));
    if (error instanceof TypeError) toast(say("unsaved"), "stay");  // no connection
    else plainly(form, name, button.value);
  }
}

export function tap(form, button) {
  const name = button.name;
  turn = turn.then(() => send(form, button, name));
}
