import { audio, common, detail as read, type Attempt, type Detail, type Index, type Problem, type Program } from "./data";
import { Clock } from "./clock";
import { badge, clip, h, place, span, stamp } from "./dom";
import { details, source } from "./source";
import { lateness, series } from "./spread";

/** View is what is shown, and what has to end before another thing is. */
export interface View { element: HTMLElement; close: () => void }

/** scenario shows one scenario in full. */
export async function scenario(index: Index, n: number): Promise<View> {
  const [d, shared, sound] = await Promise.all([read(n), common(), audio(n)]);
  const clock = new Clock(d, sound);
  const suite = index.suites[index.scenarios[n]!.suite]!;
  const programs = [...(d.programs ?? []), ...(shared.programs[index.scenarios[n]!.suite] ?? [])];
  const section = (id: string, name: string, ...children: (HTMLElement | null)[]): HTMLElement =>
    h("section", { "aria-labelledby": id }, h("h2", { id }, name), children);
  const element = h("main", { id: "main" },
    around(index, n),
    h("header", { class: "top" },
      h("p", { class: "dim" }, [suite.name, place(d.pos) || suite.file].filter(Boolean).join(" · ")),
      h("h1", {}, badge(d.verdict), " ", d.name || "unnamed"),
      h("p", { class: "dim" }, `${span(d.duration)} from ${stamp(d.start)}`, d.attempts > 1 && `, ${d.attempts} attempts`, d.outcome && `, outcome ${d.outcome}`,
        d.requirement && `, ${d.requirement}`, d.tags?.map((t) => h("span", { class: "tag" }, t))),
      d.reason && h("p", {}, d.reason), d.came && h("p", {}, `came: ${d.came}`)),
    d.problems?.length ? section("why", d.problems.length > 1 ? `Why: ${d.problems.length} problems` : "Why", ...d.problems.slice(0, 50).map((p) => problem(p, d, clock))) : null,
    clock.empty ? null : section("clock", "Timeline", clock.element),
    d.steps?.length || d.pos.line ? section("steps", "Steps", ...source(index, n, d, shared, clock)) : null,
    d.series ? section("series", "All runs", series(d.series)) : null,
    d.earlier?.length ? section("earlier", "Earlier attempts", ...d.earlier.map((a, k) => attempt(a, k))) : null,
    programs.length ? section("programs", "Services and commands", ...programs.map(program)) : null,
    d.artifacts?.length ? section("files", "Files", h("ul", {}, d.artifacts.map((a) => h("li", {}, a)))) : null,
    d.lateness.woken.count + d.lateness.read.count > 0 ? section("late", "Lateness meanwhile", lateness(d.lateness, index.bounds)) : null);
  return { element, close: () => clock.close() };
}

/** around is the way to other scenarios. */
function around(index: Index, n: number): HTMLElement {
  const bad = index.scenarios.map((s, k) => [s.verdict, k] as const).filter(([v]) => v !== "passed" && v !== "skipped").map(([, k]) => k);
  const before = bad.filter((k) => k < n).pop(), after = bad.find((k) => k > n);
  return h("nav", { class: "tools", "aria-label": "scenarios" },
    h("a", { href: "#", class: "chip" }, "← all scenarios"),
    before !== undefined && h("a", { href: `#s${before}`, class: "chip" }, "previous that did not pass"),
    after !== undefined && h("a", { href: `#s${after}`, class: "chip" }, "next that did not pass"));
}

function problem(p: Problem, d: Detail | null, clock: Clock | null): HTMLElement {
  const at = place(p.diagnostic.pos);
  return h("article", { class: `card problem ${p.verdict}` },
    h("h3", {}, badge(p.verdict, false), " ", p.diagnostic.message),
    h("p", {}, at && h("code", {}, at), p.diagnostic.hint && h("span", {}, ` hint: ${p.diagnostic.hint}`),
      clock?.fails(p) ? h("button", { type: "button", class: "show", click: () => clock.showProblem(p) }, "show on the timeline") : null),
    details(p, d?.steps ?? []),
    p.recent?.length ? h("details", {}, h("summary", {}, "Last events and notes"), h("pre", { tabindex: 0, role: "group", "aria-label": "last events" }, p.recent.join("\n"))) : null,
    p.output?.length ? h("details", {}, h("summary", {}, "Output around it"), h("pre", { tabindex: 0, role: "group", "aria-label": "output" },
      p.output.map((o) => `${stamp(o.at)} ${o.program ?? ""}: ${o.text}`).join("\n"))) : null);
}

function attempt(a: Attempt, k: number): HTMLElement {
  return h("details", { class: "card" },
    h("summary", {}, badge(a.verdict), ` attempt ${k + 1}, ${span(a.duration)} from ${stamp(a.start)}`, a.problems?.[0] ? `: ${clip(a.problems[0].diagnostic.message, 200)}` : ""),
    a.problems?.map((p) => problem(p, null, null)));
}

function program(p: Program): HTMLElement {
  const end = p.exit === undefined ? "" : `, exit code ${p.exit}${p.ended ? ` at ${stamp(p.ended)}` : ""}${p.stopped ? ", ended by us" : ""}`;
  const lines = p.output ?? [];
  return h("details", { class: "card" },
    h("summary", {}, h("strong", {}, p.name ?? ""), ` ${clip((p.command ?? []).join(" "), 300)}${end}, ${lines.length} lines`),
    lines.length ? h("pre", { tabindex: 0, role: "group", "aria-label": "output" }, lines.slice(-5000).map((o) => h("span", { class: o.error ? "err" : undefined }, `${stamp(o.at).padStart(9)} ${o.error ? "err " : "    "}${o.text}\n`))) : null,
    p.omitted ? h("p", { class: "dim" }, `${p.omitted} octets of the middle are left out`) : null);
}
