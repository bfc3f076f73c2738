// A line chart of our own: axes, legend with values, a cursor for pointer and
// keys, and the same numbers as a table.

const SVG = "http://www.w3.org/2000/svg";
const TABLE_ROWS = 500;

function element(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export function html(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}

// number writes a value with four digits that mean something.
export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(2);
  return value.toLocaleString("en", { maximumFractionDigits: size >= 100 ? 0 : 4 });
}

// ticks returns round numbers between low and high, about as many as asked for.
export function ticks(low, high, count) {
  const raw = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((s) => s * power >= raw * 0.999);
  const list = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) list.push(i * step);
  return list;
}

// nearest returns the point whose x is closest, by halving: points are sorted.
function nearest(points, x) {
  let low = 0, high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < x) low = middle + 1; else high = middle;
  }
  if (low > 0 && x - points[low - 1][0] < points[low][0] - x) low--;
  return points[low];
}

// Chart draws series: {name, color (1 to 6), dashed, points: [[x, y], …], faint:
// [[[x, y], …], …]}. x is in epochs that are done.
export class Chart {
  constructor(title) {
    this.series = [];
    this.cursor = null; // an x, or null for the latest values
    this.svg = element("svg", { tabindex: "0", role: "slider", "aria-label": `${title}: curve; the arrow keys walk along it` });
    this.legend = html("ul", { className: "legend" });
    this.table = html("div", { className: "scroll", tabIndex: 0 });
    this.table.setAttribute("role", "region");
    this.table.setAttribute("aria-label", `${title}: numbers`);
    this.details = html("details", {}, html("summary", { textContent: "As a table" }), this.table);
    this.node = html("article", { className: "card chart" }, html("h2", { textContent: title }), this.legend, this.svg, this.details);
    this.title = title;
    this.details.addEventListener("toggle", () => this.tabulate());
    this.svg.addEventListener("pointermove", (event) => this.point(event));
    this.svg.addEventListener("pointerleave", () => this.move(null));
    this.svg.addEventListener("blur", () => this.move(null));
    this.svg.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.svg);
  }

  update(series) {
    this.series = series.filter((s) => s.points.length > 0 || s.faint?.length > 0);
    this.draw();
    this.tabulate();
  }

  // xs are the places that the cursor stops at.
  xs() {
    return [...new Set(this.series.flatMap((s) => s.points.map((p) => p[0])))].sort((a, b) => a - b);
  }

  bounds() {
    let [left, right, low, high] = [0, 1, Infinity, -Infinity];
    for (const s of this.series) {
      for (const line of [s.points, ...(s.faint ?? [])]) {
        for (const [x, y] of line) {
          right = Math.max(right, x);
          low = Math.min(low, y);
          high = Math.max(high, y);
        }
      }
    }
    if (low > high) [low, high] = [0, 1];
    const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 0.5;
    return { left, right, low: low >= 0 ? Math.max(0, low - room) : low - room, high: high + room };
  }

  draw() {
    const width = this.svg.clientWidth, height = this.svg.clientHeight;
    if (width === 0) return;
    const b = this.bounds();
    const ys = ticks(b.low, b.high, 5);
    const frame = { left: 12 + 7 * Math.max(...ys.map((y) => number(y).length)), right: width - 10, top: 8, bottom: height - 24 };
    this.toX = (x) => frame.left + (x - b.left) / (b.right - b.left) * (frame.right - frame.left);
    this.fromX = (at) => b.left + (at - frame.left) / (frame.right - frame.left) * (b.right - b.left);
    this.toY = (y) => frame.bottom - (y - b.low) / (b.high - b.low) * (frame.bottom - frame.top);
    this.frame = frame;
    this.marks = element("g");
    const lines = this.series.flatMap((s) => this.lines(s));
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.replaceChildren(...this.axes(b, ys, width), ...lines, this.marks);
    this.mark();
  }

  axes(b, ys, width) {
    const { left, right, bottom } = this.frame;
    const nodes = [];
    for (const y of ys) {
      const at = this.toY(y);
      nodes.push(element("line", { class: "grid-line", x1: left, x2: right, y1: at, y2: at }),
        element("text", { x: left - 6, y: at + 4, "text-anchor": "end" }, number(y)));
    }
    const steps = ticks(b.left, b.right, Math.max(2, Math.min(10, width / 70))).filter(Number.isInteger);
    for (const x of steps) {
      nodes.push(element("text", { x: this.toX(x), y: bottom + 17, "text-anchor": x === b.right ? "end" : "middle" }, x === 0 ? "epoch 0" : String(x)));
    }
    return nodes;
  }

  lines(s) {
    const path = (points, kind) => element("polyline", {
      class: `${kind} series-${s.color}${s.dashed ? " dashed" : ""}`,
      points: points.map(([x, y]) => `${this.toX(x).toFixed(1)},${this.toY(y).toFixed(1)}`).join(" "),
    });
    const nodes = (s.faint ?? []).map((points) => path(points, "faint-curve"));
    if (s.points.length > 1) nodes.push(path(s.points, "curve"));
    if (s.points.length > 0 && s.points.length < 3) nodes.push(...s.points.map((p) => this.dot(s, p)));
    return nodes;
  }

  dot(s, [x, y]) {
    return element("circle", { class: `dot series-${s.color}`, cx: this.toX(x), cy: this.toY(y), r: 3.5 });
  }

  // mark draws the cursor and tells the values under it.
  mark() {
    const values = this.series.map((s) => {
      const all = s.points.length > 0 ? s.points : s.faint.at(-1);
      return this.cursor === null ? all.at(-1) : nearest(all, this.cursor);
    });
    this.marks.replaceChildren();
    if (this.cursor !== null) {
      const at = this.toX(this.cursor);
      this.marks.append(element("line", { class: "cursor", x1: at, x2: at, y1: this.frame.top, y2: this.frame.bottom }),
        ...this.series.map((s, i) => this.dot(s, values[i])));
    }
    this.legend.replaceChildren(...this.series.map((s, i) => {
      const sample = element("svg", { class: `series-${s.color}`, viewBox: "0 0 24 8", "aria-hidden": "true" },
        element("line", { class: `curve${s.dashed ? " dashed" : ""}`, x1: 0, x2: 24, y1: 4, y2: 4 }));
      return html("li", {}, sample, " ", html("span", { className: "label", textContent: s.name }), " ", html("b", { textContent: number(values[i][1]) }));
    }));
    const xs = this.xs();
    const x = this.cursor ?? xs.at(-1) ?? 0;
    this.svg.setAttribute("aria-valuemin", xs[0] ?? 0);
    this.svg.setAttribute("aria-valuemax", xs.at(-1) ?? 0);
    this.svg.setAttribute("aria-valuenow", x);
    this.svg.setAttribute("aria-valuetext", `epoch ${number(x)}: ${this.series.map((s, i) => `${s.name} ${number(values[i][1])}`).join(", ")}`);
  }

  move(x) {
    this.cursor = x;
    if (this.frame) this.mark();
  }

  point(event) {
    const xs = this.xs();
    if (xs.length === 0) return;
    const x = this.fromX(event.clientX - this.svg.getBoundingClientRect().left);
    this.move(nearest(xs.map((v) => [v]), x)[0]);
  }

  key(event) {
    const xs = this.xs();
    const at = this.cursor === null ? xs.length - 1 : xs.indexOf(this.cursor);
    const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: xs.length - 1 }[event.key];
    if (xs.length === 0 || to === undefined && event.key !== "Escape") return;
    event.preventDefault();
    this.move(event.key === "Escape" ? null : xs[Math.max(0, Math.min(xs.length - 1, to))]);
  }

  tabulate() {
    if (!this.details.open) return;
    const columns = this.series.map((s) => new Map(s.points));
    const rows = this.xs().slice(-TABLE_ROWS).map((x) => html("tr", {},
      html("th", { scope: "row", textContent: number(x) }), ...columns.map((c) => html("td", { textContent: number(c.get(x)) }))));
    this.table.replaceChildren(html("table", {},
      html("thead", {}, html("tr", {}, html("th", { scope: "col", textContent: "epoch" }), ...this.series.map((s) => html("th", { scope: "col", textContent: s.name })))),
      html("tbody", {}, ...rows)));
  }
}
