// A shop page comes alive: everything here is a comfort, the page works without it.
import * as options from "./options.js";
import * as small from "./small.js";
import * as toast from "./toast.js";
import * as validate from "./validate.js";

document.documentElement.classList.add("has-js");
for (const part of [validate, toast, small, options]) part.start();
document.getElementById("heart")?.addEventListener("submit", (event) => {
  event.preventDefault();
  import("./saved.js").then((saved) => saved.tap(event.target, event.submitter));  // not before somebody wants it
});
document.querySelector(".cats [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

const seek = ({ target }) => target.closest("[role=search]") && import("./seek.js").then(({ help }) => help(target.form));
document.addEventListener("focusin", seek);
seek({ target: document.activeElement });
