// What report/html.go writes. Times and durations are whole nanoseconds since the start of the run.

export type Verdict = "passed" | "failed" | "error" | "inconclusive" | "skipped" | "flaky";

export interface Pos { file: string; line?: number; col?: number; len?: number }
export interface Label { label: string; text: string }
export interface Diagnostic { pos?: Pos; message: string; hint?: string; context?: Pos; details?: Label[] }
export interface Quantiles { count: number; p50: number; p99: number; max: number; histogram?: number[] }
export interface Lateness { woken: Quantiles; blocked: Quantiles; read: Quantiles }

export interface Row {
  suite: number; name: string; verdict: Verdict; outcome?: string; duration: number; line?: number;
  attempts?: number; runs?: number; tags?: string[]; why?: string; audio?: boolean;
}

export interface Index {
  tool: string; title: string; started: string; duration: number; seed?: string; waiting?: string; lateness: Lateness;
  warnings?: Diagnostic[]; notices?: string[]; suites: { name: string; file: string }[]; scenarios: Row[];
  bounds: number[]; counts: { verdict: Verdict; count: number }[] | null;
}

export interface Output { at: number; program?: string; error?: boolean; text: string }
export interface Program {
  name?: string; pos: Pos; command: string[] | null; started: number; ready?: number; ended?: number; exit?: number;
  stopped?: boolean; output?: Output[]; omitted?: number;
}
export interface Common { sources: Record<string, string> | null; programs: (Program[] | null)[] }

export interface Figure { value: number; unit?: string; worse: string }
export interface Check { pos: Pos; subject: string; verdict: Verdict; expected: string; actual: string; figure?: Figure; from?: number; until?: number }
export interface Step { pos: Pos; verb: string; name?: string; start: number; end: number; verdict: Verdict; reason?: string; checks?: Check[] }
export interface Problem { verdict: Verdict; diagnostic: Diagnostic; recent?: string[]; output?: Output[]; step: number }
export interface Attempt { verdict: Verdict; start: number; duration: number; problems?: Problem[] }
export interface Event { seq: number; at: number; sent?: boolean; after_end?: boolean; listener?: string; kind: string; summary?: string; detail: unknown }
export interface Chunks { due?: number[]; at?: number[]; after?: number[]; size: number[]; played?: number[]; played_end?: number[] }
export interface Stream {
  tag: string; sent: boolean; encoding: string; format: { codec: string; rate: number }; start: number; end: number;
  ended: boolean; by?: string; chunks?: Chunks;
}
export interface Connection { name: string; url: string; role?: string; dialled?: number; attempts?: number; events?: Event[]; streams?: Stream[] }
export interface Note { seq: number; at: number; pos: Pos; text: string; left_out?: number }
export interface Spread { name: string; unit?: string; worse?: string; count: number; missing?: number; mean: number; min: number; p50: number; p95: number; p99: number; max: number; bins?: number[] }
export interface Series { load?: boolean; runs: number; verdicts: Record<string, number>; outcomes?: Record<string, number>; figures?: Spread[] }
export interface Piece { at: number; from: number; size: number }
export interface Voice { connection: number; stream: number; offset: number; size: number; pieces: Piece[]; speech?: [number, number][] }

export interface Detail {
  name: string; pos: Pos; tags?: string[]; requirement?: string; verdict: Verdict; outcome?: string; reason?: string; came?: string;
  start: number; duration: number; attempts: number; earlier?: Attempt[]; artifacts?: string[]; steps?: Step[]; problems?: Problem[];
  connections?: Connection[]; programs?: Program[]; dials?: Event[]; notes?: Note[]; requests?: Event[]; lateness: Lateness;
  series?: Series; voices?: Voice[];
}

/** index reads what the page shows at once. */
export function index(): Index {
  return JSON.parse(document.getElementById("index")!.textContent!) as Index;
}

// The elements of scenarios come after the script, so it waits until the whole page was read.
const whole = new Promise<void>((done) => {
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => done());
  else done();
});

/** octets inflates what an element holds; null if there is no such element. */
async function octets(id: string): Promise<Uint8Array | null> {
  let element = document.getElementById(id);
  if (!element?.nextSibling) await whole;
  element = document.getElementById(id);
  if (!element) return null;
  const packed = atob(element.textContent!);
  const raw = new Uint8Array(packed.length);
  for (let i = 0; i < packed.length; i++) raw[i] = packed.charCodeAt(i);
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function read<T>(id: string): Promise<T> {
  const found = await octets(id);
  if (!found) throw new Error(`the page has no part ${id}; the file may be cut off`);
  return JSON.parse(new TextDecoder().decode(found)) as T;
}

let shared: Promise<Common> | undefined;

export const common = (): Promise<Common> => (shared ??= read<Common>("common"));
export const detail = (n: number): Promise<Detail> => read<Detail>(`s${n}`);
export const audio = (n: number): Promise<Uint8Array | null> => octets(`a${n}`);
