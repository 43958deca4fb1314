// An address in the back office: the parts of a country follow what is chosen above them.
function places(box) {
  const levels = [...box.querySelectorAll("select[data-level]")].sort((one, other) => one.dataset.level - other.dataset.level);
  const every = levels.map((select) => [...select.querySelectorAll("optgroup")]);
  const follow = () => levels.forEach((select, at) => {
    if (!at || !every[at].length) return;
    const above = levels.slice(0, at).map((each) => each.value).join("|");
    const was = select.value;  // taking its option out forgets it
    for (const group of every[at]) group.remove();
    const mine = every[at].find((group) => group.dataset.below === above);
    if (mine) select.append(mine);
    select.value = [...select.options].some((option) => option.value === was) ? was : "";
  });
  box.addEventListener("change", ({ target }) => {
    for (const select of levels) if (target.dataset.level && select.dataset.level > target.dataset.level) select.value = "";
    follow();
  });
  follow();
}

for (const box of document.querySelectorAll("[data-places]")) places(box);
