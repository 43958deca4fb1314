// What somebody chose before the scripts came, or before they came back to the page: is it other than the page says?
function other(field) {
  if (field.matches("select")) return [...field.options].some((one) => one.selected !== one.defaultSelected) && !plain(field);
  return /^(radio|checkbox)$/.test(field.type) ? field.checked !== field.defaultChecked : field.value !== field.defaultValue;
}

// A select without a mark on any choice stands on its first.
function plain(select) {
  return select.selectedIndex === 0 && ![...select.options].some((one) => one.defaultSelected);
}

export function early(form, fields) {
  return [...form.elements].some((field) => field.matches(fields) && other(field));
}
