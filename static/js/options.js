// The product page: the chosen options decide price, stock and picture; without scripts the server does.
function chosen(form) {
  return Object.fromEntries([...form.querySelectorAll("[data-option]:checked, select[data-option]")].map((field) => [field.dataset.option, field.value]));
}

function matching(variants, choice) {
  return variants.find((variant) => Object.entries(choice).every(([code, value]) => variant.options[code] === value));
}

// What is sold with this choice; of one that nobody sells nothing is left.
function of(form, variants) {
  const choice = chosen(form);
  return matching(variants, choice) ?? { left: 0, options: choice, price: "–", stock: form.dataset.sold };
}

function put(page, name, text) {
  for (const spot of page.querySelectorAll(`[data-variant="${name}"]`)) spot.textContent = text;
}

function offer(form, variant) {
  const verb = form.querySelector("[data-action=add-to-cart]");
  if (verb) verb.previousElementSibling.hidden = verb.disabled = variant?.left === 0;
}

// Of what is sold out one may ask to be told when it is back.
function wait(page, variant) {
  const form = page.querySelector("[data-back]");
  if (!form) return;
  const field = form.elements.sku;
  const skus = [...(field.options ?? [field])].map((one) => one.value);
  form.hidden = !skus.includes(variant.sku);
  if (!form.hidden) field.value = variant.sku;
  form.querySelector("[data-back-which]")?.setAttribute("hidden", "");
}

function update(form, variants, page) {
  const variant = of(form, variants);
  offer(form, variant);
  wait(page, variant);
  for (const name of ["price", "was", "stock", "sku"]) put(page, name, variant[name] ?? "");
  if (variant.picture) page.querySelector(`[data-picture="${variant.picture}"]`)?.click();
  const holder = page.querySelector("[data-stock]");
  if (holder) holder.dataset.stock = variant.left ?? "";
  const { quantity } = form.elements;
  if (quantity && Number.isInteger(variant.left)) quantity.max = Math.max(1, variant.left);
}

// An option with which nothing is left is struck out, and may be looked at.
function strike(form, variants) {
  const choice = chosen(form);
  for (const field of form.querySelectorAll("input[data-option]")) {
    const wish = { ...choice, [field.dataset.option]: field.value };
    const found = matching(variants, wish);
    const sold = !found || found.left === 0;  // null: without limit
    field.closest("label").classList.toggle("is-sold", sold);
    field.closest("label").title = sold ? form.dataset.sold : "";
  }
}

// Who named no variant is shown one that can be had.
function prefer(form, variants) {
  if (!location.pathname.includes("/p/") || new URLSearchParams(location.search).has("variant")) return;
  const first = of(form, variants);
  if (first.left !== 0) return;
  const near = (one) => Object.entries(first.options).filter(([code, value]) => one.options[code] === value).length;
  const free = variants.filter((one) => one.left !== 0).sort((a, b) => near(b) - near(a))[0];
  if (!free) return;
  for (const field of form.querySelectorAll("input[data-option]")) field.checked = free.options[field.dataset.option] === field.value;
}

// A text that is asked with one choice only comes and goes with it.
function ask(form) {
  const choice = chosen(form);
  for (const spot of form.querySelectorAll("[data-choice]")) {
    const [code, value] = spot.dataset.choice.split("=");
    const asked = choice[code] === value;
    spot.toggleAttribute("data-asked", asked);
    spot.hidden = !asked;
    const field = spot.querySelector("input");
    field.disabled = !asked;
    field.required = asked && spot.dataset.must !== undefined;
  }
}

function pictures(page) {
  page.addEventListener("click", (event) => {
    const thumb = event.target.closest("a[data-picture]");
    const large = page.querySelector("[data-large] img");
    if (!thumb || !large) return;
    event.preventDefault();
    const small = thumb.querySelector("img");
    [large.src, large.srcset, large.alt] = [small.src, small.srcset, small.alt];
    for (const each of page.querySelectorAll("a[data-picture]")) each.toggleAttribute("aria-current", each === thumb);
  });
}

export function start() {
  const page = document.querySelector("[data-product]");
  if (!page) return;
  pictures(page);
  const form = page.querySelector("form[data-variants]");
  if (!form) return;
  const variants = JSON.parse(form.dataset.variants);
  prefer(form, variants);
  const show = () => { update(form, variants, page); strike(form, variants); ask(form); };
  show();
  form.addEventListener("change", (event) => { if (event.target.matches("[data-option]")) show(); });
}
