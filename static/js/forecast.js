// What a refund would do is told anew as one types its amount and chooses its way.
const form = document.querySelector("form[data-forecast]");
let timer = null;
let asking = null;

async function ask() {
  asking?.abort();
  asking = new AbortController();
  const told = new URLSearchParams(["amount", "to", "way"].map((name) => [name, new FormData(form).get(name) ?? ""]));
  try {
    const answer = await fetch(`${form.dataset.forecast}?${told}`, { signal: asking.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    form.querySelector("[data-foreseen]").replaceChildren(...page.querySelector("[data-foreseen]").childNodes);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, 250);
});
