// One message as it is drawn: quote, picture or document, words, time, ticks, buttons.

import { clock, icon, make, size } from "./dom.js";
import { formatted } from "./words.js";

const TICK = "m3.5 12.5 4.5 4.5L17 7";
const TICKS = "m1.5 12.5 4.5 4.5L15 7m-3 9 1 1L22 7";
const WAITING = "M12 7v5l3 2M20 12a8 8 0 1 1-16 0 8 8 0 0 1 16 0Z";
const LARGEST_SIDE = 400;

/** The list item of a message; `act` has command, press, reply, open, quote. */
export function row(message, act) {
  const item = make("li", { class: `row ${message.from_bot ? "in" : "out"}` });
  item.dataset.id = message.message_id ?? message.random_id;
  item.append(bubble(message, act));
  const keys = keyboard(message, act);
  if (keys) item.append(keys);
  return item;
}

function bubble(message, act) {
  const node = make("article", { class: "bubble", "aria-label": message.from_bot ? "PiggyBot" : "You" });
  if (message.kind === "photo") node.classList.add(message.text ? "with-photo" : "wordless");
  const quoted = message.reply_to && act.quoted(message.reply_to);
  if (quoted) node.append(quote(quoted, act));
  if (message.kind === "photo") node.append(photo(message, act));
  if (message.kind === "document") node.append(attachment(message.file));
  node.append(words(message, act));
  node.addEventListener("dblclick", () => act.reply(message));
  return node;
}

function words(message, act) {
  const node = make("div", { class: "text" });
  node.append(...formatted(message.text, message.entities, act.command));
  node.append(meta(message));
  return node;
}

function meta(message) {
  const date = new Date(message.date);
  const node = make("span", { class: "meta" });
  if (message.reworded) node.append(make("span", {}, "edited "));
  node.append(make("time", { datetime: message.date, title: date.toLocaleString() }, clock(date)));
  if (!message.from_bot) node.append(ticks(message));
  return node;
}

/** A clock until it has arrived, a tick when it has, two when the bot has taken it. */
function ticks(message) {
  const state = message.pending ? "sending" : message.taken ? "taken by the bot" : "sent";
  const path = message.pending ? WAITING : message.taken ? TICKS : TICK;
  const node = make("span", { class: "ticks", role: "img", "aria-label": state, title: state });
  node.append(icon(path));
  return node;
}

function quote(quoted, act) {
  const node = make("button", { type: "button", class: "quote" });
  node.append(make("b", {}, quoted.from_bot ? "PiggyBot" : "You"), make("span", {}, firstLine(quoted)));
  node.addEventListener("click", () => act.quote(quoted));
  return node;
}

export function firstLine(message) {
  const line = message.text.split("\n", 1)[0];
  if (line) return line;
  return message.kind === "photo" ? "Picture" : (message.file?.name ?? "");
}

/** Its sides are known before its bytes have come, so that nothing jumps. */
function photo(message, act) {
  const { file } = message;
  const scale = Math.min(1, LARGEST_SIDE / Math.max(file.width, file.height, 1));
  const image = make("img", {
    src: address(file),
    alt: firstLine(message),
    width: Math.round(file.width * scale) || null,
    height: Math.round(file.height * scale) || null,
    decoding: "async",
  });
  const label = `Open the picture: ${firstLine(message)}`;
  const node = make("button", { type: "button", class: "photo", "aria-label": label });
  node.append(image);
  node.addEventListener("click", () => act.open(message));
  return node;
}

function attachment(file) {
  const kind = file.name.includes(".") ? file.name.split(".").pop().slice(0, 4) : "file";
  const node = make("a", { class: "file", href: address(file), download: file.name });
  node.append(
    make("span", { class: "file-icon", "aria-hidden": "true" }, kind),
    make("span", { class: "file-name" }, file.name, make("small", {}, size(file.size))),
  );
  return node;
}

export const address = (file) =>
  `/file/${encodeURIComponent(file.id)}/${encodeURIComponent(file.name)}`;

function keyboard(message, act) {
  if (!message.buttons.length) return null;
  const node = make("div", { class: "keys", role: "group", "aria-label": "Buttons" });
  let number = 0;
  for (const labels of message.buttons) {
    const line = make("div", { class: "keys-line" });
    for (const label of labels) line.append(key(message, label, number++, act));
    node.append(line);
  }
  return node;
}

function key(message, label, number, act) {
  const node = make("button", { type: "button", class: "key" }, make("span", {}, label));
  node.addEventListener("click", () => act.press(message, number, node));
  return node;
}
