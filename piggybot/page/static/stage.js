// The panel behind the stage: the exchange's own books, and switches for what goes wrong.

import { $, amount, make, toast } from "./dom.js";

const STATES = {
  telegram: ["answers the bot", "is down; messages wait"],
  bot: ["runs", "is killed; start it again"],
  proxy: ["runs", "is killed; start it again"],
};
const VERBS = { telegram: ["down", "up"], bot: ["kill", "start"], proxy: ["kill", "start"] };
const OFTEN = {
  "timeout-after": "Fills the order, never answers",
  "closed-after": "Fills the order, hangs up",
  "502-after": "Fills the order, answers 502",
  "timeout-before": "Does nothing, never answers",
  "429-before": "Says: too many requests",
  "code-1008-before": "Says: overloaded",
  "not-found": "Cannot find its own orders",
  "clock-skew": "Has a wrong clock",
  refused: "Is not there at all",
};
const LABELS = { code: "Pairing code", key: "Exchange key", secret: "Its secret" };
const PEOPLE = [
  ["", "You", "the owner"],
  ["Bob", "Bob", "a member"],
  ["Eve", "Eve", "a stranger"],
];

export class Stage {
  /** `act` has misbehave(who, what) → promise, fill(text). */
  constructor(act, as) {
    this.act = act;
    this.world = null;
    this.drawn = {};
    this.panel = $("#stage");
    this.wide = matchMedia("(min-width: 1000px)");
    this.wide.addEventListener("change", () => this.toggle(this.wide.matches));
    this.toggle(this.wide.matches);
    $("#stage-button").addEventListener("click", () => this.toggle(!this.open));
    $("#stage-close").addEventListener("click", () => this.toggle(false));
    $("#scrim").addEventListener("click", () => this.toggle(false));
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.open && !this.wide.matches) this.toggle(false);
    });
    for (const one of document.querySelectorAll(".switch")) {
      one.addEventListener("click", () => this.flip(one));
    }
    $("#misbehave").addEventListener("click", () => this.shake("exchange", $("#fault").value));
    $("#mend").addEventListener("click", () => this.shake("exchange", "ok"));
    this.people(as);
  }

  toggle(open) {
    const button = $("#stage-button");
    this.open = open;
    document.body.classList.toggle("stage-open", open);
    this.panel.inert = !open;
    $("main").inert = open && !this.wide.matches; // it is behind the panel there
    button.setAttribute("aria-expanded", String(open));
    if (open && !this.wide.matches) $("#stage-close").focus();
    else if (!open && this.panel.contains(document.activeElement)) button.focus();
  }

  async flip(one) {
    const { who } = one.dataset;
    const on = one.getAttribute("aria-checked") === "true";
    one.disabled = true;
    await this.shake(who, VERBS[who][on ? 0 : 1]);
    one.disabled = false;
    one.focus();
  }

  async shake(who, what) {
    try {
      await this.act.misbehave(who, what);
    } catch (problem) {
      toast(problem.message || "The demo does not answer.");
    }
  }

  /** Draw the stage as it is; parts that are as they were stay untouched. */
  show(world) {
    this.world = world;
    const { exchange } = world;
    this.part("trouble", world.trouble, (text) => {
      $("#trouble").hidden = !text;
      $("#trouble").textContent = text;
    });
    this.setup(world.setup);
    this.part("running", world.running, (running) => this.switches(running));
    this.part("faults", exchange.faults, (names) => this.faults(names));
    this.part("standing", exchange.standing, (names) => this.standing(names));
    this.part("counts", [exchange.counts, exchange.prices], () => this.counts(exchange));
    this.part("balances", exchange.balances, (balances) => this.balances(balances));
    this.part("orders", exchange.orders, (orders) => this.orders(orders));
    const wrong = exchange.standing.length || Object.values(world.running).includes(false);
    $("#alarm").hidden = !wrong;
  }

  part(name, data, draw) {
    const now = JSON.stringify(data);
    if (this.drawn[name] === now) return;
    this.drawn[name] = now;
    draw(data);
  }

  /** What is tedious to type; the pairing code until it has been used. */
  begun(begun) {
    this.paired = begun;
    if (this.world) this.setup(this.world.setup);
  }

  setup(setup) {
    const rows = Object.entries(LABELS).filter(
      ([name]) => setup[name] && !(name === "code" && this.paired),
    );
    this.part("setup", [setup, rows], () => this.typeable(setup, rows));
  }

  typeable(setup, rows) {
    $("#setup").replaceChildren(
      ...rows.map(([name, label]) => {
        const words = name === "code" ? `/start ${setup.code}` : setup[name];
        const button = make("button", { type: "button", class: "button calm" }, label);
        button.addEventListener("click", () => {
          if (!this.wide.matches) this.toggle(false);
          this.act.fill(words);
        });
        return button;
      }),
    );
  }

  switches(running) {
    for (const one of document.querySelectorAll(".switch")) {
      const { who } = one.dataset;
      one.setAttribute("aria-checked", String(running[who]));
      $("i", one).textContent = STATES[who][running[who] ? 0 : 1];
    }
  }

  faults(names) {
    const often = Object.keys(OFTEN).filter((one) => names.includes(one));
    const rest = names.filter((one) => one !== "ok");
    const option = (name, words) => make("option", { value: name }, words);
    const first = make("optgroup", { label: "Often tried" });
    first.append(...often.map((name) => option(name, OFTEN[name])));
    const all = make("optgroup", { label: "All, by name" });
    all.append(...rest.map((name) => option(name, name)));
    $("#fault").replaceChildren(first, all);
  }

  standing(names) {
    const box = $("#standing");
    box.hidden = !names.length;
    const words = [...new Set(names)].map((one) => OFTEN[one] ?? one);
    $("b", box).textContent = words.join(" · ");
  }

  counts({ counts, prices }) {
    const pairs = [
      ["Order requests", counts.posts],
      ["Orders", counts.orders],
      ["Trades", counts.trades],
      ...Object.entries(prices).map(([symbol, price]) => [symbol, amount(price)]),
    ];
    $("#counts").replaceChildren(
      ...pairs.map(([name, value]) => {
        const pair = make("div", {}, make("dt", {}, name), make("dd", {}, String(value)));
        return pair;
      }),
    );
  }

  balances(balances) {
    const held = Object.entries(balances).filter(([, one]) => /[1-9]/.test(one.free + one.locked));
    $("#balances").replaceChildren(
      ...held.map(([asset, one]) =>
        make(
          "tr",
          {},
          make("th", { scope: "row" }, asset),
          make("td", {}, amount(one.free)),
          make("td", {}, amount(one.locked)),
        ),
      ),
    );
  }

  orders(orders) {
    $("#no-orders").hidden = orders.length > 0;
    $("#orders").replaceChildren(
      ...orders.map((one) =>
        make(
          "li",
          {},
          make("b", { class: one.side === "BUY" ? "buy" : "sell" }, one.side),
          make("span", {}, `${amount(one.executedQty)} ${one.symbol}`),
          make("small", {}, `${one.status} · ${new Date(one.time).toLocaleTimeString()}`),
          make("code", {}, one.clientOrderId),
        ),
      ),
    );
  }

  people(as) {
    const links = PEOPLE.map(([name, label, role]) => {
      const link = make("a", { href: name ? `/?as=${name}` : "/", target: `piggy-${label}` });
      link.append(make("b", {}, label), make("small", {}, role));
      if (name === as) link.setAttribute("aria-current", "page");
      return link;
    });
    $("#people").append(...links);
  }
}
