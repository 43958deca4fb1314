// Light or dark as this person chose, set before the page is drawn.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {}
document.documentElement.classList.add("has-js");
