// Passkeys: the browser is asked for one, to log in or to add it; what it answers goes out with an ordinary form.

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function asked(told) {
  const named = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));
  const known = { ...told, challenge: bytes(told.challenge), allowCredentials: named(told.allowCredentials) };
  return told.user ? { ...known, user: { ...told.user, id: bytes(told.user.id) }, excludeCredentials: named(told.excludeCredentials) } : known;
}

function answered(key) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (key.response[name]) response[name] = text(key.response[name]);
  }
  return JSON.stringify({ id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: {}, response });
}

async function options(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const answer = await fetch(form.dataset.ask, { method: "POST", headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function press(form, button) {
  const none = form.querySelector("[data-none]");
  none.hidden = true;
  button.setAttribute("aria-busy", "true");
  try {
    const key = await navigator.credentials[form.dataset.passkey]({ publicKey: asked(await options(form)) });
    form.elements.answer.value = answered(key);
    form.submit();
  } catch { // called off, too late, none there, or asked too often: the page says what else can be done
    none.hidden = false;
    button.removeAttribute("aria-busy");
  }
}

export function start() {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("[data-action=passkey]");
    form.hidden = false;
    button.addEventListener("click", () => press(form, button));
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  for (const told of document.querySelectorAll("[data-passkey-cannot]")) told.hidden = true;
}
