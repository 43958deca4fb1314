// The sale at the counter: a tap adds, typing looks, a choice shows its cost; only the parts that moved are put in.
const form = document.querySelector("form[data-sale]");
let asking = null;
let wait = null;

function path(field) {
  if (field.id) return `#${CSS.escape(field.id)}`;
  if (field.dataset.step) return `[data-stepper]:has(#${field.closest("[data-stepper]").querySelector("input").id}) [data-step="${field.dataset.step}"]`;
  return field.name ? `[name="${field.name}"][value="${CSS.escape(field.value)}"]` : "";
}

function focus() {
  const field = document.activeElement;
  const place = field && form.contains(field) ? path(field) : "";
  if (!place) return () => {};
  const at = field.type === "search" || field.type === "text" ? field.selectionStart : null;
  return () => {
    const back = form.querySelector(place);
    if (!back || back === document.activeElement) return;
    back.focus({ preventScroll: true });
    if (at !== null) back.setSelectionRange?.(at, at);
  };
}

function mark(error) {
  const field = document.getElementById(error.id.replace(/-error$/, ""));
  if (!field) return;
  const about = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== error.id);
  if (error.textContent) about.unshift(error.id);
  if (error.textContent) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
  if (about.length) field.setAttribute("aria-describedby", about.join(" "));
  else field.removeAttribute("aria-describedby");
}

function put(page, only) {
  const back = focus();
  for (const part of page.querySelectorAll("form[data-sale] :is([data-part], .error)")) {
    if (only && !only.includes(part.id)) continue;
    document.getElementById(part.id)?.replaceWith(part);
    if (part.matches(".error")) mark(part);
  }
  back();
}

// What lies on the counter grows above the products: the one under the finger stays where it is.
function still(change) {
  const top = () => document.getElementById("found").getBoundingClientRect().top;
  const before = top();
  change();
  window.scrollBy({ top: top() - before, behavior: "instant" });
}

async function ask(button, only) {
  asking?.abort();
  asking = new AbortController();
  const told = new FormData(form);
  if (button?.name) told.set(button.name, button.value);
  try {
    const answer = await fetch(form.dataset.draft, { method: "POST", body: told, signal: asking.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (button?.name === "add") still(() => put(page, only));
    else put(page, only);
    if (button?.value === "fresh" && answer.ok) {
      for (const name of ["new_name", "new_price"]) form.elements[name].value = "";
      document.getElementById("new_name").focus();
    }
    form.querySelector("[data-errors]")?.focus();
  } catch (error) {
    if (error.name !== "AbortError") form.submit();
  }
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[formaction]");
  if (!button) return;
  event.preventDefault();
  event.stopPropagation();
  ask(button);
});
form.addEventListener("input", ({ target }) => {
  if (target.id === "off") { // a discount needs its reason
    const typed = target.value.trim() !== "";
    document.getElementById("off_why").required = typed;
    document.getElementById("off_needed").hidden = !typed;
  }
  if (!target.matches("[data-ask]")) return;
  clearTimeout(wait);
  wait = setTimeout(() => ask(null, target.id === "q" ? ["found"] : ["people"]), 200);
});
form.addEventListener("change", ({ target }) => {
  if (target.matches("[data-who]")) ask(null, ["person", "people", "counter", "leaves", "total"]);
  else if (target.matches("[data-change], [name=qty], [name=day], [name=slot], [name=shipping], select")) ask(null, ["counter", "leaves", "total", "off-error", "off_why-error"]);
});
