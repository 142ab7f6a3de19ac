// The messages in their order: new ones, changed ones, gone ones; days, groups, and where one looks.

import { firstLine, row } from "./bubble.js";
import { $, dayName, make } from "./dom.js";

const NEAR = 60;
const GROUP = 5 * 60_000;
const READING = 1500;
const FAR = 4;
const LEAF = 0.85;
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

export class Messages {
  constructor(act) {
    this.act = act;
    this.list = $("#list");
    this.scroll = $("#scroll");
    this.down = $("#down");
    this.badge = $("#unread");
    this.known = new Map();
    this.rows = new Map();
    this.unread = 0;
    this.stuck = true;
    this.top = 0;
    this.scroll.addEventListener("scroll", () => this.looked(), { passive: true });
    this.down.addEventListener("click", () => this.toEnd("smooth"));
    const keep = new ResizeObserver(() => this.stuck && this.toEnd());
    keep.observe(this.scroll);
    keep.observe(this.list);
  }

  /** Draw the whole chat. */
  load(messages) {
    this.known.clear();
    this.rows.clear();
    this.list.replaceChildren();
    for (const one of messages) this.known.set(one.message_id, one);
    for (const one of messages) this.place(one);
    this.list.classList.add("quiet");
    this.toEnd();
    requestAnimationFrame(() => this.list.classList.remove("quiet"));
    this.changed();
  }

  /** A message is new, or not what it was. */
  put(message) {
    if (message.kind === "service") return;
    const sent = message.random_id && this.rows.get(message.random_id);
    const before = this.known.get(message.message_id);
    this.known.set(message.message_id, message);
    if (sent && !before) {
      this.rows.delete(message.random_id);
      this.replace(sent, message);
    } else if (before) {
      this.replace(this.rows.get(message.message_id), message);
    } else {
      this.place(message);
      this.came(message);
    }
    this.changed();
  }

  /** What I have typed and nobody has confirmed; it is replaced when it comes back. */
  pending(message) {
    this.rows.set(message.random_id, this.insert(row(message, this.act), message, true));
    this.toEnd();
    this.changed();
  }

  /** It was refused: it never was. */
  discard(mark) {
    this.take(this.rows.get(mark));
    this.rows.delete(mark);
  }

  drop(id) {
    this.known.delete(id);
    this.take(this.rows.get(id));
    this.rows.delete(id);
    this.changed();
  }

  get pinned() {
    return [...this.known.values()].filter((one) => one.pinned).pop();
  }

  get mine() {
    return [...this.known.values()].filter((one) => !one.from_bot).pop();
  }

  get pictures() {
    return [...this.known.values()].filter((one) => one.kind === "photo");
  }

  get empty() {
    return this.rows.size === 0;
  }

  /** Bring a message into sight. */
  show(id) {
    const item = this.rows.get(id);
    if (!item) return;
    item.scrollIntoView({ block: "center", behavior: gently("smooth") });
    item.classList.remove("flash");
    void item.offsetWidth;
    item.classList.add("flash");
  }

  toEnd(behavior = "instant") {
    this.stuck = true;
    const far = this.scroll.scrollHeight - this.scroll.scrollTop > FAR * this.scroll.clientHeight;
    this.scroll.scrollTo({
      top: this.scroll.scrollHeight,
      behavior: far ? "instant" : gently(behavior),
    });
    this.top = this.scroll.scrollTop;
  }

  /** A page up (-1) or down (1), for whoever has their hands at the line where one types. */
  leaf(pages) {
    this.scroll.scrollBy({
      top: pages * LEAF * this.scroll.clientHeight,
      behavior: gently("smooth"),
    });
  }

  place(message) {
    this.rows.set(message.message_id, this.insert(row(message, this.act), message, false));
  }

  /** Before whatever is newer; a pending one last. */
  insert(item, message, last) {
    item.message = message;
    let after = null;
    if (!last) {
      for (let one = this.list.lastElementChild; one; one = one.previousElementSibling) {
        if (!one.message) continue;
        if (!one.message.pending && one.message.message_id < message.message_id) break;
        after = one;
      }
    }
    this.list.insertBefore(item, after);
    this.around(item);
    return item;
  }

