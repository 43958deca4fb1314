// New orders: asks now and then, counts them in the title and in the rail, and says so once.
import { say } from "./say.js";
import { toast } from "./toast.js";

const EVERY = 20000;
const title = document.title;
let known = null;

function show(orders) {
  document.title = orders ? `(${orders}) ${title}` : title;
  for (const badge of document.querySelectorAll("[data-badge=orders]")) {
    badge.textContent = orders;
    badge.hidden = !orders;
  }
}

async function ask() {
  const answer = await fetch(`${document.body.dataset.root}/pulse`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.status === 404) return false;
  if (!answer?.ok) return true;
  const { orders, latest } = await answer.json();
  if (known !== null && latest && latest !== known) toast(`${say("neworder")} ${latest}`);
  known = latest ?? "";
  show(orders);
  return true;
}

export async function start() {
  if (await ask()) setInterval(ask, EVERY);
}
