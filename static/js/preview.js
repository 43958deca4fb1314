// Live preview: what one types into form[data-preview] is told to the sandboxed frame, which shows it as text.
function values(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
}

export function start() {
  const frame = document.querySelector("[data-preview-frame]");
  const form = document.querySelector("form[data-preview]");
  if (!frame) return;
  const inside = frame.querySelector("iframe");
  let timer;
  const tell = () => inside.contentWindow?.postMessage({ preview: values(form) }, "*");
  if (form) {
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(tell, 120); });
    inside.addEventListener("load", tell);
  }
  frame.addEventListener("click", ({ target }) => {
    const size = target.closest("[data-size]");
    if (!size) return;
    for (const each of frame.querySelectorAll("[data-size]")) each.setAttribute("aria-pressed", String(each === size));
    frame.classList.toggle("preview-desktop", size.dataset.size === "desktop");
  });
}
