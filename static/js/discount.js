// A discount's editor: what is typed is read back as a sentence, with what it does to a small cart.
const form = document.querySelector("form[data-discount]");
let timer = null;
let asking = null;

async function ask() {
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(form.dataset.discount, { method: "POST", body: new FormData(form), signal: asking.signal });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const said = page.getElementById("said");
    if (said) document.getElementById("said").replaceWith(said);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

form?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, 250);
});
