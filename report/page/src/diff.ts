import { h, type Child } from "./dom";

/** Part is a piece of text that both have (" "), only the expected one ("-") or only the actual one ("+"). */
export interface Part { sign: " " | "-" | "+"; text: string }

const most = 1_000_000; // comparisons; beyond that, the middle counts as changed

/** compare gives the difference of two lists of words or lines: a longest common subsequence of what is between equal ends. */
export function compare(a: string[], b: string[]): Part[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const parts: Part[] = [];
  const add = (sign: Part["sign"], text: string): void => {
    const last = parts[parts.length - 1];
    if (last?.sign === sign) last.text += text;
    else if (text) parts.push({ sign, text });
  };
  add(" ", a.slice(0, head).join(""));
  const x = a.slice(head, a.length - tail), y = b.slice(head, b.length - tail);
  if (x.length * y.length > most) {
    add("-", x.join(""));
    add("+", y.join(""));
  } else {
    const w = y.length + 1;
    const table = new Uint32Array((x.length + 1) * w);
    for (let i = x.length - 1; i >= 0; i--)
      for (let j = y.length - 1; j >= 0; j--)
        table[i * w + j] = x[i] === y[j] ? table[(i + 1) * w + j + 1]! + 1 : Math.max(table[(i + 1) * w + j]!, table[i * w + j + 1]!);
    let i = 0, j = 0;
    while (i < x.length || j < y.length) {
      if (i < x.length && j < y.length && x[i] === y[j]) add(" ", x[i++]! + (j++, ""));
      else if (i < x.length && (j === y.length || table[(i + 1) * w + j]! >= table[i * w + j + 1]!)) add("-", x[i++]!);
      else add("+", y[j++]!);
    }
  }
  add(" ", a.slice(a.length - tail).join(""));
  return parts;
}

const json = (text: string): string | null => {
  if (!/^[[{]/.test(text)) return null;
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  return indented(text);
};

/** indented puts each member of a JSON text on a line, and keeps the digits of its numbers. */
function indented(text: string): string {
  let out = "", depth = 0;
  const line = (): string => "\n" + "  ".repeat(depth);
  for (const token of text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? []) {
    if (token === "{" || token === "[") { depth++; out += token + line(); }
    else if (token === "}" || token === "]") { depth--; out += line() + token; }
    else if (token === ",") out += token + line();
    else out += token === ":" ? ": " : token;
  }
  return out;
}

const isText = (text: string): boolean => /^"(?:[^"\\]|\\.)*"$/s.test(text);
const lines = (text: string): string[] => text.split(/(?<=\n)/);
const words = (text: string): string[] => text.match(/[\p{L}\p{N}]+|[^\p{L}\p{N}]/gu) ?? [];

/** values shows what was expected beside what came. What differs is marked if both are values of the same kind. */
export function values(expected: string, actual: string): HTMLElement {
  const a = json(expected), b = json(actual);
  let parts: Part[] | null = null;
  if (a !== null && b !== null) parts = compare(lines(a + "\n"), lines(b + "\n"));
  else if (isText(expected) && isText(actual)) parts = compare(words(expected), words(actual));
  const side = (sign: "-" | "+", text: string): Child =>
    parts ? parts.filter((p) => p.sign === " " || p.sign === sign).map((p) => (p.sign === " " ? p.text : h(sign === "-" ? "del" : "ins", {}, p.text))) : text;
  return h("div", { class: "values" },
    h("div", {}, h("h4", {}, "expected"), h("pre", { tabindex: 0, role: "group", "aria-label": "expected" }, side("-", expected))),
    h("div", {}, h("h4", {}, "actual"), h("pre", { tabindex: 0, role: "group", "aria-label": "actual" }, side("+", actual))));
}
