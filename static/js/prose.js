// Prose without tags: a textarea[data-prose] becomes a page to write on, with bold, italic, lists and links; it keeps HTML.
const VERBS = { bold: "B", italic: "I", insertUnorderedList: "•", insertOrderedList: "1.", createLink: "↗", removeFormat: "×" };
const KEPT = new Set("p br strong em b i u s a ul ol li h2 h3 h4 blockquote hr".split(" "));
const GONE = new Set("script style template iframe object embed link meta base img svg math form input button video audio".split(" "));

function escaped(text) {
  const made = document.createElement("p");
  made.textContent = text;
  return made.innerHTML;
}

function html(text) {
  if (/<(p|h[2-4]|ul|ol|br|blockquote|strong|em|b|i|a)\b/.test(text)) return new DOMParser().parseFromString(text, "text/html").body;
  const body = document.createElement("body");
  body.innerHTML = text.split(/\n\s*\n/).filter(Boolean).map((part) => `<p>${escaped(part.trim()).replaceAll("\n", "<br>")}</p>`).join("");
  return body;
}

function safe(body) {
  for (const each of [...body.querySelectorAll("*")]) {
    if (GONE.has(each.localName)) each.remove();
    else if (!KEPT.has(each.localName)) each.replaceWith(...each.childNodes);
    else for (const { name, value } of [...each.attributes]) if (name !== "href" || !/^(https?:|mailto:|tel:|\/|#)/i.test(value)) each.removeAttribute(name);
  }
  return body;
}

function act(verb, words) {
  if (verb !== "createLink") return document.execCommand(verb);
  const address = prompt(words, "https://");
  if (address && /^(https?:|mailto:|tel:|\/)/i.test(address)) document.execCommand(verb, false, address);
}

function dress(area) {
  const page = document.createElement("div");
  const tools = document.createElement("div");
  const words = area.dataset.prose.split("|");
  Object.assign(page, { className: "form-control prose-page", contentEditable: "true", id: `${area.id}-page` });
  page.setAttribute("role", "textbox");
  page.setAttribute("aria-multiline", "true");
  page.setAttribute("aria-label", area.labels[0]?.textContent.trim() ?? area.name);
  page.lang = area.lang;
  page.replaceChildren(...safe(html(area.value)).childNodes);
  tools.className = "prose-tools";
  Object.entries(VERBS).forEach(([verb, sign], at) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-icon" });
    button.dataset.sign = sign; // drawn, not read: its name is the word
    button.setAttribute("aria-label", words[at] ?? verb);
    button.title = words[at] ?? verb;
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", () => { page.focus(); act(verb, words[at]); });
    tools.append(button);
  });
  page.addEventListener("input", () => {
    area.value = page.textContent.trim() ? page.innerHTML : "";
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
  page.addEventListener("paste", (event) => {
    event.preventDefault();
    document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
  });
  area.form?.addEventListener("reset", () => setTimeout(() => page.replaceChildren(...safe(html(area.value)).childNodes)));
  area.hidden = true;
  area.labels[0]?.addEventListener("click", () => page.focus());
  area.before(tools, page);
}

document.execCommand?.("defaultParagraphSeparator", false, "p");
for (const area of document.querySelectorAll("textarea[data-prose]")) dress(area);
