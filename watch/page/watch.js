// The live page: hears of all runs over one stream of events and draws them.

import { Chart } from "./chart.js";
import { Run } from "./run.js";

const DRAW_EVERY = 200; // ms

const $ = (id) => document.getElementById(id);
const charts = new Map();
let runs = [];
let drawing = false;

// drawSoon draws once for all that is heard in a short time.
function drawSoon() {
  if (drawing) return;
  drawing = true;
  setTimeout(() => {
    drawing = false;
    draw();
  }, DRAW_EVERY);
}

function draw() {
  for (const run of runs) run.show();
  $("waiting").hidden = runs.some((run) => run.latest !== null);
  const names = new Set(["loss", "accuracy"]);
  for (const run of runs) for (const name of run.names()) names.add(name.replace(/^val_/, ""));
  for (const name of names) if (name !== "learning_rate") chart(name, name.replaceAll("_", " "), measured(name));
  chart("rate", "learning rate", course("learning rate", "rate", "rate"));
  chart("speed", "pictures per second", course("pictures per second", "speed", "per_second"));
}

// chart brings a chart up to date, which begins when there is something to show.
function chart(key, title, series) {
  if (!charts.has(key)) {
    if (!series.some((s) => s.points.length > 0 || s.faint?.length > 0)) return;
    charts.set(key, new Chart(title));
    order();
  }
  charts.get(key).update(series);
}

// order keeps what is measured before rate and speed.
function order() {
  const keys = [...charts.keys()].sort((a, b) => rank(a) - rank(b));
  $("charts").replaceChildren(...keys.map((key) => charts.get(key).node));
}

function rank(key) { return { loss: 0, accuracy: 1, rate: 3, speed: 4 }[key] ?? 2; }

// label names a curve: by run where there are several.
function label(run, what) { return runs.length > 1 ? `${run.name} ${what}`.trim() : what; }

function measured(name) {
  const color = (run, second) => runs.length > 1 ? run.color : second ? 2 : 1;
  return runs.flatMap((run) => [
    { name: label(run, "training"), color: color(run, false), points: run.curve(name), faint: run.within(name) },
    { name: label(run, "validation"), color: color(run, true), dashed: true, points: run.curve(`val_${name}`) },
  ]);
}

function course(title, member, key) {
  return runs.map((run) => ({ name: runs.length > 1 ? run.name : title, color: run.color, points: run.course(member, key) }));
}

function connection(text) {
  if ($("connection").textContent !== text) $("connection").textContent = text;
}

function hear(message) {
  const run = runs[message.run];
  if (message.anew) run.forget();
  for (const event of message.events ?? []) run.take(event);
  if (message.error) connection(message.error);
  drawSoon();
}

function follow() {
  const source = new EventSource("events");
  source.addEventListener("open", () => connection("Connected: the curves grow as the training goes."));
  source.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    if (!runs.every((run) => run.ended)) {
      connection("No connection. The page shows what it heard last, and tries again.");
      return;
    }
    source.close();
    connection("The training is over, and its page, too. lince watch shows it again.");
  });
}

async function start() {
  const answer = await fetch("runs");
  if (!answer.ok) throw new Error((await answer.text()).trim());
  runs = (await answer.json()).map((name, i) => new Run(i, name));
  const title = runs.length === 1 ? `Training ${runs[0].name}` : `${runs.length} trainings`;
  $("title").textContent = title;
  document.title = `${title} · Lince`;
  $("runs").replaceChildren(...runs.map((run) => run.node));
  follow();
  setInterval(drawSoon, 5000); // how long nothing was heard grows without news
}

start().catch((error) => connection(`The page cannot begin: ${error.message}`));
