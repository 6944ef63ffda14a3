import type { Pos, Verdict } from "./data";

export type Child = Node | string | number | null | undefined | false | Child[];
type Props = Record<string, string | number | boolean | ((e: never) => void) | undefined>;

// Nothing but these attributes is ever set, and none of them can hold code.
const allowed = new Set(["class", "id", "href", "for", "type", "value", "role", "scope", "tabindex", "title", "download", "open", "hidden", "disabled",
  "placeholder", "width", "height", "colspan", "lang", "selected"]);

/** h makes an element. Texts become text nodes, so no text of a run is ever markup. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value as EventListener);
    else if (allowed.has(name) || name.startsWith("aria-") || name.startsWith("data-")) element.setAttribute(name, value === true ? "" : String(value));
    else throw new Error(`attribute ${name}`);
  }
  append(element, children);
  return element;
}

function append(to: Node, children: Child[]): void {
  for (const c of children) {
    if (Array.isArray(c)) append(to, c);
    else if (c instanceof Node) to.appendChild(c);
    else if (c !== null && c !== undefined && c !== false) to.appendChild(document.createTextNode(visible(String(c))));
  }
}

/** visible escapes what would hide, turn round or erase text: control, format and separating characters, but not the end of a line and tabs. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (c) => {
    const n = c.codePointAt(0)!;
    if (c === "\n" || c === "\t") return c;
    return n < 0x100 ? `\\x${n.toString(16).padStart(2, "0")}` : n < 0x10000 ? `\\u${n.toString(16).padStart(4, "0")}` : `\\U${n.toString(16).padStart(8, "0")}`;
  });
}

/** clip shortens a text to a number of characters. */
export const clip = (text: string, most: number): string => (text.length > most ? text.slice(0, most) + "…" : text);

/** stamp is a time as seconds since the start of the run. */
export const stamp = (ns: number): string => (ns / 1e9).toFixed(3) + "s";

/** span is a duration in a unit that suits it. */
export function span(ns: number): string {
  const size = Math.abs(ns);
  if (size >= 60e9) return `${Math.floor(ns / 60e9)}m${((ns % 60e9) / 1e9).toFixed(0)}s`;
  if (size >= 1e9) return digits(ns / 1e9) + "s";
  if (size >= 1e6) return digits(ns / 1e6) + "ms";
  if (size >= 1e3) return digits(ns / 1e3) + "µs";
  return `${ns}ns`;
}

const digits = (n: number): string => String(Number(n.toPrecision(4)));

/** amount is a figure with its unit. */
export const amount = (value: number, unit?: string): string => (unit === "ns" ? span(value) : digits(value) + (unit ?? ""));

export const place = (p?: Pos): string => (p && p.file ? [p.file, p.line, p.col].filter(Boolean).join(":") : "");

export const signs: Record<Verdict, [string, string]> = {
  passed: ["✓", "passed"], failed: ["✗", "failed"], error: ["!", "error"], inconclusive: ["?", "inconclusive"], skipped: ["–", "skipped"], flaky: ["~", "flaky"],
};

/** badge is a verdict as a sign and a word. */
export function badge(v: Verdict, word = true): HTMLElement {
  const [sign, name] = signs[v] ?? ["!", String(v)];
  return h("span", { class: `badge ${v in signs ? v : "error"}` }, h("span", { "aria-hidden": "true" }, sign), word ? " " + name : h("span", { class: "unseen" }, name));
}

/** worst first */
export const order: Verdict[] = ["failed", "error", "inconclusive", "flaky", "passed", "skipped"];
export const rank = (v: Verdict): number => (order.indexOf(v) + order.length + 1) % (order.length + 1);
