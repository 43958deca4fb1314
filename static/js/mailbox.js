// Slips in the domain of an e-mail address: what was probably meant, one tap away. The same rules as kernel/mailbox_slips.py.
import { say } from "./say.js";

const FULL = 5;
const COUNTRY = 2;
let known;

async function list() {
  known ??= fetch(new URL("../mailboxes.json", import.meta.url)).then((answer) => answer.json());
  return known;
}

function oneOff(left, right) {
  const [a, b] = [left, right].map((text) => [text.slice(0, text.lastIndexOf(".")), text.slice(text.lastIndexOf(".") + 1)]);
  if (a[0] === b[0] && a[1].length === COUNTRY && b[1].length === COUNTRY) return false;
  let begins = 0;
  while (begins < Math.min(left.length, right.length) && left[begins] === right[begins]) begins += 1;
  [left, right] = [left.slice(begins), right.slice(begins)];
  while (left && right && left.at(-1) === right.at(-1)) [left, right] = [left.slice(0, -1), right.slice(0, -1)];
  if (left.length === 2 && right.length === 2) return left === right[1] + right[0];
  return Math.max(left.length, right.length) === 1;
}

export async function meant(address) {
  const at = address.trim().lastIndexOf("@");
  if (at < 1) return "";
  const [mailbox, typed] = [address.trim().slice(0, at), address.trim().slice(at + 1).toLowerCase()];
  const { offered, real, endings } = await list();
  const there = new Set([...offered, ...real]);
  if (!typed || there.has(typed)) return "";
  const dot = typed.indexOf(".");
  const mended = dot > 0 && endings.includes(typed.slice(dot + 1)) ? `${typed.slice(0, dot)}.com` : typed;
  const near = there.has(mended) ? mended : offered.find((one) => one.indexOf(".") >= FULL && oneOff(mended, one));
  const found = near ?? (mended === typed ? "" : mended);
  return found && `${mailbox}@${found}`;
}

function spot(field) {
  const there = document.getElementById(`${field.id}-slip`);
  if (there) return there;
  const made = document.createElement("span");
  made.className = "slip";
  made.id = `${field.id}-slip`;
  (field.closest(".field") ?? field.parentElement).append(made);
  return made;
}

// What was typed stays until one taps what is proposed; whoever types on is no longer asked.
export async function look(field) {
  const found = field.id ? await meant(field.value) : "";
  const there = document.getElementById(`${field.id}-slip`);
  if (!found) return there?.replaceChildren();
  const place = there ?? spot(field);
  place.setAttribute("role", "status");
  const [before, after] = say("meant").split("{email}");
  const tap = document.createElement("button");
  tap.type = "button";
  tap.textContent = found;
  tap.addEventListener("click", () => {
    field.value = found;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true }));
    place.replaceChildren();
    field.focus();
  });
  place.replaceChildren(before, tap, after);
}
