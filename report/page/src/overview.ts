import type { Index, Row, Verdict } from "./data";
import { badge, clip, h, order, place, rank, signs, span } from "./dom";
import { lateness } from "./spread";

/** What a reader chose stays while the page is open. */
const chosen = { verdicts: new Set<Verdict>(), text: "", sort: "worst" };

/** overview shows all scenarios of a run. */
export function overview(index: Index): HTMLElement {
  const list = h("div", { class: "suites" });
  const told = h("p", { class: "dim", role: "status" });
  const search = h("input", { type: "search", id: "search", placeholder: "name, suite, tag or problem", value: chosen.text, input: () => { chosen.text = search.value; show(); } });
  const sort = h("select", { id: "sort", change: () => { chosen.sort = sort.value; show(); } },
    [["worst", "worst first"], ["run", "as in the run"], ["slow", "slowest first"], ["fast", "fastest first"], ["name", "by name"]]
      .map(([value, name]) => h("option", { value, selected: value === chosen.sort }, name)));
  const chips = (index.counts ?? []).map(({ verdict, count }) => {
    const chip = h("button", { type: "button", class: `chip ${verdict}`, "aria-pressed": String(chosen.verdicts.has(verdict)), click: () => {
      if (!chosen.verdicts.delete(verdict)) chosen.verdicts.add(verdict);
      chip.setAttribute("aria-pressed", String(chosen.verdicts.has(verdict)));
      show();
    } }, h("span", { "aria-hidden": "true" }, signs[verdict]?.[0] ?? "!"), ` ${count} ${verdict}`);
    return chip;
  });
  const texts = index.scenarios.map((s) => [s.name, index.suites[s.suite]!.name, ...(s.tags ?? []), s.why ?? ""].join("\n").toLowerCase());

  function show(): void {
    const wanted = chosen.text.toLowerCase().split(/\s+/).filter(Boolean);
    const found = index.scenarios.map((row, n) => ({ row, n })).filter(({ row, n }) =>
      (chosen.verdicts.size === 0 || chosen.verdicts.has(row.verdict)) && wanted.every((word) => texts[n]!.includes(word)));
    const by: Record<string, (a: Row, b: Row) => number> = {
      worst: (a, b) => rank(a.verdict) - rank(b.verdict), slow: (a, b) => b.duration - a.duration, fast: (a, b) => a.duration - b.duration,
      name: (a, b) => a.name.localeCompare(b.name), run: () => 0,
    };
    found.sort((a, b) => by[chosen.sort]!(a.row, b.row));
    const suites = new Map<number, typeof found>();
    if (chosen.sort === "run") found.sort((a, b) => a.n - b.n);
    for (const f of found) {
      const rows = suites.get(f.row.suite);
      if (rows) rows.push(f);
      else suites.set(f.row.suite, [f]);
    }
    list.replaceChildren(...[...suites].map(([k, rows]) => suite(index, k, rows)));
    told.textContent = found.length === index.scenarios.length ? `${found.length} scenarios` : `${found.length} of ${index.scenarios.length} scenarios`;
  }
  show();
  return h("main", { id: "main" },
    h("header", { class: "top" },
      h("h1", {}, index.title),
      h("p", { class: "dim" }, `${index.tool}, ${index.started.slice(0, 19).replace("T", " ")}, ${span(index.duration)}`, index.seed && `, seed ${index.seed}`)),
    notices(index),
    h("div", { class: "tools", role: "search" },
      h("div", { role: "group", "aria-label": "only these verdicts", class: "chips" }, chips),
      h("label", { for: "search" }, "search "), search, h("label", { for: "sort" }, "order "), sort),
    told, list,
    index.lateness.woken.count + index.lateness.read.count > 0 && h("details", { class: "card" }, h("summary", {}, "Lateness of this machine"), lateness(index.lateness, index.bounds, index.waiting)));
}

function notices(index: Index): HTMLElement | null {
  const all = [...(index.notices ?? []), ...(index.warnings ?? []).map((w) => [place(w.pos), w.message].filter(Boolean).join(": "))];
  return all.length ? h("aside", { class: "card warn", "aria-label": "notices" }, h("ul", {}, all.map((text) => h("li", {}, text)))) : null;
}

function suite(index: Index, k: number, rows: { row: Row; n: number }[]): HTMLElement {
  const { name, file } = index.suites[k]!;
  const slowest = Math.max(...rows.map(({ row }) => row.duration), 1);
  const counts = order.map((v) => [v, rows.filter(({ row }) => row.verdict === v).length] as const).filter(([, n]) => n > 0);
  return h("section", { class: "suite", "aria-labelledby": `suite${k} file${k}` },
    h("h2", { id: `suite${k}` }, clip(name, 200) || file),
    h("p", { class: "dim" }, h("span", { id: `file${k}` }, file), " · ", counts.map(([v, n]) => `${n} ${v}`).join(", ")),
    h("ul", { class: "rows" }, rows.map(({ row, n }) => h("li", {},
      h("a", { href: `#s${n}`, class: "row" },
        badge(row.verdict, false),
        h("span", { class: "name" }, row.name || "unnamed",
          row.outcome && h("span", { class: "tag" }, row.outcome), (row.attempts ?? 0) > 1 && h("span", { class: "tag" }, `${row.attempts} attempts`),
          row.runs !== undefined && h("span", { class: "tag" }, `${row.runs} runs`), row.audio && h("span", { class: "tag" }, "audio"),
          row.tags?.map((t) => h("span", { class: "tag" }, clip(t, 60))),
          row.why && h("span", { class: "why" }, clip(row.why, 300))),
        bar(row.duration, slowest),
        h("span", { class: "time" }, row.verdict === "skipped" ? "" : span(row.duration)))))));
}

/** bar is a time as a length, beside the same as a number. */
function bar(value: number, most: number): HTMLElement {
  const inner = h("span", {});
  inner.style.inlineSize = `${(100 * value) / most}%`;
  return h("span", { class: "bar", "aria-hidden": "true" }, inner);
}
