// See as: whose eyes the preview is looked at with; a change keeps the draft and draws the frame anew.
const box = document.querySelector("[data-see-as]");
const frame = document.querySelector("[data-preview-frame] iframe");

async function look(form) {
  const answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { preview, unknown, revision } = await answer.json();
  form.dataset.revision = revision;
  if (preview) frame.src = preview;
  box.querySelector("#as-who")?.setAttribute("aria-invalid", String(Boolean(unknown)));
}

box?.addEventListener("change", () => look(document.getElementById(box.dataset.seeAs)));
box?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  look(document.getElementById(box.dataset.seeAs));
});
