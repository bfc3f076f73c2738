// What the page knows of a run, and the card that shows it.

import { html, number } from "./chart.js";

const KEPT_POINTS = 4000; // of batches, per run

// words writes seconds as one says them.
function words(seconds) {
  if (!(seconds > 0)) return "–";
  if (seconds < 1) return "less than 1 s";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.floor(seconds / 3600)} h ${Math.round(seconds % 3600 / 60)} min`;
}

export class Run {
  constructor(index, name) {
    this.index = index;
    this.name = name;
    this.color = index % 6 + 1;
    this.forget();
    this.build();
  }

  forget() {
    this.begun = null;
    this.ended = null;
    this.latest = null;
    this.sheet = null;
    this.heard = null;
    this.stopping = false;
    this.epochs = []; // by number: what each measured
    this.batches = []; // {x, epoch, logs, rate, speed}
  }

  // x is where in the training an event lies, in epochs that are done.
  x(event) {
    const steps = this.begun?.steps ?? 0;
    return event.epoch + (steps > 0 ? Math.min(1, (event.batch ?? 0) / steps) : event.batch > 0 ? 0.5 : 0);
  }

  take(event) {
    this.heard = Date.parse(event.time);
    switch (event.kind) {
      case "begin": {
        this.begun = event;
        this.ended = null;
        this.stopping = false;
        this.epochs.length = Math.min(this.epochs.length, event.epoch);
        const from = this.x(event);
        this.batches = this.batches.filter((b) => b.x <= from);
        break;
      }
      case "batch":
        this.latest = event;
        this.batches.push({ x: this.x(event), epoch: event.epoch, logs: event.logs ?? {}, rate: event.rate, speed: event.per_second });
        if (this.batches.length > KEPT_POINTS) this.batches = this.batches.filter((_, i) => i % 2 === 1);
        break;
      case "epoch":
        this.latest = event;
        this.epochs[event.epoch] = event;
        break;
      case "samples":
        this.sheet = event;
        break;
      case "end":
        this.ended = event;
        break;
    }
  }

  names() {
    const names = new Set();
    for (const epoch of this.epochs) for (const name of Object.keys(epoch?.logs ?? {})) names.add(name);
    for (const name of Object.keys(this.batches.at(-1)?.logs ?? {})) names.add(name);
    return names;
  }

  // curve returns the points of a measured name, one per epoch.
  curve(name) {
    const points = [];
    this.epochs.forEach((epoch, i) => {
      const value = epoch.logs?.[name];
      if (value !== null && value !== undefined) points.push([i + 1, value]);
    });
    return points;
  }

  // within returns the averages of a name within the epochs, a line for each.
  within(name) {
    const lines = [];
    let epoch = -1;
    for (const b of this.batches) {
      const value = b.logs[name];
      if (value === null || value === undefined) continue;
      if (b.epoch !== epoch) lines.push([]);
      epoch = b.epoch;
      lines.at(-1).push([b.x, value]);
    }
    return lines;
  }

  // course returns what batches and epochs tell of rate and speed.
  course(member, key) {
    const points = this.batches.filter((b) => b[member] > 0).map((b) => [b.x, b[member]]);
    this.epochs.forEach((epoch, i) => epoch[key] > 0 && points.push([i + 1, epoch[key]]));
    return points.sort((a, b) => a[0] - b[0]);
  }

  running() { return this.begun !== null && this.ended === null; }

  build() {
    this.node = document.getElementById("run").content.firstElementChild.cloneNode(true);
    this.part = (name) => this.node.querySelector(name);
    this.node.dataset.run = this.name;
    this.part(".name").textContent = this.name;
    this.part(".swatch").classList.add(`series-${this.color}`);
    this.part(".stop").setAttribute("aria-label", `Stop and save ${this.name}`);
    this.part(".stop").addEventListener("click", () => this.stop());
  }

  async stop() {
    this.stopping = true;
    this.refusal = "";
    this.show();
    try {
      const answer = await fetch(`runs/${this.index}/stop`, { method: "POST" });
      if (!answer.ok) this.refusal = (await answer.text()).trim();
    } catch {
      this.refusal = "The server cannot be reached; the training goes on.";
    }
    this.stopping = this.refusal === "";
    this.show();
  }

  state() {
    if (this.refusal) return this.refusal;
    if (this.ended) {
      const reason = this.ended.reason ? `: ${this.ended.reason}` : "";
      const how = { finished: "Finished", stopped: "Stopped; everything is saved, and --resume goes on", failed: "Failed" };
      return (how[this.ended.status] ?? "Over") + reason;
    }
    if (!this.begun) return "Not begun yet";
    const doing = this.stopping ? "Stopping after the batch at hand…" : "Running";
    const silent = (Date.now() - this.heard) / 1000;
    return silent > 30 ? `${doing.replace("…", "")}; nothing heard for ${words(silent)}` : doing;
  }

  show() {
    const state = this.state();
    if (this.part(".state").textContent !== state) this.part(".state").textContent = state;
    this.part(".state").classList.toggle("bad", this.ended?.status === "failed" || Boolean(this.refusal));
    this.part(".stop").hidden = !this.running();
    this.part(".stop").disabled = this.stopping;
    const epochs = this.begun?.epochs ?? 0;
    const last = this.latest;
    const done = last ? (last.kind === "epoch" ? last.epoch + 1 : this.x(last)) : 0;
    this.part("progress").value = epochs > 0 ? done / epochs : 0;
    if (last) this.figures(last, epochs);
    if (this.sheet && this.sheet !== this.shownSheet) this.tiles(this.sheet);
  }

  figures(last, epochs) {
    const pairs = [["epoch", `${last.epoch + 1} of ${epochs}`]];
    if (this.begun.steps > 0) pairs.push(["batch", `${last.batch ?? 0} of ${this.begun.steps}`]);
    const { learning_rate: _, ...measured } = { ...(this.epochs.findLast((e) => e)?.logs ?? {}), ...last.logs };
    const rank = (name) => (name.startsWith("val_") ? 2 : 0) + (name.endsWith("loss") ? 0 : 1);
    for (const [name, value] of Object.entries(measured).sort(([a], [b]) => rank(a) - rank(b))) pairs.push([name.replaceAll("_", " "), number(value)]);
    pairs.push(["learning rate", number(last.rate)]);
    if (last.per_second > 0) pairs.push(["pictures/s", number(Math.round(last.per_second))]);
    if (this.running()) pairs.push(["time left", words(last.left)]);
    this.part(".figures").replaceChildren(...pairs.map(([name, value]) =>
      html("div", {}, html("dt", { textContent: name }), html("dd", { textContent: value }))));
  }

  // tiles cuts the sheet, one picture below the other, into its pictures.
  tiles(sheet) {
    this.shownSheet = sheet;
    const picture = new Image();
    picture.addEventListener("load", () => {
      const height = picture.naturalHeight / sheet.labels.length;
      this.part(".tiles").replaceChildren(...sheet.labels.map((label, i) => {
        const canvas = html("canvas", { width: picture.naturalWidth, height });
        canvas.setAttribute("role", "img");
        canvas.setAttribute("aria-label", label ? `picture of class ${label}` : "picture");
        canvas.getContext("2d").drawImage(picture, 0, -i * height);
        return html("figure", {}, canvas, html("figcaption", { textContent: label, title: label }));
      }));
      this.part(".when").textContent = `epoch ${sheet.epoch + 1}`;
      this.part(".pictures").hidden = false;
    });
    picture.src = `runs/${this.index}/samples.png?at=${Date.parse(sheet.time)}`;
  }
}
