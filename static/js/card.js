// Paying by card: a page that is asked for opens at once; after coming back, we ask a few times how it went.
import { toast } from "./toast.js";

const post = (form) => fetch(form.action, { method: "POST", headers: { Accept: "application/json" } }).catch(() => null);

async function open(form) {
  const answer = await post(form);
  const told = await answer?.json().catch(() => null);
  if (told?.url) return location.assign(told.url);
  delete form.dataset.sent;
  form.querySelector("button")?.removeAttribute("aria-busy");
  if (told?.error) toast(told.error, "stay");
  else location.reload();
}

const ask = async (form) => {
  const answer = await post(form);
  return answer?.ok ? answer.json().catch(() => null) : null;
};

async function check(form, left) {
  const told = await ask(form);
  if (told && (!told.waits || ["paid", "overpaid"].includes(told.payment))) return location.replace(location.pathname);
  if (left) setTimeout(() => check(form, left - 1), 3000);
  else location.replace(location.pathname);
}

const card = document.querySelector("form[data-card]");
card?.addEventListener("submit", (event) => {
  event.preventDefault();
  open(card);
});

// Who left the page without paying may have had a card declined there, or have paid in another tab.
async function look(form) {
  const told = await ask(form);
  if (told && (told.declined !== form.dataset.known || !told.waits && !told.declined)) location.replace(location.pathname);
}

const asked = document.querySelector("form[data-check]");
if (asked?.dataset.check === "left") look(asked);
else if (asked) check(asked, 4);
