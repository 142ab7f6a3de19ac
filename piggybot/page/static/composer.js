// Where one types: Enter sends, "/" opens the commands, arrows choose, the bar says what it is about.

import { firstLine } from "./bubble.js";
import { $, make } from "./dom.js";

const TALLEST = 160;
const LEAVES = { PageUp: -1, PageDown: 1 };

export class Composer {
  /** `act` has send(text, replyTo), edit(id, text), mine(), leaf(pages). */
  constructor(act, as) {
    this.act = act;
    this.commands = [];
    this.found = [];
    this.chosen = 0;
    this.about = null;
    this.kept = `draft:${as}`;
    this.text = $("#text");
    this.menu = $("#menu");
    this.text.value = sessionStorage.getItem(this.kept) ?? "";
    $("#composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("input", () => this.typed());
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    $("#menu-button").addEventListener("click", () => this.toggle());
    $("#context-end").addEventListener("click", () => this.forget());
    document.addEventListener("keydown", (event) => this.anywhere(event));
    this.fit();
  }

  /** Put words where one types, for the person to send. */
  fill(text) {
    this.text.value = text;
    this.typed();
    this.text.focus();
  }

  reply(message) {
    this.note({ kind: "reply", message }, message.from_bot ? "Reply to PiggyBot" : "Reply to yourself");
  }

  edit(message) {
    this.note({ kind: "edit", message }, "Edit message");
    this.fill(message.text);
  }

  note(about, label) {
    this.about = about;
    $("#context-label").textContent = label;
    $("#context-text").textContent = firstLine(about.message);
    $("#context").hidden = false;
    this.text.focus();
  }

  forget() {
    if (this.about?.kind === "edit") this.fill("");
    this.about = null;
    $("#context").hidden = true;
    this.text.focus();
  }

  send() {
    const text = this.text.value.trim();
    if (!text) return;
    const about = this.about;
    this.about = null;
    $("#context").hidden = true;
    this.text.value = "";
    this.typed();
    if (about?.kind === "edit") this.act.edit(about.message.message_id, text);
    else this.act.send(text, about?.message.message_id);
  }

  typed() {
    sessionStorage.setItem(this.kept, this.text.value);
    this.fit();
    const hit = /^\/(\w*)$/.exec(this.text.value);
    if (hit && this.about?.kind !== "edit") this.offer(hit[1].toLowerCase());
    else this.close();
  }

  fit() {
    this.text.style.height = "auto";
    this.text.style.height = `${Math.min(this.text.scrollHeight, TALLEST)}px`;
    $("#send").disabled = !this.text.value.trim();
  }

  /** What the bot's menu holds now; a "/" that waits for it gets it. */
  know(commands) {
    const news = JSON.stringify(commands) !== JSON.stringify(this.commands);
    this.commands = commands;
    if (news && this.text === document.activeElement) this.typed();
  }

  /** Commands that begin so, the exact one first. */
  offer(start) {
    this.found = this.commands
      .filter((one) => one.command.startsWith(start))
      .sort((a, b) => (b.command === start) - (a.command === start));
    if (!this.found.length) return this.close();
    this.menu.replaceChildren(...this.found.map((one, at) => this.item(one, at)));
    this.menu.hidden = false;
    $("#menu-button").setAttribute("aria-expanded", "true");
    return this.choose(0);
  }

  item(one, at) {
    const node = make(
      "li",
      { role: "option", id: `command-${at}` },
      make("b", {}, `/${one.command}`),
      make("span", {}, one.description),
    );
    node.addEventListener("mousedown", (event) => event.preventDefault());
    node.addEventListener("click", () => this.pick(one));
    return node;
  }

  choose(at) {
    this.chosen = (at + this.found.length) % this.found.length;
    for (const [place, node] of [...this.menu.children].entries()) {
      node.setAttribute("aria-selected", String(place === this.chosen));
      if (place === this.chosen) node.scrollIntoView({ block: "nearest" });
    }
    this.text.setAttribute("aria-activedescendant", `command-${this.chosen}`);
  }

  /** As in Telegram: a command that is picked is sent. */
  pick(one) {
    this.text.value = `/${one.command}`;
    this.send();
  }

  toggle() {
    if (!this.menu.hidden) return this.close();
    this.offer("");
    return this.text.focus();
  }

  close() {
    this.menu.hidden = true;
    $("#menu-button").setAttribute("aria-expanded", "false");
    this.text.removeAttribute("aria-activedescendant");
  }

  key(event) {
    if (event.isComposing) return;
    if (!this.menu.hidden && this.menuKey(event)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.text.value && this.act.mine()) {
      event.preventDefault();
      this.edit(this.act.mine());
    } else if (event.key in LEAVES && !event.shiftKey) {
      event.preventDefault();
      this.act.leaf(LEAVES[event.key]);
    } else if (event.key === "Escape" && this.about) {
      this.forget();
    }
    return undefined;
  }

  /** Whether the menu took the key. */
  menuKey(event) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) this.choose(this.chosen + moves[event.key]);
    else if (event.key === "Enter" && !event.shiftKey) this.pick(this.found[this.chosen]);
    else if (event.key === "Tab") this.fill(`/${this.found[this.chosen].command} `);
    else if (event.key === "Escape") this.close();
    else return false;
    return true;
  }

  /** Typing goes to the message, wherever one has clicked last. */
  anywhere(event) {
    const taken = event.target.closest?.("input, select, textarea, dialog");
    const letter = event.key.length === 1 && event.key !== " ";
    if (taken || !letter || event.ctrlKey || event.metaKey || event.altKey) return;
    this.text.focus();
  }
}
