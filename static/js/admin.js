// The back office comes alive: keys, save bar, drafts, preview, new orders, light or dark.
import * as autosave from "./autosave.js";
import * as palette from "./palette.js";
import * as preview from "./preview.js";
import * as pulse from "./pulse.js";
import * as savebar from "./savebar.js";
import * as small from "./small.js";
import * as toast from "./toast.js";
import * as validate from "./validate.js";

function theme() {
  for (const button of document.querySelectorAll("[data-theme-toggle]")) {
    button.addEventListener("click", () => {
      const now = document.documentElement.dataset.theme;
      const dark = now ? now === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      document.documentElement.dataset.theme = dark ? "light" : "dark";
      localStorage.setItem("theme", dark ? "light" : "dark");
    });
  }
}

for (const part of [validate, toast, small, savebar, autosave, palette, preview, pulse]) part.start();
theme();
