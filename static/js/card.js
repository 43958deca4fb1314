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

async function check(form, left) {
  const answer = await post(form);
  const told = answer?.ok ? await answer.json().catch(() => null) : null;
  if (told && (!told.waits || ["paid", "overpaid"].includes(told.payment))) return location.replace(location.pathname);
  if (left) setTimeout(() => check(form, left - 1), 3000);
  else location.replace(location.pathname);
}

const card = document.querySelector("form[data-card]");
card?.addEventListener("submit", (event) => {
  event.preventDefault();
  open(card);
});
const asked = document.querySelector("form[data-check]");
if (asked) check(asked, 4);
