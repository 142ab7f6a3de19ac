// A message's text with its formatting, as nodes. Offsets count UTF-16 units, as in a JS string.

import { make, toast } from "./dom.js";

const TAGS = {
  bold: "b",
  italic: "i",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};
const FOUND = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)])|(?<![\w/])(\/[A-Za-z0-9_]{1,64})(?![\w/])/g;
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const AS_IT_IS = new Set(["code", "pre", "text_link"]);

/** The nodes of `text`; `onCommand` is called with a command that is pressed. */
export function formatted(text, entities, onCommand) {
  const sorted = entities
    .filter((one) => one.type in TAGS || one.type === "text_link" || one.type === "spoiler")
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return between(text, 0, text.length, sorted, onCommand);
}

function between(text, from, to, entities, onCommand) {
  const nodes = [];
  let at = from;
  let next = 0;
  while (next < entities.length) {
    const one = entities[next];
    const end = Math.min(one.offset + one.length, to);
    const inner = [];
    next += 1;
    while (next < entities.length && entities[next].offset < end) inner.push(entities[next++]);
    if (one.offset < at || end <= one.offset) continue;
    const block = BLOCKS.has(one.type);
    const before = text.slice(at, one.offset);
    nodes.push(...plain(block ? before.replace(/\n$/, "") : before, onCommand));
    nodes.push(wrapped(text, one, end, inner, onCommand));
    at = block && text[end] === "\n" ? end + 1 : end;
  }
  nodes.push(...plain(text.slice(at, to), onCommand));
  return nodes;
}

function wrapped(text, entity, end, inner, onCommand) {
  const children = AS_IT_IS.has(entity.type)
    ? [text.slice(entity.offset, end)]
    : between(text, entity.offset, end, inner, onCommand);
  if (entity.type === "text_link") return link(entity.url, children[0]);
  if (entity.type === "spoiler") return spoiler(children);
  const node = make(TAGS[entity.type], {}, ...children);
  if (entity.type === "code" || entity.type === "pre") copyable(node);
  return node;
}

/** Links and commands are found in what is otherwise plain. */
function plain(text, onCommand) {
  const nodes = [];
  let at = 0;
  for (const hit of text.matchAll(FOUND)) {
    nodes.push(text.slice(at, hit.index));
    nodes.push(hit[1] ? link(hit[1], hit[1]) : command(hit[2], onCommand));
    at = hit.index + hit[0].length;
  }
  nodes.push(text.slice(at));
  return nodes.filter((one) => one !== "");
}

function link(url, label) {
  if (!/^https?:\/\//i.test(url ?? "")) return label;
  return make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label);
}

function command(name, onCommand) {
  return make(
    "button",
    { type: "button", class: "command", onclick: () => onCommand(name) },
    name,
  );
}

function spoiler(children) {
  const node = make("button", { type: "button", class: "spoiler", "aria-label": "Show" });
  node.append(...children);
  node.addEventListener("click", () => {
    node.classList.add("shown");
    node.removeAttribute("aria-label");
  });
  return node;
}

function copyable(node) {
  node.title = "Press to copy";
  node.addEventListener("click", async () => {
    await navigator.clipboard.writeText(node.textContent);
    toast("Copied.");
  });
}
