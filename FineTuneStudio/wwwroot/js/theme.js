// Loaded in the head, before anything is painted: the page never flashes in the wrong theme. The choice is the studio's; the server writes
// it on the document.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function paint() {
    const choice = root.dataset.themeChoice;
    const theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    if (root.dataset.theme === theme) return;
    root.dataset.theme = theme;
    dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  }

  window.studioTheme = {
    apply(choice, singleKeys) {
      root.dataset.themeChoice = choice;
      root.dataset.singleKeys = singleKeys;
      paint();
    },
  };
  dark.addEventListener("change", paint);
  paint();
})();
