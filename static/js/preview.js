// Live preview: what one changes in form[data-preview] is told to the sandboxed frame, which shows it as text;
// when a draft was kept on the server the frame is drawn anew, and shows the block one works on.
function plain(html) {
  if (!html.includes("<")) return html;
  const spaced = html.replace(/<(br|\/p|\/li|\/h\d)\b[^>]*>/g, "$&\n");
  return new DOMParser().parseFromString(spaced, "text/html").body.textContent.trim();
}

function priced(field) {
  const text = field.value.replace(/[\s\u00a0]/g, "");
  if (!/^\d+$/.test(text)) return field.value;
  const how = { style: "currency", currency: field.dataset.currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: 0 };
  return new Intl.NumberFormat(field.dataset.locale, how).format(Number(text));
}

function spoken(form, name, value) {
  const field = form.elements.namedItem(name);
  return field?.dataset?.currency ? priced(field) : plain(value);
}

function values(form) {
  return [...new FormData(form)].filter(([, value]) => typeof value === "string");
}

function watch(form, inside) {
  // what was typed before an error is in no draft: all of it is told
  const first = new Map("typed" in form.dataset ? values(form).map(([name]) => [name, ""]) : values(form));
  const always = form.dataset.preview === "always"; // what is filled in for each reader only the house can show
  let timer, at = "", drawn = always;
  const tell = () => {
    const changed = values(form).filter(([name, value]) => first.get(name) !== value).map(([name, value]) => [name, spoken(form, name, value)]);
    inside.contentWindow?.postMessage({ preview: Object.fromEntries(changed), at }, "*");
  };
  form.addEventListener("input", ({ target }) => {
    drawn = drawn || !target.matches?.("input:not([type=checkbox], [type=radio])");
    clearTimeout(timer);
    timer = setTimeout(tell, 120);
  });
  form.addEventListener("focusin", ({ target }) => {
    const block = target.closest("[id^='b-']")?.id.slice(2) ?? "";
    if (block === at) return;
    at = block;
    tell();
  });
  form.addEventListener("kept", ({ detail }) => {
    if (!drawn || !detail.preview) return;
    drawn = always;
    for (const [name, value] of values(form)) first.set(name, value);
    inside.src = detail.preview;
  });
  inside.addEventListener("load", tell);
}

// On a desk the page is as wide as a screen, made smaller until it fits beside the form.
const SCREEN = 1180;
function fit(frame) {
  const box = frame.querySelector(".preview-box");
  const style = getComputedStyle(box);
  const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  frame.style.setProperty("--scale", String(Math.min(1, room / SCREEN)));
}

export function start() {
  const frame = document.querySelector("[data-preview-frame]");
  const form = document.querySelector("form[data-preview]");
  if (!frame) return;
  if (form) watch(form, frame.querySelector("iframe"));
  frame.addEventListener("click", ({ target }) => {
    const size = target.closest("[data-size]");
    if (!size) return;
    for (const each of frame.querySelectorAll("[data-size]")) each.setAttribute("aria-pressed", String(each === size));
    fit(frame);
    frame.classList.toggle("preview-desktop", size.dataset.size === "desktop");
  });
  addEventListener("resize", () => fit(frame));
}
