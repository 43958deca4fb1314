// The page's own words for what the scripts say.
const words = document.querySelector("template#say")?.dataset ?? {};

export function say(name, values = {}) {
  return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words[name] ?? "");
}
