// The serving page: takes a picture, asks the model, shows the answer.

import { camera } from "./camera.js";

const TOP = 5;

const $ = (id) => document.getElementById(id);

let models = [];
let token = "";
let picture = null; // the File that is shown
let asked = new AbortController(); // what is on its way to the server
let sharpURL = "", heatURL = "";

const model = () => models.find((m) => m.name === $("model").value);
const address = (path) => new URL(`v1/models${path}`, document.baseURI).href;
const authorized = () => (token ? { Authorization: `Bearer ${token}` } : {});

function complain(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = text === "";
  $("busy").textContent = "";
}

// ask sends a request and returns the answer; what goes wrong comes as an Error
// in words.
async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(address(path), { ...options, headers: authorized() });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server cannot be reached. Is it still running?");
  }
  if (answer.ok) return answer;
  if (answer.status === 401) {
    $("ask").hidden = false;
    $("token").select();
    throw new Error(token ? "The server does not know this token." : "The server asks for a token.");
  }
  const said = await answer.json().catch(() => ({}));
  let text = said.error ?? `The server answered with status ${answer.status}.`;
  if (answer.status === 503) text += ` Try again in ${answer.headers.get("Retry-After") ?? "a few"} s.`;
  throw new Error(text);
}

async function list() {
  models = (await (await ask("")).json()).models ?? [];
  $("ask").hidden = true;
  $("model").replaceChildren(...models.map((m) => new Option(m.name, m.name)));
  $("model").disabled = models.length < 2;
  if (models.length === 0) throw new Error("The server has no model yet. Try again in a moment.");
  complain("");
  describe();
}

// describe says what the chosen model is and can.
function describe() {
  const m = model();
  const parts = [];
  if (m?.classes) parts.push(`${m.classes.length} classes`);
  if (m?.input) parts.push(`sees ${m.input.width} × ${m.input.height} pixels`);
  if (m?.state && m.state !== "AVAILABLE") parts.push(`not ready: ${m.state.toLowerCase()}`);
  $("about").textContent = parts.join(", ");
  $("explain").disabled = !m?.explain;
  if (!m?.explain) $("explain").checked = false;
  $("explain").parentElement.title = m?.explain ? "" : "This model has no convolution that could be shown.";
  call();
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

// call writes what a program has to say for the same answer.
function call() {
  const name = model()?.name ?? "MODEL";
  const lines = ["curl"];
  if (token) lines.push(`-H "Authorization: Bearer $TOKEN"`);
  lines.push(`--data-binary ${quoted(`@${picture?.name || "cat.jpg"}`)}`, quoted(`${address(`/${encodeURIComponent(name)}/classify`)}?top=${TOP}`));
  $("call").textContent = lines.join(" ");
}

function take(file) {
  picture = file;
  URL.revokeObjectURL(sharpURL);
  sharpURL = URL.createObjectURL(file);
  $("picture").hidden = false;
  $("unshown").hidden = true;
  $("picture").src = sharpURL;
  $("picture").alt = `The picture ${file.name || "that was sent"}`;
  call();
  classify();
}

async function classify() {
  if (!picture || !model()) return;
  asked.abort();
  asked = new AbortController();
  const { signal } = asked;
  complain("");
  forgetHeat();
  $("busy").textContent = "Looking at the picture…";
  try {
    const answer = await ask(`/${encodeURIComponent(model().name)}/classify?top=${TOP}`, { method: "POST", body: picture, signal });
    const { predictions } = await answer.json();
    if (predictions[0].error) throw new Error(predictions[0].error);
    show(predictions[0].classes);
  } catch (error) {
    if (error.name === "AbortError") return;
    $("result").hidden = true;
    complain(error.message);
    return;
  }
  await explain(signal);
}

function percent(p) {
  const value = 100 * p;
  return `${value > 0 && value < 0.1 ? "< 0.1" : value.toFixed(1)} %`;
}

function show(classes) {
  const [best] = classes;
  $("best").textContent = `${best.class ?? `class ${best.index}`}, ${percent(best.probability)}`;
  $("classes").replaceChildren(...classes.map((c) => {
    const item = document.createElement("li");
    for (const name of ["name", "share", "track"]) item.append(Object.assign(document.createElement(name === "track" ? "div" : "span"), { className: name }));
    const [name, share, track] = item.children;
    name.textContent = c.class ?? `class ${c.index}`;
    share.textContent = percent(c.probability);
    track.setAttribute("aria-hidden", "true");
    const bar = Object.assign(document.createElement("div"), { className: "bar" });
    bar.style.width = `${100 * c.probability}%`;
    track.append(bar);
    return item;
  }));
  $("result").hidden = false;
}

function forgetHeat() {
  URL.revokeObjectURL(heatURL);
  heatURL = "";
  $("why").hidden = true;
  $("picture").hidden = false;
}

// explain shows, or hides, what spoke for the likeliest class.
async function explain(signal) {
  $("busy").textContent = "";
  forgetHeat();
  if (!picture || !$("explain").checked) return;
  $("busy").textContent = "Finding what spoke for it…";
  try {
    const answer = await ask(`/${encodeURIComponent(model().name)}/explain`, { method: "POST", body: picture, signal });
    const heat = await answer.blob();
    if (signal.aborted) return;
    heatURL = URL.createObjectURL(heat);
  } catch (error) {
    if (error.name !== "AbortError") complain(error.message);
    return;
  }
  $("busy").textContent = "";
  if (!$("explain").checked) return; // switched off meanwhile
  $("why").src = heatURL;
  $("why").hidden = false;
  $("picture").hidden = true;
  $("unshown").hidden = true;
}

async function copy() {
  try {
    await navigator.clipboard.writeText($("call").textContent);
    $("copied").textContent = "Copied.";
  } catch {
    getSelection().selectAllChildren($("call"));
    $("copied").textContent = "The browser allows no copying here; the text is selected.";
  }
}

// firstPicture finds a file among what was dropped or pasted.
function firstPicture(transfer) {
  const file = [...transfer.files][0];
  if (file) take(file); else complain("That is no file. Save the picture first, then drop or choose it.");
}

function listen() {
  const drop = $("drop");
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    firstPicture(event.dataTransfer);
  });
  document.addEventListener("paste", (event) => { if (event.clipboardData.files.length > 0) take(event.clipboardData.files[0]); });
  $("file").addEventListener("change", () => { if ($("file").files.length > 0) take($("file").files[0]); });
  $("picture").addEventListener("error", () => {
    $("picture").hidden = true;
    $("unshown").hidden = !$("why").hidden;
  });
  $("model").addEventListener("change", () => {
    describe();
    classify();
  });
  $("explain").addEventListener("change", () => explain(asked.signal));
  $("copy").addEventListener("click", copy);
  $("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    token = $("token").value;
    begin();
  });
  camera(take, complain);
}

function begin() {
  list().then(classify).catch((error) => complain(error.message));
}

listen();
call();
begin();
