import { index as read } from "./data";
import { h } from "./dom";
import { overview } from "./overview";
import { scenario, type View } from "./scenario";

const index = read();
const app = document.getElementById("app")!;
let shown: View | null = null;
let wanted = 0;

/** show shows what the address asks for: all scenarios, or one. */
async function show(first: boolean): Promise<void> {
  const n = Number(/^#s(\d+)$/.exec(location.hash)?.[1] ?? NaN), ours = ++wanted;
  let next: View;
  try {
    next = n < index.scenarios.length ? await scenario(index, n) : { element: overview(index), close: () => undefined };
  } catch (e) {
    next = { element: h("main", { id: "main" }, h("h1", {}, "This part of the page cannot be shown"), h("p", { role: "alert" }, String(e)), h("a", { href: "#" }, "all scenarios")), close: () => undefined };
  }
  if (ours !== wanted) return; // something else was asked for meanwhile
  shown?.close();
  shown = next;
  app.replaceChildren(h("a", { href: "#main", class: "skip", click: (e: MouseEvent) => { e.preventDefault(); next.element.querySelector<HTMLElement>("h1")?.focus(); } }, "to the content"), next.element);
  const title = next.element.querySelector("h1")!;
  title.tabIndex = -1;
  if (!first) {
    scrollTo(0, 0);
    title.focus({ preventScroll: true });
  }
}

addEventListener("hashchange", () => void show(false));
addEventListener("keydown", (e) => {
  if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || e.target instanceof HTMLInputElement) return;
  const search = document.getElementById("search");
  if (search) {
    e.preventDefault();
    search.focus();
  }
});

// A canvas keeps what was drawn, so the colours of paper are set before it is drawn for it.
let opened: HTMLDetailsElement[] = [];
addEventListener("beforeprint", () => {
  document.documentElement.classList.add("printing");
  opened = [...document.querySelectorAll<HTMLDetailsElement>(".problem details:not([open])")];
  for (const d of opened) d.open = true;
});
addEventListener("afterprint", () => {
  document.documentElement.classList.remove("printing");
  for (const d of opened) d.open = false;
});
void show(true);
