// The browser's own notifications: asked for by a click in Settings, remembered by this browser, shown only while nobody looks at the studio.
(() => {
  const key = "notify";
  const wanted = () => {
    try {
      return localStorage.getItem(key) !== "off";
    } catch {
      return true;
    }
  };

  window.studioNotify = {
    // "unsupported", "default" (never asked), "denied", "off" (allowed, not wanted) or "on".
    state() {
      if (!("Notification" in window)) return "unsupported";
      if (Notification.permission !== "granted") return Notification.permission;
      return wanted() ? "on" : "off";
    },

    async choose(on) {
      if (on && "Notification" in window && Notification.permission === "default") await Notification.requestPermission();
      try {
        localStorage.setItem(key, on ? "on" : "off");
      } catch {
        // Private windows may refuse storage; the browser's own permission still stands.
      }
      return this.state();
    },

    // Several open pages say the same: one tag, one notification.
    tell(title, body, tag, address) {
      if (this.state() !== "on" || document.hasFocus()) return;
      const notification = new Notification(title, { body, tag, icon: "favicon.svg" });
      notification.onclick = () => {
        window.focus();
        Blazor.navigateTo(address);
        notification.close();
      };
    },
  };
})();
