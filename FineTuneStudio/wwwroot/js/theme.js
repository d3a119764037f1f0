// Loaded in the head, before anything is painted: the page never flashes in the wrong theme.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return localStorage.getItem("theme") ?? "system";
    } catch {
      return "system";
    }
  };

  function apply() {
    const choice = chosen();
    const theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    document.documentElement.dataset.theme = theme;
    document.documentElement.dataset.themeChoice = choice;
    dispatchEvent(new CustomEvent("themechange", { detail: theme }));
  }

  window.studioTheme = {
    current: chosen,
    choose(choice) {
      try {
        localStorage.setItem("theme", choice);
      } catch {
        // Private windows may refuse storage; the choice then lasts for this page.
      }
      apply();
    },
  };
  dark.addEventListener("change", apply);
  addEventListener("storage", apply);
  apply();
})();
