// Few left: what the shelf will hold is shown before it is saved, as the reason makes of the number.
const SIGNS = { received: 1, damaged: -1, gift: -1 };

function watch(form) {
  const { reason, units, was } = form.elements;
  const then = form.querySelector("[data-then]");
  const look = () => {
    const typed = units.value.trim();
    const sign = SIGNS[reason.value];
    const known = reason.value && /^\d{1,9}$/.test(typed);
    const now = Number(was.value);
    if (!known) then.textContent = "";
    else if (sign) then.textContent = `${now} ${sign > 0 ? "+" : "−"} ${Number(typed)} = ${now + sign * Number(typed)}`;
    else then.textContent = `${now} → ${Number(typed)}`;
  };
  form.addEventListener("input", look);
  form.addEventListener("kept", (event) => {
    form.querySelector("[data-now]").textContent = event.detail.units;
    units.value = "";
    units.defaultValue = "";
    reason.value = "";
    look();
  });
}

for (const form of document.querySelectorAll("form[data-count]")) watch(form);
