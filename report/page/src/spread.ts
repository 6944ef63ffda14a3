import type { Lateness, Series, Spread } from "./data";
import { amount, h, span } from "./dom";

/** lateness shows who was late, as a table and as histograms. */
export function lateness(l: Lateness, bounds: number[], waiting?: string): HTMLElement {
  const rows: [string, string, Lateness["read"]][] = [
    ["woken", "we were late to send", l.woken], ["blocked", "the peer or the network held up our writes", l.blocked], ["read", "we noticed late what came", l.read]];
  return h("div", {},
    h("table", { class: "figures" },
      h("caption", {}, "Lateness", waiting && `; this machine waited on a ${waiting}`),
      h("thead", {}, h("tr", {}, ["", "count", "p50", "p99", "max"].map((t) => (t ? h("th", { scope: "col" }, t) : h("td", {}))), h("th", { scope: "col" }, "histogram"))),
      h("tbody", {}, rows.map(([name, what, q]) => h("tr", {},
        h("th", { scope: "row" }, name, h("span", { class: "dim" }, " " + what)), h("td", {}, q.count), h("td", {}, span(q.p50)), h("td", {}, span(q.p99)), h("td", {}, span(q.max)),
        h("td", {}, histogram(q.histogram ?? [], (k) => (k < bounds.length ? `≤${span(bounds[k]!)}` : "more"))))))));
}

/** series shows the runs of a scenario, and how their figures are distributed. */
export function series(s: Series): HTMLElement {
  const ended = Object.entries(s.verdicts).filter(([, n]) => n > 0).map(([v, n]) => `${n} ${v}`).join(", ");
  return h("div", {},
    h("p", {}, `${s.runs} runs${s.load ? " of one load" : ""}: ${ended}. What else this page shows is of one of them.`),
    s.figures?.length ? h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "figures" }, h("table", { class: "figures" },
      h("caption", {}, "Figures"),
      h("thead", {}, h("tr", {}, ["figure", "count", "min", "p50", "p95", "p99", "max", "distribution, with p50 and p99"].map((t) => h("th", { scope: "col" }, t)))),
      h("tbody", {}, s.figures.map((f) => h("tr", {},
        h("th", { scope: "row" }, f.name, f.missing && h("span", { class: "dim" }, ` not in ${f.missing} runs`)),
        h("td", {}, f.count), [f.min, f.p50, f.p95, f.p99, f.max].map((v) => h("td", {}, amount(v, f.unit))), h("td", {}, distribution(f))))))) : null);
}

/** distribution draws a histogram from the least to the greatest, with marks at p50 and p99. */
function distribution(f: Spread): HTMLElement {
  const at = (v: number): string => `${f.max > f.min ? (100 * (v - f.min)) / (f.max - f.min) : 50}%`;
  const mark = (v: number, name: string): HTMLElement => {
    const line = h("span", { class: `mark ${name}` });
    line.style.insetInlineStart = at(v);
    return line;
  };
  const bins = f.bins ?? [];
  return h("div", { class: "distribution", role: "img", "aria-label": `from ${amount(f.min, f.unit)} to ${amount(f.max, f.unit)}, half below ${amount(f.p50, f.unit)}, 99 % below ${amount(f.p99, f.unit)}` },
    histogram(bins, (k) => `${amount(f.min + ((f.max - f.min) * k) / bins.length, f.unit)}…`), mark(f.p50, "p50"), mark(f.p99, "p99"));
}

function histogram(counts: number[], name: (k: number) => string): HTMLElement {
  const most = Math.max(...counts, 1);
  return h("span", { class: "histogram", "aria-hidden": "true" }, counts.map((n, k) => {
    const b = h("span", { title: `${name(k)}: ${n}` });
    b.style.blockSize = `${n ? Math.max(6, (100 * n) / most) : 0}%`;
    return b;
  }));
}
