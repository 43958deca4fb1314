// A file of people on its way: the page follows it, and shows itself anew when the file is further.
const box = document.querySelector("[data-progress]");

async function look(state) {
  const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } }).catch(() => null);
  const told = answer?.ok ? await answer.json() : null;
  if (told && told.state !== state) {
    location.reload();
    return;
  }
  if (told) {
    box.querySelector("progress").value = told.percent;
    box.querySelector("[data-said]").textContent = told.said;
  }
  setTimeout(look, 1000, state);
}

if (box) look(box.dataset.state);