  replace(old, message) {
    const item = row(message, this.act);
    item.message = message;
    item.classList.add("still");
    const busy = old.querySelector(".key.busy span")?.textContent;
    const held = old.contains(document.activeElement);
    const at = keys(old).indexOf(document.activeElement);
    old.replaceWith(item);
    if (held) (keys(item)[at] ?? this.scroll).focus({ preventScroll: true });
    for (const one of item.querySelectorAll(".key")) {
      if (busy && one.textContent === busy) one.classList.add("busy");
    }
    this.rows.set(message.message_id, item);
    this.around(item);
  }

  /** Take a row away, after it has faded. */
  take(item) {
    if (!item || item.classList.contains("gone")) return;
    const neighbour = item.nextElementSibling ?? item.previousElementSibling;
    item.message = null;
    item.classList.add("gone");
    item.setAttribute("aria-hidden", "true");
    const end = () => {
      item.remove();
      if (neighbour) this.around(neighbour);
    };
    item.addEventListener("animationend", end, { once: true });
    setTimeout(end, 400);
  }

  /** Days and groups around one row. */
  around(item) {
    for (const one of [item, next(item)]) if (one) this.day(one);
    for (const one of [previous(item), item, next(item)]) if (one) this.group(one);
    for (const chip of this.list.querySelectorAll(".day")) {
      if (!chip.nextElementSibling?.message) chip.remove();
    }
  }

  day(item) {
    if (!item.message) return;
    const name = dayName(new Date(item.message.date));
    const before = previous(item);
    const chip = item.previousElementSibling;
    const has = chip?.classList.contains("day");
    const needs = !before || dayName(new Date(before.message.date)) !== name;
    if (has && !needs) chip.remove();
    if (!has && needs) this.list.insertBefore(make("li", { class: "day" }, make("span", {}, name)), item);
  }

  group(item) {
    if (!item.message) return;
    item.classList.toggle("first", !together(previous(item), item));
    item.classList.toggle("last", !together(item, next(item)));
  }

  came(message) {
    if (this.stuck && !document.hidden) return this.toEnd("smooth");
    if (this.stuck) this.toEnd();
    if (message.from_bot) this.unread += 1;
    return this.count();
  }

  looked() {
    const rest = this.scroll.scrollHeight - this.scroll.clientHeight - this.scroll.scrollTop;
    const { scrollTop } = this.scroll;
    if (rest < NEAR) this.stuck = true;
    else if (scrollTop < this.top) this.stuck = false; // up: never by our own scrolling
    this.top = scrollTop;
    this.reading();
    if (this.stuck && !document.hidden) this.unread = 0;
    this.count();
  }

  /** While one scrolls back, the day stays in sight. */
  reading() {
    this.list.classList.toggle("reading", !this.stuck);
    clearTimeout(this.rest);
    this.rest = setTimeout(() => this.list.classList.remove("reading"), READING);
  }

  count() {
    this.down.hidden = this.stuck;
    this.badge.hidden = !this.unread;
    this.badge.textContent = this.unread;
    this.act.unread(this.unread);
  }

  changed() {
    const { pinned } = this;
    const pin = $("#pin");
    pin.hidden = !pinned;
    if (pinned) {
      $(".pin-text", pin).textContent = firstLine(pinned);
      pin.onclick = () => this.show(pinned.message_id);
    }
    this.act.changed();
  }
}

/** A script's smooth scrolling asks nobody whether they can bear it. */
const gently = (behavior) => (CALM.matches ? "instant" : behavior);

const keys = (item) => [...item.querySelectorAll(".key")];

function previous(item) {
  let one = item.previousElementSibling;
  while (one && !one.message) one = one.previousElementSibling;
  return one;
}

function next(item) {
  let one = item.nextElementSibling;
  while (one && !one.message) one = one.nextElementSibling;
  return one;
}

/** Two rows of one side, shortly after each other. */
function together(a, b) {
  if (!a?.message || !b?.message || a.message.from_bot !== b.message.from_bot) return false;
  const [from, to] = [new Date(a.message.date), new Date(b.message.date)];
  return to - from < GROUP && dayName(from) === dayName(to);
}
