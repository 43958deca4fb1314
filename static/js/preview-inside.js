// Inside a preview frame: shows as plain text what the form beside it says, and the block one works on; nothing else.
addEventListener("message", (event) => {
  if (event.source !== parent || typeof event.data?.preview !== "object") return;
  for (const [name, value] of Object.entries(event.data.preview)) {
    for (const spot of document.querySelectorAll(`[data-shows="${CSS.escape(name)}"]`)) spot.textContent = String(value);
  }
  const at = event.data.at && document.querySelector(`[data-block="${CSS.escape(String(event.data.at))}"]`);
  if (at) at.scrollIntoView({ block: "start" });
});
