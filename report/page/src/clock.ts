import type { Check, Detail, Event, Problem, Stream } from "./data";
import { clip, h, span, stamp, visible } from "./dom";
import { bins, both, extremes, gaps, placed, Player, spectrum, wav, type Track } from "./sound";

/** Item is something that can be selected: an event, a step, a note, a measure, a line of output. */
interface Item { at: number; until?: number; what: string; where: string; text: string; detail?: unknown; lane: number; sent?: boolean; hollow?: boolean; kind: string; verdict?: string; step?: number; check?: Check }

interface Lane { title: string; under?: string; height: number; top: number; draw: (c: Painter, top: number, height: number) => void }

const gutter = 128, axis = 26;

/** Painter is a canvas with the view of the clock. */
interface Painter { g: CanvasRenderingContext2D; width: number; x: (at: number) => number; from: number; until: number; colour: (name: string) => string }

export class Clock {
  readonly element: HTMLElement;
  private readonly canvas = h("canvas", { tabindex: 0, role: "application", "aria-label": "timeline", "aria-describedby": "clock-help" });
  private readonly about = h("div", { class: "about", "aria-live": "polite" });
  private readonly items: Item[] = [];
  private readonly lanes: Lane[] = [];
  private readonly late: [number, number][] = [];
  private readonly marks: { at: number; from: number; until: number; problem: Problem; step: number }[] = [];
  private readonly tracks: Track[] = [];
  private readonly measures: Check[] = [];
  private readonly player: Player;
  private readonly buttons: [HTMLButtonElement, Track[]][] = [];
  private rows: HTMLElement | null = null;
  private spectrograms = false;
  private selected = -1;
  private cursor: number | null = null;
  private first: number;
  private last: number;
  private from: number;
  private until: number;
  private pending = 0;

