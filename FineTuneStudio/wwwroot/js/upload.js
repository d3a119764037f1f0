// Sends files as they are, past Blazor, so that gigabytes stream to disk with a progress bar and can be stopped.

function send(address, file, report) {
  const request = new XMLHttpRequest();
  const done = new Promise((resolve) => {
    request.open("POST", `${address}${address.includes("?") ? "&" : "?"}name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => report(event.loaded, event.total);
    request.onload = () => resolve(answer(request));
    request.onerror = () => resolve({ error: "The connection broke. What was sent is discarded; try again." });
    request.onabort = () => resolve({ error: "Stopped." });
    request.send(file);
  });
  return { request, done };
}

function answer(request) {
  let body = null;
  try {
    body = JSON.parse(request.responseText);
  } catch {
    // An answer that is no JSON has only its status to tell.
  }
  if (request.status === 201) return { id: body.id };
  const messages = Object.values(body?.errors ?? {}).flat();
  return { error: messages.join(" ") || `The studio answered ${request.status}.` };
}

class Uploader {
  constructor(zone, input, owner) {
    this.zone = zone;
    this.owner = owner;
    this.running = null;
    this.listeners = [];
    this.on(input, "change", () => {
      this.take(input.files);
      input.value = "";
    });
    this.on(zone, "dragover", (event) => {
      event.preventDefault();
      zone.classList.add("over");
    });
    this.on(zone, "dragleave", () => zone.classList.remove("over"));
    this.on(zone, "drop", (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      this.take(event.dataTransfer.files);
    });
  }

  on(target, event, handler) {
    target.addEventListener(event, handler);
    this.listeners.push(() => target.removeEventListener(event, handler));
  }

  async take(files) {
    for (const file of [...files]) {
      const started = performance.now();
      let told = 0;
      await this.owner.invokeMethodAsync("UploadStarted", file.name, file.size);
      this.running = send(this.zone.dataset.upload, file, (loaded, total) => {
        const now = performance.now();
        if (now - told < 150 && loaded < total) return;
        told = now;
        this.owner.invokeMethodAsync("UploadProgressed", loaded, total, (now - started) / 1000);
      });
      const result = await this.running.done;
      this.running = null;
      await this.owner.invokeMethodAsync("UploadEnded", result.id ?? null, result.error ?? null);
    }
  }

  stop() {
    this.running?.request.abort();
  }

  close() {
    this.stop();
    this.listeners.forEach((remove) => remove());
  }
}

export function open(zone, input, owner) {
  return new Uploader(zone, input, owner);
}
