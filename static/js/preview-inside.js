// Inside a preview frame: shows as plain text what the form beside it says; it can do nothing else.
addEventListener("message", (event) => {
  if (event.source !== parent || typeof event.data?.preview !== "object") return;
  for (const [name, value] of Object.entries(event.data.preview)) {
    for (const spot of document.querySelectorAll(`[data-shows="${CSS.escape(name)}"]`)) spot.textContent = String(value);
  }
});
