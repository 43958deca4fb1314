// Rows: one more of the rows of a form, empty, like the last one; without scripts a blank one is there after each save.
function renumber(text, at) {
  return text.replace(/-\d+(?=-)/, `-${at}`);
}

function empty(row, at) {
  for (const each of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
    for (const name of ["name", "id", "for", "aria-describedby"]) {
      if (each.hasAttribute(name)) each.setAttribute(name, renumber(each.getAttribute(name), at));
    }
    if (each.matches("input[type=checkbox]")) each.checked = false;
    else if (each.matches("input")) each.value = "";
    each.removeAttribute("aria-invalid");
  }
  for (const error of row.querySelectorAll(".error")) error.textContent = "";
  const legend = row.querySelector(":scope > legend");
  if (legend) legend.textContent = legend.textContent.replace(/\d+/, at + 1);
}

function more(list, button) {
  const rows = list.querySelectorAll(":scope > fieldset");
  const made = rows[rows.length - 1].cloneNode(true);
  empty(made, rows.length);
  button.before(made);
  made.querySelector("input:not([type=hidden])").focus();
  button.hidden = rows.length + 1 >= Number(list.dataset.rows);
}

for (const list of document.querySelectorAll("[data-rows]")) {
  const button = list.querySelector(":scope > [data-more]");
  button.addEventListener("click", () => more(list, button));
}
