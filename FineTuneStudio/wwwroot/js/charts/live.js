// The charts' own connection. A reader's position is the last step it has: after any break it asks for what came since, so nothing is
// missing and nothing is twice.

const RETRY_MILLISECONDS = 1000;
// A server that is silent for so long is taken for gone; it says something every five seconds (LiveServices.cs).
const SILENCE_MILLISECONDS = 15000;

const loaded = new Map();

/** Loads a classic script once. */
export function loadScript(address) {
  if (!loaded.has(address)) {
    loaded.set(address, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = () => {
        loaded.delete(address);
        reject(new Error(`${address} could not be loaded`));
      };
      document.head.append(script);
    }));
  }
  return loaded.get(address);
}

/** Several runs over one connection. Each reader has a runId, a lastStep and a take(delta); it is done when its run is over. */
export class Live {
  #readers;
  #report;
  #closed = false;
  #wake = () => undefined;
  #online = () => this.#wake();

  connection = null;

  /** @param report is told "live", "lost" or "over". */
  constructor(readers, report) {
    this.#readers = readers;
    this.#report = report;
    addEventListener("online", this.#online);
  }

  /** One connection after the other until every run is over; each begins where the last one broke off. */
  async follow() {
    while (!this.#closed && this.#readers.some((reader) => !reader.done)) {
      try {
        const { broken } = await this.#connect();
        this.#report("live");
        await Promise.race([broken, Promise.all(this.#readers.filter((reader) => !reader.done).map((reader) => this.#stream(reader)))]);
      } catch {
        if (this.#closed) return;
        this.#report("lost");
        await this.#leave();
        await this.#pause();
      }
    }
    if (!this.#closed) this.#report("over");
  }

  /** A stretch of steps, as finely as the server has it; null while there is no connection. */
  async window(runId, from, to) {
    try {
      // Nothing follows a run that is over: whoever asks for it connects anew.
      if (this.connection?.state !== "Connected" && this.#readers.every((reader) => reader.done)) await this.#connect();
      return await this.connection.invoke("Window", runId, Math.floor(from), Math.ceil(to));
    } catch {
      return null;
    }
  }

  close() {
    this.#closed = true;
    removeEventListener("online", this.#online);
    this.#wake();
    // One that is still opening is left once it is open: a browser reports it as a fault to close a socket before.
    if (this.connection?.state !== "Connecting") void this.#leave();
  }

  async #leave() {
    await this.connection?.stop().catch(() => undefined);
  }

  /** @returns a promise (in an object, for it is not to be waited for) that is rejected once the connection is broken. */
  async #connect() {
    await loadScript("lib/signalr.js");
    if (this.#closed) throw new Error("closed");
    this.connection = new signalR.HubConnectionBuilder().withUrl("live/runs").withServerTimeout(SILENCE_MILLISECONDS).configureLogging(signalR.LogLevel.None).build();
    const closed = new Promise((resolve) => this.connection.onclose(resolve));
    await this.connection.start();
    if (this.#closed) {
      await this.#leave();
      throw new Error("closed");
    }
    return { broken: closed.then(() => Promise.reject(new Error("closed"))) };
  }

  #stream(reader) {
    return new Promise((resolve, reject) => {
      this.connection.stream("Follow", reader.runId, reader.lastStep).subscribe({
        next: (delta) => reader.take(delta),
        error: reject,
        complete: () => {
          reader.done = true;
          resolve();
        },
      });
    });
  }

  /** Waits a moment, or until the browser says that the network is back. */
  #pause() {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MILLISECONDS);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
