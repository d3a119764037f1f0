// Starts Blazor, and looks after its connection: says when it is lost, tries again without end, and gives back what was typed meanwhile.
(() => {
  const pauses = [0, 500, 1000, 2000, 3000, 5000];
  const edited = new Map();
  const graceMs = 5000;
  let lost = false;
  let lostAt = 0;
  let wake = null;

  const banner = () => document.getElementById("connection");
  const rest = (span) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, span);
      wake = () => (clearTimeout(timer), resolve());
    });

  async function reconnect() {
    lost = true;
    lostAt = performance.now();
    banner().hidden = false;
    document.documentElement.dataset.connection = "lost";
    for (let attempt = 0; lost; attempt++) {
      await rest(pauses[Math.min(attempt, pauses.length - 1)]);
      try {
        if (await Blazor.reconnect()) return;
        // The studio is there, but knows this page no more: it was started anew.
        return startOver();
      } catch {
        banner().dataset.attempt = attempt + 1;
      }
    }
  }

  function found() {
    lost = false;
    banner().hidden = true;
    delete document.documentElement.dataset.connection;
    unheard().forEach(tell);
    edited.clear();
  }

  // What was typed while nobody listened, or so shortly before that it may not have arrived.
  function unheard() {
    return [...edited].filter(([field, at]) => at > lostAt - graceMs && field.isConnected).map(([field]) => field);
  }

  function tell(field) {
    for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
  }

  function startOver() {
    const kept = unheard().filter((field) => field.id).map((field) => [field.id, field.value]);
    sessionStorage.setItem("typed", JSON.stringify({ address: location.pathname, scroll: scrollY, kept }));
    location.reload();
  }

  function giveBack() {
    const { address, scroll, kept } = JSON.parse(sessionStorage.getItem("typed") ?? "{}");
    sessionStorage.removeItem("typed");
    if (address !== location.pathname) return;
    scrollTo(0, scroll);
    for (const [id, value] of kept) {
      const field = document.getElementById(id);
      if (!field || field.value === value) continue;
      field.value = value;
      tell(field);
    }
  }

  // Text and choices can be said twice; a box that was ticked cannot.
  const typed = "textarea, select, input:not([type=checkbox], [type=radio], [type=range], [type=file])";
  document.addEventListener("input", (event) => event.target.matches(typed) && edited.set(event.target, performance.now()), true);
  addEventListener("online", () => wake?.());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake?.());

  if (sessionStorage.getItem("typed")) {
    const watching = new MutationObserver(() => {
      if (document.documentElement.dataset.interactive !== "true") return;
      watching.disconnect();
      giveBack();
    });
    watching.observe(document.documentElement, { attributes: true, attributeFilter: ["data-interactive"] });
  }

  Blazor.start({ circuit: { reconnectionHandler: { onConnectionDown: () => void reconnect(), onConnectionUp: found } } });
})();
