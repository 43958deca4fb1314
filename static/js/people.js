// People: "all of this filter" stands for every row, also on the pages that are not shown.
for (const whole of document.querySelectorAll("[data-whole]")) {
  const form = whole.closest("form");
  const count = form.querySelector("[data-bulk-count]");
  const ticks = [...document.querySelectorAll(`input[form="${form.id}"]`)];
  whole.addEventListener("change", () => {
    for (const tick of ticks) {
      tick.checked = whole.checked;
      tick.disabled = whole.checked;
    }
    ticks[0]?.dispatchEvent(new Event("change"));
    form.classList.toggle("bulk-on", whole.checked);
    count.textContent = whole.checked ? whole.dataset.whole : "";
  });
}
