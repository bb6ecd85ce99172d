// What the page does beside being read: sorting and filtering tables, and moving about in flamegraphs. Everything is on the
// page without it. No words of its own: those are in the elements' data, in the page's language.
"use strict";
(() => {
  const all = (root, query) => [...root.querySelectorAll(query)];
  const root = document.documentElement;
  root.classList.add("scripted");

  // Tables: heads become buttons; empty figures stand last either way.
  const number = (cell) => (cell && cell.dataset.v !== undefined && cell.dataset.v !== "" ? Number(cell.dataset.v) : null);
  const sort = (table, head, column) => {
    const falling = head.getAttribute("aria-sort") !== "descending" && !head.dataset.text
      || head.getAttribute("aria-sort") === "ascending";
    all(table, "thead th[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const sign = falling ? -1 : 1;
    const compare = (one, other) => {
      const [a, b] = [one.cells[column], other.cells[column]];
      if (head.dataset.text) return sign * a.textContent.localeCompare(b.textContent);
      const [x, y] = [number(a), number(b)];
      if (x === null || y === null) return (x === null) - (y === null);
      return sign * (x - y);
    };
    for (const body of table.tBodies) {
      all(body, ":scope > tr:not(.group)").sort(compare).forEach((row) => body.append(row));
    }
  };
  for (const table of all(document, "table[data-sort]")) {
    const heads = all(table, "thead tr:last-child > th");
    heads.forEach((head, column) => {
      if (head.dataset.fixed !== undefined) return;
      const button = document.createElement("button");
      button.type = "button";
      // A link cannot stand inside a button: the way to its word becomes a sign of its own.
      const word = head.querySelector("a");
      button.append(...(word || head).childNodes);
      head.prepend(button);
      if (word) {
        word.setAttribute("aria-label", document.getElementById(word.hash.slice(1)).querySelector("dt").textContent);
        word.textContent = "?";
      }
      button.addEventListener("click", () => sort(table, head, column));
    });
  }
  for (const filter of all(document, "input[data-filter]")) {
    const rows = all(document.getElementById(filter.dataset.filter), "tbody > tr");
    const said = filter.parentElement.parentElement.querySelector("output");
    filter.addEventListener("input", () => {
      const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      for (const row of rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      }
      said.textContent = words.length ? `${shown} / ${rows.length}` : "";
    });
  }

  // Glossary: whoever goes to a word finds it unfolded, and a link shows its word's sentence.
  const unfold = (hash) => {
    const word = hash.startsWith("#word-") && document.getElementById(hash.slice(1));
    if (word) word.closest("details").open = true;
    return word;
  };
  for (const link of all(document, 'a[href^="#word-"]')) {
    const word = document.getElementById(link.hash.slice(1));
    if (word && !link.title) link.title = word.querySelector("dd").textContent;
    link.addEventListener("click", () => unfold(link.hash));
  }
  const asked = unfold(location.hash);
  if (asked) asked.scrollIntoView();

  // Flamegraphs.
  const LEAST = 0.3;
  const full = (frame) => frame.dataset.n || frame.textContent;
  const graph = (flame) => {
    const frames = all(flame, "b").map((element) => {
      const style = element.style;
      const at = (name) => Number(style.getPropertyValue(name));
      return { element, x: at("--x"), w: at("--w"), d: at("--d") };
    });
    const under = (frame, other) => other.x >= frame.x - 1e-6 && other.x + other.w <= frame.x + frame.w + 1e-6;
    let focused = frames[0];
    let zoomed = frames[0];
    const detail = flame.closest(".flames").querySelector(".detail");
    const tell = (frame) => { detail.textContent = `${full(frame.element)} · ${frame.element.title}`; };
    const zoom = (frame) => {
      zoomed = frame;
      for (const other of frames) {
        const above = other.d <= frame.d && under(other, frame);
        const below = other.d > frame.d && under(frame, other);
        const width = above ? 100 : below ? (other.w / frame.w) * 100 : 0;
        const shown = above || (below && width >= 0.05);
        other.element.hidden = !shown;
        if (!shown) continue;
        other.element.style.setProperty("--x", above ? 0 : ((other.x - frame.x) / frame.w) * 100);
        other.element.style.setProperty("--w", width);
        other.element.classList.toggle("above", above && other !== frame);
        other.element.classList.toggle("thin", width < LEAST);
      }
      flame.dataset.zoomed = frame === frames[0] ? "" : full(frame.element);
      flame.closest(".flames").querySelector("[data-reset]").disabled = frame === frames[0];
      tell(frame);
    };
    const focus = (frame) => {
      if (!frame) return;
      focused.element.tabIndex = -1;
      focused = frame;
      frame.element.tabIndex = 0;
      frame.element.focus();
    };
    const seen = (frame) => !frame.element.hidden;
    const steps = {
      ArrowDown: (of) => frames.find((other) => other.d === of.d + 1 && seen(other) && under(of, other)),
      ArrowUp: (of) => frames.find((other) => other.d === of.d - 1 && under(other, of)),
      ArrowRight: (of) => frames.filter((other) => other.d === of.d && seen(other) && other.x > of.x)[0],
      ArrowLeft: (of) => frames.filter((other) => other.d === of.d && seen(other) && other.x < of.x).pop(),
      Home: () => frames[0],
    };
    flame.setAttribute("role", "tree");
    flame.removeAttribute("tabindex");
    for (const frame of frames) {
      const element = frame.element;
      element.setAttribute("role", "treeitem");
      element.setAttribute("aria-level", frame.d + 1);
      element.setAttribute("aria-label", `${element.textContent} · ${element.title}`);
      element.tabIndex = frame === focused ? 0 : -1;
      element.addEventListener("click", () => { zoom(frame === zoomed ? frames[0] : frame); focus(frame); });
      element.addEventListener("focus", () => tell(frame));
      element.addEventListener("mouseenter", () => tell(frame));
    }
    flame.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") zoom(focused === zoomed ? frames[0] : focused);
      else if (event.key === "Escape") { zoom(frames[0]); focus(frames[0]); }
      else if (steps[event.key]) focus(steps[event.key](focused));
      else return;
      event.preventDefault();
    });
    const find = (word) => {
      let matched = 0;
      let covered = [];
      for (const frame of [...frames].sort((a, b) => a.d - b.d)) {
        const hit = word !== "" && full(frame.element).toLowerCase().includes(word);
        frame.element.classList.toggle("hit", hit);
        if (hit && !covered.some((other) => under(other, frame))) {
          matched += frame.w;
          covered.push(frame);
        }
      }
      flame.classList.toggle("searched", word !== "");
      return matched;
    };
    return { find, reset: () => zoom(frames[0]) };
  };
  const start = (flames) => {
    if (flames.dataset.started) return;
    flames.dataset.started = "yes";
    const graphs = new Map(all(flames, ".flame").map((flame) => [flame, graph(flame)]));
    const search = flames.querySelector("[data-search]");
    const said = flames.querySelector(".toolbar output");
    const current = () => [...graphs].find(([flame]) => flame.offsetParent !== null);
    const find = () => {
      const word = search.value.trim().toLowerCase();
      graphs.forEach((one) => one.find(word));
      const seen = current();
      said.textContent = word && seen ? said.dataset.text.replace("%", `${seen[1].find(word).toFixed(1)} %`) : "";
    };
    search.addEventListener("input", find);
    flames.querySelector("[data-reset]").addEventListener("click", () => graphs.forEach((one) => one.reset()));
    all(flames, "input[type=radio]").forEach((choice) => choice.addEventListener("change", find));
  };
  // Those in closed parts of the page cost nothing until they are opened.
  for (const flames of all(document, ".flames")) {
    const details = flames.closest("details");
    if (!details || details.open) start(flames);
    else details.addEventListener("toggle", () => start(flames), { once: true });
  }
})();