  constructor(private readonly detail: Detail, audio: Uint8Array | null) {
    this.first = detail.start;
    this.last = detail.start + Math.max(detail.duration, 1e6);
    this.player = new Player((at) => this.moveTo(at), () => this.stopped());
    this.steps();
    this.connections();
    this.aside();
    if (audio) this.voices(audio);
    this.measured();
    this.problems();
    for (const i of this.items) this.last = Math.max(this.last, i.until ?? i.at);
    for (const t of this.tracks) for (const p of t.pieces) { this.first = Math.min(this.first, p.at); this.last = Math.max(this.last, p.until); }
    for (const i of this.items) this.first = Math.min(this.first, i.at);
    const pad = (this.last - this.first) * 0.01;
    this.first -= pad;
    this.last += pad;
    this.from = this.first;
    this.until = this.last;
    this.items.sort((a, b) => a.at - b.at);
    let top = axis;
    for (const l of this.lanes) { l.top = top; top += l.height; }
    this.canvas.style.blockSize = `${top + 4}px`;
    this.element = this.build();
    new ResizeObserver(() => this.draw()).observe(this.canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    addEventListener("beforeprint", this.now);
    addEventListener("afterprint", this.now);
  }

  /** empty tells whether there is nothing to draw. */
  get empty(): boolean {
    return this.lanes.length === 0;
  }

  /** close ends what goes on. */
  close(): void {
    this.player.stop();
    removeEventListener("beforeprint", this.now);
    removeEventListener("afterprint", this.now);
  }

  private readonly now = (): void => this.paint();

  private lane(title: string, under: string, height: number, draw: Lane["draw"]): number {
    return this.lanes.push({ title, under, height, top: 0, draw }) - 1;
  }

  private steps(): void {
    const steps = this.detail.steps ?? [];
    if (!steps.length) return;
    // Steps that wait stand below one another while they wait.
    const ends: number[] = [];
    const rows = steps.map((s) => {
      let r = ends.findIndex((end) => end <= s.start);
      if (r < 0) r = ends.length < 6 ? ends.length : 5;
      ends[r] = Math.max(s.end, s.start);
      return r;
    });
    const lane = this.lane("steps", "", 8 + 14 * ends.length, (p, top) => {
      steps.forEach((s, k) => {
        const x = p.x(s.start), w = Math.max(3, p.x(s.end) - x), y = top + 4 + 14 * rows[k]!;
        if (x > p.width || x + w < gutter) return;
        p.g.fillStyle = p.colour(s.verdict === "passed" ? "pass" : s.verdict === "failed" || s.verdict === "error" ? "fail" : "warn");
        p.g.globalAlpha = s.verdict === "passed" ? 0.35 : 0.85;
        p.g.fillRect(x, y, w, 12);
        p.g.globalAlpha = 1;
        if (w > 50) text(p, clip(s.name || s.verb, Math.floor(w / 6.5)), Math.max(x, gutter) + 3, y + 9.5, s.verdict === "passed" ? "fg" : "bg");
      });
    });
    steps.forEach((s, k) => this.items.push({
      at: s.start, until: s.end, what: s.verb + (s.name ? ` "${s.name}"` : ""), where: `step, line ${s.pos.line ?? "?"}`, kind: "step", verdict: s.verdict, lane,
      text: `${s.verdict} after ${span(s.end - s.start)}${s.reason ? ": " + s.reason : ""}`, detail: s.checks, step: k,
    }));
  }

  private connections(): void {
    this.detail.connections?.forEach((c) => {
      for (const sent of [true, false]) {
        const events = (c.events ?? []).filter((e) => !!e.sent === sent);
        const streams = (c.streams ?? []).filter((s) => s.sent === sent);
        if (!events.length && !streams.length) continue;
        const lane: number = this.lane(clip(c.name, 16), sent ? "we sent →" : "← came", streams.length ? 44 : 34, (p, top, height) => {
          streams.forEach((s) => stream(p, s, top + height - 15));
          this.glyphs(p, lane, top + 14);
        });
        for (const e of events) this.event(e, lane, c.name);
        for (const s of streams) {
          const n = s.chunks?.size.length ?? 0;
          this.items.push({ at: s.start, until: s.end, what: "media", where: c.name, sent, lane, kind: "span",
            text: `tag "${s.tag}", ${s.encoding || s.format.codec} at ${s.format.rate} Hz, ${n} chunks in ${span(s.end - s.start)}${s.by ? `, ended by ${s.by}` : s.ended ? ", ended" : ", did not end"}` });
          if (sent) this.lateness(s);
        }
      }
    });
  }

  private event(e: Event, lane: number, where: string): void {
    this.items.push({ at: e.at, what: e.kind, where, sent: !!e.sent, hollow: e.after_end, kind: e.kind, lane, detail: e.detail,
      text: (e.summary ?? "") + (e.after_end ? (e.sent ? " (at our end)" : " (after our end)") : "") + (e.listener ? ` (listener "${e.listener}")` : "") });
  }

  /** lateness notes from when until when we were late to send, as trace.Stream.Woken counts it. */
  private lateness(s: Stream): void {
    const { due = [], at = [], after = [] } = s.chunks ?? { size: [] };
    let free = 0;
    for (let k = 0; k < at.length; k++) {
      const begin = Math.max(due[k] ?? 0, free), late = Math.max(0, at[k]! - begin);
      if (late > 1e6) this.late.push([begin, at[k]!]);
      free = (after[k] ?? at[k]!) - late;
    }
  }

  private aside(): void {
    const others: [string, Event[]][] = [["HTTP", this.detail.requests ?? []], ["dials", this.detail.dials ?? []]];
    for (const [name, events] of others) {
      if (!events.length) continue;
      const lane: number = this.lane(name, "", 24, (p, top) => this.glyphs(p, lane, top + 12));
      for (const e of events) this.event(e, lane, name);
    }
    const notes = this.detail.notes ?? [];
    if (notes.length) {
      const lane: number = this.lane("notes", "", 24, (p, top) => this.glyphs(p, lane, top + 12));
      for (const n of notes) this.items.push({ at: n.at, what: "log", where: `line ${n.pos.line ?? "?"}`, text: n.text, kind: "log", lane });
    }
    const output = (this.detail.programs ?? []).flatMap((p) => (p.output ?? []).map((o) => ({ ...o, program: p.name ?? "" })));
    if (output.length) {
      const lane: number = this.lane("output", "of programs", 24, (p, top) => this.glyphs(p, lane, top + 12));
      for (const o of output.slice(0, 5000)) this.items.push({ at: o.at, what: "output", where: o.program, text: o.text, kind: "output", lane, verdict: o.error ? "failed" : undefined });
    }
  }

  private voices(audio: Uint8Array): void {
    const by = new Map<string, Track>();
    for (const v of this.detail.voices ?? []) {
      const c = this.detail.connections![v.connection]!, s = c.streams![v.stream]!;
      const caller = c.role === "app" ? !s.sent : s.sent;
      const key = JSON.stringify([v.connection, s.sent, s.tag]);
      let t = by.get(key);
      if (!t) {
        const several = this.detail.connections!.length > 1 ? `${c.name} ` : "";
        by.set(key, (t = { name: several + (caller ? "caller" : "bot") + (s.tag ? ` ${s.tag}` : ""), sent: s.sent, caller, connection: v.connection, pieces: [], speech: [] }));
      }
      t.pieces.push(...placed(v, audio));
      t.speech.push(...(v.speech ?? []));
    }
    const order = [...by.values()].sort((a, b) => a.connection - b.connection || Number(b.caller) - Number(a.caller));
    for (const t of order) {
      t.speech.sort((a, b) => a[0] - b[0]);
      this.tracks.push(t);
      this.lane(clip(t.name, 16), t.sent ? "we sent" : "as heard", 76, (p, top, height) => this.voice(p, t, top, height));
    }
  }

  private voice(p: Painter, t: Track, top: number, height: number): void {
    const middle = top + (height - 10) / 2, half = (height - 18) / 2;
    const others = this.tracks.filter((o) => o.connection === t.connection && o.sent !== t.sent).flatMap((o) => o.speech).sort((a, b) => a[0] - b[0]);
    if (this.tracks.some((o) => o.connection === t.connection && o.sent !== t.sent)) {
      for (const [a, b] of both(t.speech, others)) band(p, a, b, top, height, "fail", 0.16);
      for (const [a, b] of gaps([...t.speech, ...others])) if (b - a >= 500e6) hatched(p, a, b, top, height);
    }
    if (this.spectrograms) spectrogram(p, t, top + 4, height - 14);
    else {
      p.g.fillStyle = p.colour(t.sent ? "sent" : "came");
      for (let x = gutter; x < p.width; x++) {
        const a = p.from + ((x - gutter) / (p.width - gutter)) * (p.until - p.from), e = extremes(t, a, a + (p.until - p.from) / (p.width - gutter));
        if (e) p.g.fillRect(x, middle - e[1] * half, 1, Math.max(1, (e[1] - e[0]) * half));
      }
    }
    for (const [a, b] of t.speech) {
      const x = p.x(a), w = Math.max(1, p.x(b) - x);
      p.g.fillStyle = p.colour(t.sent ? "sent" : "came");
      p.g.fillRect(x, top + height - 9, w, 4);
    }
  }

  /** measured draws the stretches of time that checks measured. */
  private measured(): void {
    for (const s of this.detail.steps ?? []) for (const c of s.checks ?? []) if (c.until) this.measures.push(c);
    if (!this.measures.length) return;
    const lane = this.lane("measured", "by checks", 6 + 18 * Math.min(this.measures.length, 8), (p, top) => {
      this.measures.slice(0, 8).forEach((c, k) => {
        const a = p.x(c.from ?? 0), b = p.x(c.until!), y = top + 10 + 18 * k;
        p.g.strokeStyle = p.g.fillStyle = p.colour(c.verdict === "passed" ? "pass" : c.verdict === "failed" ? "fail" : "warn");
        p.g.lineWidth = 2;
        p.g.beginPath();
        p.g.moveTo(a, y - 6); p.g.lineTo(a, y + 6); p.g.moveTo(a, y); p.g.lineTo(b, y); p.g.moveTo(b, y - 6); p.g.lineTo(b, y + 6);
        p.g.stroke();
        const label = clip(visible(`${c.subject} ${c.figure?.unit === "ns" ? span(c.figure.value) : c.actual}`), 60);
        text(p, label, Math.max(b + 6, gutter + 4) + p.g.measureText(label).width > p.width ? Math.max(gutter + 4, a - p.g.measureText(label).width - 6) : Math.max(b + 6, gutter + 4), y + 4, "fg");
      });
    });
    for (const c of this.measures) this.items.push({ at: c.from ?? 0, until: c.until, what: c.subject, where: `check, line ${c.pos.line ?? "?"}`, kind: "span", verdict: c.verdict, lane, check: c,
      text: `${c.verdict}: expected ${c.expected}, actual ${c.actual}` });
  }

  private problems(): void {
    for (const problem of this.detail.problems ?? []) {
      const s = this.detail.steps?.[problem.step];
      if (!s) continue;
      const check = s.checks?.find((c) => c.verdict !== "passed" && c.until);
      this.marks.push({ at: check?.until ?? s.end, from: check?.from ?? s.start, until: check?.until ?? s.end, problem, step: problem.step });
    }
  }

  /** fails tells whether a problem has a place on the clock. */
  fails(problem: Problem): boolean {
    return this.marks.some((m) => m.problem === problem);
  }

  /** showProblem shows the place where something failed. */
  showProblem(problem: Problem): void {
    const m = this.marks.find((x) => x.problem === problem);
    if (!m) return;
    const room = Math.max((m.until - m.from) * 0.3, 100e6);
    this.view(m.from - room, m.until + room);
    this.showStep(m.step, false);
    this.cursor = Math.max(this.first, m.from - room / 2);
  }

  /** showCheck shows the stretch of time that a check measured, or its step. */
  showCheck(check: Check): void {
    const step = (this.detail.steps ?? []).findIndex((s) => s.checks?.includes(check));
    if (step < 0) return;
    if (!check.until) {
      this.showStep(step);
      return;
    }
    const from = Math.min(check.from ?? 0, check.until), until = Math.max(check.from ?? 0, check.until), room = Math.max((until - from) * 0.3, 100e6);
    this.view(from - room, until + room);
    this.showStep(step, false);
    this.select(this.items.findIndex((i) => i.check === check));
    this.cursor = Math.max(this.first, from - room / 2);
  }

  /** showStep selects a step. */
  showStep(step: number, zoom = true): void {
    const s = this.detail.steps![step]!;
    if (zoom) {
      const room = Math.max((s.end - s.start) * 0.3, 50e6);
      this.view(s.start - room, s.end + room);
    }
    this.select(this.items.findIndex((i) => i.step === step));
    this.element.scrollIntoView({ block: "start", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    this.canvas.focus({ preventScroll: true });
  }

  // What stands around the canvas.

  private build(): HTMLElement {
    const button = (name: string, title: string, click: () => void): HTMLButtonElement => h("button", { type: "button", title, click }, name);
    const c = this.canvas;
    c.addEventListener("keydown", (e) => this.key(e));
    c.addEventListener("wheel", (e) => {
      if (!e.ctrlKey && !e.shiftKey && !e.altKey && Math.abs(e.deltaX) <= Math.abs(e.deltaY) && document.activeElement !== c) return; // the page scrolls
      e.preventDefault();
      if (e.shiftKey || Math.abs(e.deltaX) > Math.abs(e.deltaY)) this.pan(((e.deltaX || e.deltaY) / c.clientWidth) * (this.until - this.from));
      else this.zoom(Math.exp(e.deltaY / 300), this.time(e.offsetX));
    }, { passive: false });
    let held: { x: number; from: number; until: number; moved: boolean } | null = null;
    c.addEventListener("pointerdown", (e) => { held = { x: e.offsetX, from: this.from, until: this.until, moved: false }; c.setPointerCapture(e.pointerId); });
    c.addEventListener("pointermove", (e) => {
      if (!held || Math.abs(e.offsetX - held.x) < 4 && !held.moved) return;
      held.moved = true;
      const by = ((held.x - e.offsetX) / (c.clientWidth - gutter)) * (held.until - held.from);
      this.view(held.from + by, held.until + by);
    });
    c.addEventListener("pointerup", (e) => {
      if (held && !held.moved) this.click(e.offsetX, e.offsetY);
      held = null;
    });
    c.addEventListener("dblclick", (e) => this.zoom(0.4, this.time(e.offsetX)));
    const tools = h("div", { class: "tools", role: "toolbar", "aria-label": "timeline" },
      button("+", "closer (+)", () => this.zoom(0.5)), button("−", "farther (-)", () => this.zoom(2)), button("whole", "the whole scenario (0)", () => this.view(this.first, this.last)),
      this.marks.length ? button("✗ failing place", "the first place that failed (f)", () => this.showProblem(this.marks[0]!.problem)) : null,
      this.tracks.length ? this.playing() : null);
    const list = h("details", {}, h("summary", {}, `All ${this.items.length} events as a list`));
    list.addEventListener("toggle", () => { if (list.open && !this.rows) list.append((this.rows = this.list())); });
    return h("div", { class: "clock" }, tools, c,
      h("p", { class: "dim", id: "clock-help" }, "Drag to move; once the timeline has the focus, the wheel zooms. Keys: ← → the event before or after, Shift with ← → moves, + − 0 zoom",
        this.marks.length ? ", f the failing place" : "", this.tracks.length ? ", Space plays" : "", ". ", this.late.length ? "Amber: we were late. " : "",
        this.tracks.length > 1 ? "Red behind voices: both speak. Hatched: nobody does for half a second or more." : ""),
      this.about, list);
  }

  private playing(): Child {
    const add = (name: string, title: string, tracks: Track[]): HTMLButtonElement => {
      const b = h("button", { type: "button", title, "aria-pressed": "false", click: () => this.play(tracks, b) }, "▶ " + clip(name, 40));
      this.buttons.push([b, tracks]);
      return b;
    };
    const toggle = h("button", { type: "button", "aria-pressed": "false", title: "frequencies up to 4 kHz instead of waves", click: () => {
      this.spectrograms = !this.spectrograms;
      toggle.setAttribute("aria-pressed", String(this.spectrograms));
      this.draw();
    } }, "spectrogram");
    const save = h("button", { type: "button", title: "all voices as a WAV file with a channel for each", click: () => {
      const url = URL.createObjectURL(wav(this.tracks));
      h("a", { href: url, download: "call.wav" }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } }, "save WAV");
    return [this.tracks.length > 1 ? add("together", "play all voices, the caller on the left", this.tracks) : null, this.tracks.map((t) => add(t.name, `play ${t.name} alone`, [t])), toggle, save];
  }

  private play(tracks: Track[], b?: HTMLButtonElement): void {
    const on = b?.getAttribute("aria-pressed") === "true" || (!b && this.player.playing);
    this.player.stop();
    if (on) return;
    (b ?? this.buttons[0]![0]).setAttribute("aria-pressed", "true");
    const from = this.cursor !== null && this.cursor >= this.from && this.cursor < this.until - 20e6 ? this.cursor : this.from;
    this.player.play(tracks, from, this.until);
  }

  private moveTo(at: number): void {
    this.cursor = at;
    this.draw();
  }

  private stopped(): void {
    for (const [b] of this.buttons) b.setAttribute("aria-pressed", "false");
    this.draw();
  }

  private list(): HTMLElement {
    const body = h("tbody");
    const more = h("button", { type: "button", click: () => add() }, "more");
    let shown = 0;
    const add = (): void => {
      body.append(...this.items.slice(shown, shown + 300).map((i, k) => {
        const n = shown + k;
        return h("tr", {}, h("td", {}, h("button", { type: "button", class: "plain", click: () => { this.bring(n); this.canvas.focus(); } }, stamp(i.at))),
          h("td", {}, i.sent === undefined ? "" : i.sent ? "→ sent" : "← came"), h("td", {}, clip(i.where, 60)), h("td", {}, i.what), h("td", {}, clip(i.text, 300)));
      }));
      shown = Math.min(shown + 300, this.items.length);
      more.hidden = shown === this.items.length;
    };
    add();
    return h("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "events" }, h("table", { class: "events" },
      h("thead", {}, h("tr", {}, ["time", "direction", "where", "event", "content"].map((t) => h("th", { scope: "col" }, t)))), body), more);
  }

  // The view.

  private view(from: number, until: number): void {
    const whole = this.last - this.first, length = Math.min(whole, Math.max(200e3, until - from));
    const middle = (from + until) / 2;
    this.from = Math.min(Math.max(this.first, middle - length / 2), this.last - length);
    this.until = this.from + length;
    this.draw();
  }

  private zoom(by: number, around?: number): void {
    const at = around ?? (this.selected >= 0 && this.inside(this.items[this.selected]!) ? this.items[this.selected]!.at : (this.from + this.until) / 2);
    const length = (this.until - this.from) * by, share = (at - this.from) / (this.until - this.from);
    this.view(at - share * length, at + (1 - share) * length);
  }

  private pan(by: number): void {
    this.view(this.from + by, this.until + by);
  }

  private inside(i: Item): boolean {
    return i.at >= this.from && i.at <= this.until;
  }

  private time(x: number): number {
    return this.from + ((x - gutter) / (this.canvas.clientWidth - gutter)) * (this.until - this.from);
  }

  private key(e: KeyboardEvent): void {
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const tenth = (this.until - this.from) / 10;
    const keys: Record<string, () => void> = {
      ArrowRight: () => (e.shiftKey ? this.pan(tenth) : this.bring(Math.min(this.selected + 1, this.items.length - 1))),
      ArrowLeft: () => (e.shiftKey ? this.pan(-tenth) : this.bring(Math.max(this.selected - 1, 0))),
      Home: () => this.bring(0), End: () => this.bring(this.items.length - 1),
      "+": () => this.zoom(0.5), "=": () => this.zoom(0.5), "-": () => this.zoom(2), "0": () => this.view(this.first, this.last),
      f: () => this.marks[0] && this.showProblem(this.marks[0].problem),
      " ": () => this.tracks.length && this.play(this.tracks),
      Escape: () => this.player.stop(),
    };
    if (!keys[e.key]) return;
    e.preventDefault();
    keys[e.key]!();
  }

  private click(x: number, y: number): void {
    const lane = this.lanes.findIndex((l) => y >= l.top && y < l.top + l.height), at = this.time(x);
    const near = 8 * ((this.until - this.from) / (this.canvas.clientWidth - gutter));
    let best = -1, least = near;
    this.items.forEach((i, k) => {
      if (i.lane !== lane) return;
      const inside = i.until !== undefined && at >= i.at && at <= i.until;
      const away = inside ? near * 0.9 : Math.abs(i.at - at);
      if (away < least) { least = away; best = k; }
    });
    if (x >= gutter) this.cursor = at;
    this.select(best);
  }

  private bring(n: number): void {
    const i = this.items[n];
    if (i && !this.inside(i)) this.view(i.at - (this.until - this.from) / 2, i.at + (this.until - this.from) / 2);
    this.select(n);
  }

  private select(n: number): void {
    this.selected = n;
    const i = this.items[n];
    this.about.replaceChildren(...(i ? [
      h("h3", {}, `${stamp(i.at)}${i.until !== undefined && i.until > i.at ? ` to ${stamp(i.until)}` : ""} ${i.sent === undefined ? "" : i.sent ? "→ " : "← "}${i.what}`, h("span", { class: "dim" }, " " + i.where)),
      h("p", {}, clip(i.text, 2000)), i.detail ? content(i.detail) : null].filter((x) => x !== null) : []));
    this.draw();
  }

  // Drawing.

  private draw(): void {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => { this.pending = 0; this.paint(); });
  }

  private paint(): void {
    const c = this.canvas, scale = devicePixelRatio || 1, width = c.clientWidth, height = c.clientHeight;
    if (!width) return;
    c.width = width * scale;
    c.height = height * scale;
    c.dataset.view = `${Math.round(this.from)} ${Math.round(this.until)} ${this.cursor === null ? "" : Math.round(this.cursor)}`;
    const g = c.getContext("2d")!, style = getComputedStyle(c);
    g.scale(scale, scale);
    g.font = "11px ui-monospace, monospace";
    const p: Painter = { g, width, from: this.from, until: this.until, colour: (name) => style.getPropertyValue(`--${name}`),
      x: (at) => gutter + ((at - this.from) / (this.until - this.from)) * (width - gutter) };
    g.fillStyle = p.colour("bg");
    g.fillRect(0, 0, width, height);
    g.save();
    g.beginPath();
    g.rect(gutter, 0, width - gutter, height);
    g.clip();
    this.lanes.forEach((l, k) => { if (k % 2) { g.fillStyle = p.colour("shade"); g.fillRect(0, l.top, width, l.height); } });
    for (const [a, b] of this.late) band(p, a, b, axis, height, "warn", 0.4);
    for (const m of this.measures) if (m.verdict !== "passed") band(p, m.from ?? 0, m.until!, axis, height, "fail", 0.08);
    for (const l of this.lanes) l.draw(p, l.top, l.height);
    this.axis(p, height);
    for (const m of this.marks) {
      const x = p.x(m.at);
      g.fillStyle = p.colour("fail");
      g.fillRect(x - 1, 14, 2, height);
      g.beginPath();
      g.moveTo(x - 6, 14); g.lineTo(x + 6, 14); g.lineTo(x, 24);
      g.fill();
    }
    if (this.cursor !== null) { g.fillStyle = p.colour("fg"); g.fillRect(p.x(this.cursor), 0, 1, height); }
    const s = this.items[this.selected];
    if (s) {
      const l = this.lanes[s.lane]!, x = p.x(s.at);
      g.strokeStyle = p.colour("accent");
      g.lineWidth = 2;
      g.strokeRect(x - 8, l.top + 2, Math.max(16, p.x(s.until ?? s.at) - x + 16), l.height - 4);
    }
    g.restore();
    for (const l of this.lanes) {
      text(p, visible(l.title), 6, l.top + 15, "fg");
      if (l.under && l.height > 26) text(p, l.under, 6, l.top + 28, "dim");
      else if (l.under) text(p, l.under, 70, l.top + 15, "dim");
      g.fillStyle = p.colour("line");
      g.fillRect(0, l.top + l.height - 0.5, width, 0.5);
    }
  }

  private axis(p: Painter, height: number): void {
    const aim = (p.until - p.from) / ((p.width - gutter) / 110), power = 10 ** Math.floor(Math.log10(aim));
    const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= aim)!;
    const places = Math.min(6, Math.max(0, -Math.floor(Math.log10(step / 1e9) + 1e-9)));
    for (let t = Math.ceil(p.from / step) * step; t <= p.until; t += step) {
      const x = p.x(t);
      p.g.fillStyle = p.colour("line");
      p.g.fillRect(x, 0, 0.5, height);
      text(p, (t / 1e9).toFixed(places) + "s", x + 3, 11, "dim");
    }
  }

  private glyphs(p: Painter, lane: number, y: number): void {
    for (const i of this.items) {
      if (i.lane !== lane || i.kind === "span" || i.kind === "step") continue;
      const x = p.x(i.at);
      if (x < gutter - 8 || x > p.width + 8) continue;
      glyph(p, i, x, y);
    }
  }
}

type Child = import("./dom").Child;

/** content shows what an event holds. */
function content(detail: unknown): HTMLElement {
  const octets = (value: unknown): unknown => {
    if (value && typeof value === "object" && Object.keys(value).length === 1 && "base64" in value && typeof value.base64 === "string") {
      const raw = atob(value.base64);
      return { octets: raw.length, hex: Array.from(raw.slice(0, 256), (c) => c.charCodeAt(0).toString(16).padStart(2, "0")).join(" ") + (raw.length > 256 ? " …" : "") };
    }
    return value;
  };
  const data = (detail as { data?: unknown }).data;
  let pretty: string | null = null;
  if (typeof data === "string") try { pretty = JSON.stringify(JSON.parse(data), null, 2); } catch { /* no JSON */ }
  return h("pre", { tabindex: 0, role: "group", "aria-label": "content" }, clip(pretty ?? JSON.stringify(detail, (_, v: unknown) => octets(v), 2), 20_000));
}

function text(p: Painter, s: string, x: number, y: number, colour: string): void {
  p.g.fillStyle = p.colour(colour);
  p.g.fillText(s, x, y);
}

function band(p: Painter, from: number, until: number, top: number, height: number, colour: string, alpha: number): void {
  p.g.fillStyle = p.colour(colour);
  p.g.globalAlpha = alpha;
  p.g.fillRect(p.x(from), top, Math.max(1, p.x(until) - p.x(from)), height);
  p.g.globalAlpha = 1;
}

function hatched(p: Painter, from: number, until: number, top: number, height: number): void {
  const a = Math.max(p.x(from), gutter), b = Math.min(p.x(until), p.width);
  p.g.save();
  p.g.beginPath();
  p.g.rect(a, top, b - a, height);
  p.g.clip();
  p.g.strokeStyle = p.colour("dim");
  p.g.globalAlpha = 0.35;
  p.g.lineWidth = 1;
  p.g.beginPath();
  for (let x = a - height; x < b; x += 9) { p.g.moveTo(x, top + height); p.g.lineTo(x + height, top); }
  p.g.stroke();
  p.g.restore();
}

function stream(p: Painter, s: Stream, y: number): void {
  const x = p.x(s.start), w = Math.max(2, p.x(s.end) - x);
  p.g.fillStyle = p.colour(s.sent ? "sent" : "came");
  p.g.globalAlpha = 0.28;
  p.g.fillRect(x, y, w, 11);
  p.g.globalAlpha = 1;
  const at = s.chunks?.at ?? [];
  if (at.length && w / at.length > 3) for (const t of at) { const c = p.x(t); if (c >= gutter && c <= p.width) p.g.fillRect(c, y, 1, 11); }
  const left = Math.max(x, gutter), room = Math.min(x + w, p.width) - left;
  if (room > 60) text(p, clip(visible(s.tag || s.encoding || "media"), Math.floor((room - 6) / 7)), left + 3, y + 9, "fg");
}

function glyph(p: Painter, i: Item, x: number, y: number): void {
  const g = p.g;
  g.fillStyle = g.strokeStyle = p.colour(i.kind === "error" || i.verdict === "failed" ? "fail" : i.kind === "log" ? "fg" : i.kind === "network" ? "warn" : i.sent ? "sent" : "came");
  g.lineWidth = 1.5;
  g.beginPath();
  switch (i.kind) {
    case "mark": g.moveTo(x, y - 6); g.lineTo(x + 5, y); g.lineTo(x, y + 6); g.lineTo(x - 5, y); g.closePath(); break;
    case "clear": case "error": g.moveTo(x - 5, y - 5); g.lineTo(x + 5, y + 5); g.moveTo(x + 5, y - 5); g.lineTo(x - 5, y + 5); g.lineWidth = 2.5; g.stroke(); return;
    case "open": g.moveTo(x - 4, y - 6); g.lineTo(x + 5, y); g.lineTo(x - 4, y + 6); g.closePath(); break;
    case "close": g.rect(x - 5, y - 5, 10, 10); break;
    case "frame": case "octets": g.rect(x - 2, y - 5, 4, 10); break;
    case "ping": case "pong": g.moveTo(x, y - 5); g.lineTo(x + 5, y + 4); g.lineTo(x - 5, y + 4); g.closePath(); break;
    case "media_started": g.rect(x, y - 6, 2, 12); g.rect(x, y - 6, 6, 2); g.rect(x, y + 4, 6, 2); break;
    case "media_ended": g.rect(x - 1, y - 6, 2, 12); g.rect(x - 5, y - 6, 6, 2); g.rect(x - 5, y + 4, 6, 2); break;
    case "output": g.rect(x - 0.5, y - 6, 1.5, 12); break;
    default: g.arc(x, y, 4.5, 0, 2 * Math.PI);
  }
  if (i.hollow) g.stroke();
  else g.fill();
}

function spectrogram(p: Painter, t: Track, top: number, height: number): void {
  const scale = devicePixelRatio || 1, w = Math.ceil(p.width - gutter);
  const image = new ImageData(w, bins), levels = new Float32Array(bins);
  for (let x = 0; x < w; x++) {
    if (!spectrum(t, p.from + ((x + 0.5) / w) * (p.until - p.from), levels)) continue;
    for (let k = 0; k < bins; k++) {
      const v = Math.max(0, Math.min(1, (levels[k]! + 95) / 75)), o = 4 * ((bins - 1 - k) * w + x);
      image.data[o] = 255 * Math.min(1, 1.6 * v); // black, violet, orange, yellow
      image.data[o + 1] = 255 * Math.max(0, 1.7 * v - 0.7);
      image.data[o + 2] = 255 * Math.max(0, v < 0.5 ? 1.2 * v : 1.2 - 1.2 * v);
      image.data[o + 3] = 255;
    }
  }
  const off = document.createElement("canvas");
  off.width = w;
  off.height = bins;
  off.getContext("2d")!.putImageData(image, 0, 0);
  p.g.imageSmoothingEnabled = scale > 1;
  p.g.drawImage(off, gutter, top, w, height);
}
