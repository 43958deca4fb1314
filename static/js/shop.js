// A shop page comes alive: everything here is a comfort, the page works without it.
import * as options from "./options.js";
import * as small from "./small.js";
import * as toast from "./toast.js";
import * as validate from "./validate.js";

document.documentElement.classList.add("has-js");
for (const part of [validate, toast, small, options]) part.start();
document.querySelector(".cats [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// What helps while somebody types a search comes when they begin to.
document.addEventListener("focusin", ({ target }) => {
  const form = target.closest("[data-seek]");
  if (form && target.matches("input")) import("./seek.js").then((seek) => seek.help(form));
});
const first = document.activeElement?.closest?.("[data-seek]"); // it had the focus before this was here
if (first) import("./seek.js").then((seek) => seek.help(first));
