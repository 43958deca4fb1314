// The count of a drawer: what each row and all of them come to, while one types; Enter goes to the next field.
for (const form of document.querySelectorAll("form[data-count]")) {
  const fields = [...form.querySelectorAll("[data-worth]")];
  const whole = form.querySelector("[data-whole]");
  const total = form.querySelector("[data-total]");
  const { zero, locale } = form.dataset;
  const digits = /0([.,]0+)?/.exec(zero);
  const fine = Math.max(0, (digits?.[1] ?? "").length - 1);

  // Amounts are in hundredths where the smallest piece says so: the shop's own zero shows how they look.
  function shown(minor, places) {
    const value = minor / 10 ** places;
    const cents = fine || !Number.isInteger(value) ? places : 0;
    const told = new Intl.NumberFormat(locale, { minimumFractionDigits: cents, maximumFractionDigits: cents }).format(value);
    return zero.replace(digits?.[0] ?? "0", told);
  }

  function units(field) {
    const text = field.value.replace(/\s/g, "").replace(/^(\d{1,3})([.,]\d{3})+$/, (all) => all.replace(/[.,]/g, ""));
    return /^\d{1,9}$/.test(text) ? Number(text) : 0;
  }

  function amount(text) {
    if (/^\d+([.,]\d{1,2})?$/.test(text)) return Number(text.replace(",", "."));
    return units({ value: text });
  }

  function sum() {
    const places = Number(form.dataset.places);
    let all = 0;
    for (const field of fields) {
      const worth = units(field) * Number(field.dataset.worth);
      field.closest(".piece").querySelector("[data-sum]").textContent = worth ? shown(worth, places) : "";
      all += worth;
    }
    if (!all && whole) all = amount(whole.value.replace(/\s/g, "")) * 10 ** places;
    if (total) total.textContent = shown(Math.round(all), places);
  }

  form.addEventListener("input", ({ target }) => {
    if (target.matches("[data-worth], [data-whole]")) sum();
  });
  form.addEventListener("keydown", (event) => {
    const at = fields.indexOf(event.target);
    if (event.key !== "Enter" || at < 0) return;
    event.preventDefault();
    (fields[at + 1] ?? whole)?.focus();
  });
}
