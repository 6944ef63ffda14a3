import type { Check, Common, Detail, Index, Problem, Step } from "./data";
import { badge, clip, h, rank, span, stamp, type Child } from "./dom";
import { values } from "./diff";
import type { Clock } from "./clock";

interface Line { steps: [number, Step][]; checks: Check[]; problems: Problem[] }

/** source shows the lines of a scenario in its suite, and beside each step how it ended and when. */
export function source(index: Index, n: number, detail: Detail, common: Common, clock: Clock): HTMLElement[] {
  const files = new Map<string, Map<number, Line>>();
  const line = (file: string, at?: number): Line | null => {
    if (!at) return null;
    let lines = files.get(file);
    if (!lines) files.set(file, (lines = new Map()));
    let l = lines.get(at);
    if (!l) lines.set(at, (l = { steps: [], checks: [], problems: [] }));
    return l;
  };
  line(detail.pos.file, detail.pos.line);
  detail.steps?.forEach((s, k) => {
    line(s.pos.file, s.pos.line)?.steps.push([k, s]);
    for (const c of s.checks ?? []) line(c.pos.file, c.pos.line)?.checks.push(c);
  });
  for (const p of detail.problems ?? []) line(p.diagnostic.pos?.file ?? "", p.diagnostic.pos?.line)?.problems.push(p);
  return [...files].map(([file, lines]) => excerpt(index, n, detail, common, file, lines, clock));
}

function excerpt(index: Index, n: number, detail: Detail, common: Common, file: string, lines: Map<number, Line>, clock: Clock): HTMLElement {
  const text = (common.sources?.[file] ?? "").split(/\r?\n/);
  const shown = new Set<number>();
  if (file === detail.pos.file && detail.pos.line) {
    const row = index.scenarios[n]!;
    const next = index.scenarios.filter((s) => s.suite === row.suite && s.line && s.line > detail.pos.line!).map((s) => s.line!);
    let end = next.length ? Math.min(...next) - 1 : text.length;
    while (end > detail.pos.line && !text[end - 1]?.trim()) end--;
    for (let k = detail.pos.line; k <= Math.min(end, detail.pos.line + 400); k++) shown.add(k);
  }
  for (const at of lines.keys()) for (const k of [at - 1, at + 1]) if (text[k - 1]?.trim()) shown.add(k);
  for (const at of lines.keys()) shown.add(at);
  const rows: HTMLElement[] = [];
  let before = 0;
  for (const k of [...shown].sort((a, b) => a - b)) {
    if (before && k > before + 1) rows.push(h("tr", { class: "cut" }, h("td", {}, "…"), h("td", {}), h("td", {})));
    before = k;
    rows.push(...row(k, text[k - 1] ?? "", lines.get(k), clock));
  }
  return h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": `lines of ${clip(file, 100)}` }, h("table", { class: "source" },
    h("caption", {}, file),
    h("thead", { class: "unseen" }, h("tr", {}, ["line", "text", "result"].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, rows)));
}

function row(k: number, text: string, line: Line | undefined, clock: Clock): HTMLElement[] {
  const worst = line?.steps.length ? [...line.steps].sort((a, b) => rank(a[1].verdict) - rank(b[1].verdict))[0]! : null;
  const bad = line?.problems.length ? "bad" : "";
  const out: HTMLElement[] = [h("tr", { class: bad, id: `L${k}` },
    h("td", { class: "number" }, k), h("td", { class: "code" }, marked(text, line)), h("td", { class: "result" }, line && worst ? result(line, worst, clock) : checksOnly(line, clock)))];
  for (const p of line?.problems ?? [])
    out.push(h("tr", { class: "told" }, h("td", {}), h("td", { colspan: 2 }, h("strong", {}, p.diagnostic.message), p.diagnostic.hint && h("span", {}, ` – ${p.diagnostic.hint}`))));
  return out;
}

/** marked underlines the place of a problem. */
function marked(text: string, line?: Line): Child {
  const pos = line?.problems.find((p) => p.diagnostic.pos?.col)?.diagnostic.pos;
  if (!pos?.col) return text;
  const all = Array.from(text), from = pos.col - 1, until = from + Math.max(1, pos.len ?? 1);
  return [all.slice(0, from).join(""), h("mark", {}, all.slice(from, until).join("")), all.slice(until).join("")];
}

function result(line: Line, [k, s]: [number, Step], clock: Clock): Child {
  const times = line.steps.length;
  const total = line.steps.reduce((sum, [, x]) => sum + x.end - x.start, 0);
  return [
    h("button", { type: "button", class: "plain", title: "show on the timeline", click: () => clock.showStep(k) }, badge(s.verdict, false),
      ` ${stamp(s.start)} +${span(times > 1 ? total : s.end - s.start)}`, times > 1 && ` in ${times} times`),
    s.reason && h("span", { class: "dim" }, " " + clip(s.reason, 300)), checksOnly(line, clock)];
}

function checksOnly(line: Line | undefined, clock: Clock): Child {
  const bad = line?.checks.filter((c) => c.verdict !== "passed") ?? [];
  const good = line?.checks.filter((c) => c.verdict === "passed") ?? [];
  return [
    good.slice(0, 5).map((c) => h("div", { class: "check" }, h("button", { type: "button", class: "plain", title: `expected ${clip(c.expected, 500)}`, click: () => clock.showCheck(c) }, badge("passed", false), ` ${c.subject}${c.actual && ": "}${clip(c.actual, 80)}`))),
    good.length > 5 && h("div", { class: "dim" }, `and ${good.length - 5} checks more`),
    bad.slice(0, 10).map((c) => h("div", { class: "check" }, h("button", { type: "button", class: "plain", title: "show on the timeline", click: () => clock.showCheck(c) }, badge(c.verdict, false), " ", c.subject))),
  ];
}

/** details shows each pair of expected and actual of a problem, and its other details. */
export function details(p: Problem, steps: Step[]): HTMLElement {
  return h("dl", {}, (p.diagnostic.details ?? []).slice(0, 40).map((d) => {
    const pair = failed(steps, p.step, d.label) ?? pairOf(d.text);
    return [h("dt", {}, d.label || "also"), h("dd", {}, pair ? values(pair[0], pair[1]) : h("pre", { tabindex: 0, role: "group", "aria-label": clip(d.label, 100) || "also" }, clip(d.text, 20_000)))];
  }));
}

function failed(steps: Step[], step: number, subject: string): [string, string] | null {
  for (const s of step >= 0 ? [steps[step]!, ...[...steps].reverse()] : [...steps].reverse())
    for (const c of s.checks ?? []) if (c.subject === subject && c.verdict !== "passed") return [c.expected, c.actual];
  return null;
}

const pairOf = (text: string): [string, string] | null => {
  const m = /^expected (.*?)\nactual {3}(.*)$/s.exec(text);
  return m ? [m[1]!, m[2]!] : null;
};
