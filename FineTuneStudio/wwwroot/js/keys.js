// Keys that work on every page. Single keys rest while a person types, and altogether where they were turned off.
import { open, go } from "./palette.js";

const patience = 1200;
let afterG = 0;

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
const singleKeys = () => document.documentElement.dataset.singleKeys !== "off";

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    open();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !singleKeys() || typing(event.target) || document.querySelector("dialog[open]")) return;

  const key = event.key.toLowerCase();
  const place = event.timeStamp - afterG < patience ? document.querySelector(`[data-key="${CSS.escape(key)}"]`) : null;
  afterG = 0;
  if (place) {
    event.preventDefault();
    go(place.getAttribute("href"));
  } else if (key === "g") {
    afterG = event.timeStamp;
  } else if (key === "/") {
    event.preventDefault();
    open();
  } else if (key === "n") {
    event.preventDefault();
    go("/runs/new");
  } else if (key === "?") {
    event.preventDefault();
    document.getElementById("shortcuts")?.showModal();
  }
});

// Buttons that open a dialog of this page, and links inside a sheet that close it behind them.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  event.target.closest("[popover] a, [popover] [data-open]")?.closest("[popover]").hidePopover();
  event.target.closest("dialog a")?.closest("dialog").close();
  if (opener?.dataset.open === "palette") open();
  else if (opener) document.getElementById(opener.dataset.open)?.showModal();
});

// A message is sent with Enter, and broken into lines with Shift and Enter.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target.dataset?.enter !== "submit") return;
  event.preventDefault();
  event.target.form.requestSubmit();
});
