// The connection: what is typed goes out once, what happens comes in once, whatever breaks between.
//
// Incoming: each piece of the stream carries the number after which the next begins; after a lost
// connection the stream is asked for from there. Outgoing: each message carries a random id, under
// which it may be sent again as often as needed and is still one message.

const SLOWEST = 5000;
const SILENCE = 40_000;
const CHECK = 5000;
const RETRY = 1000;

export class Refused extends Error {}

export class Link {
  /** `on` has load(chat), event(event), world(world), state(online). */
  constructor(as, on) {
    this.as = as;
    this.on = on;
    this.run = null;
    this.seq = 0;
    this.waiting = [];
    this.source = null;
    this.wait = 0;
    this.heard = 0;
    this.sending = false;
    setInterval(() => this.check(), CHECK);
    window.addEventListener("online", () => this.reopen());
  }

  /** Take the whole chat as it is, then follow it. */
  async start() {
    try {
      const answer = await fetch(`/api/chat?as=${encodeURIComponent(this.as)}`);
      const chat = await answer.json();
      if (!answer.ok) throw new Refused(chat.error);
      if (chat.run !== this.run) this.waiting = [];
      this.run = chat.run;
      this.seq = chat.seq;
      this.on.load(chat);
    } catch (problem) {
      this.on.state(false);
      if (problem instanceof Refused) throw problem;
      this.later(() => this.start());
      return;
    }
    this.open();
  }

  open() {
    this.source?.close();
    const query = `as=${encodeURIComponent(this.as)}&since=${this.seq}`;
    const source = new EventSource(`/api/stream?${query}`);
    this.source = source;
    this.heard = Date.now();
    const heard = (name, take) =>
      source.addEventListener(name, (message) => {
        if (source !== this.source) return;
        this.heard = Date.now();
        take(JSON.parse(message.data));
      });
    heard("hello", ({ run }) => this.hello(run));
    heard("chat", (piece) => this.take(piece));
    heard("world", (world) => this.on.world(world));
    source.addEventListener("error", () => {
      if (source === this.source) this.lost();
    });
  }

  hello(run) {
    if (run !== this.run) return this.restart();
    this.wait = 0;
    this.on.state(true);
    this.flush();
  }

  /** Another demo has taken the place of the one we knew: nothing of it is ours. */
  restart() {
    this.source.close();
    this.start();
  }

  take({ seq, events }) {
    for (const event of events) {
      if (event.seq <= this.seq) continue;
      this.seq = event.seq;
      this.on.event(event);
    }
    this.seq = Math.max(this.seq, seq);
  }

  lost() {
    this.source.close();
    this.on.state(false);
    this.later(() => this.open());
  }

  reopen() {
    if (this.source) this.open();
  }

  /** A connection that is dead without saying so. */
  check() {
    const silent = this.source && Date.now() - this.heard > SILENCE;
    if (silent && this.source.readyState !== EventSource.CLOSED) this.lost();
  }

  later(again) {
    this.wait = Math.min(SLOWEST, this.wait * 2 || 300);
    clearTimeout(this.timer);
    this.timer = setTimeout(again, this.wait);
  }

  /** Send a message, in order, until it has arrived; `message` has text, random_id, reply_to. */
  say(message, refused) {
    this.waiting.push({ message, refused });
    this.flush();
  }

  async flush() {
    if (this.sending) return undefined;
    this.sending = true;
    try {
      while (this.waiting.length) {
        const { message, refused } = this.waiting[0];
        try {
          await this.post("say", message);
        } catch (problem) {
          if (!(problem instanceof Refused)) return this.soon();
          refused(problem.message);
        }
        this.waiting.shift();
      }
      return undefined;
    } finally {
      this.sending = false;
    }
  }

  /** The stream may stand while a request of its own was lost: nobody else would try again. */
  soon() {
    clearTimeout(this.again);
    this.again = setTimeout(() => this.flush(), RETRY);
  }

  async post(what, body) {
    const answer = await fetch(`/api/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...body, as: this.as }),
    });
    const told = await answer.json();
    if (!answer.ok) throw new Refused(told.error);
    return told;
  }
}
