// The page: puts the connection, the messages, the composer and the panel together.

import { address, firstLine } from "./bubble.js";
import { Composer } from "./composer.js";
import { $, toast } from "./dom.js";
import { Link, Refused } from "./link.js";
import { Messages } from "./list.js";
import { Stage } from "./stage.js";

const TYPING_SHOWN = 5000;
const ACTIONS = { upload_photo: "sending a picture", upload_document: "sending a file" };
const ANSWER_PATIENCE = 15_000;

const as = new URLSearchParams(location.search).get("as")?.trim() ?? "";
const answers = new Map();
let online = false;
let busy = "";
let busyEnd = 0;

const messages = new Messages({
  command: (text) => send(text),
  press,
  reply: (message) => composer.reply(message),
  open,
  quote: (message) => messages.show(message.message_id),
  quoted: (id) => messages.known.get(id),
  unread: (number) => {
    document.title = `${number ? `(${number}) ` : ""}PiggyBot${as ? ` · ${as}` : ""}`;
  },
  changed,
});
const composer = new Composer(
  { send, edit, mine: () => messages.mine, leaf: (pages) => messages.leaf(pages) },
  as,
);
const stage = new Stage({ misbehave, fill: (text) => composer.fill(text) }, as);
const link = new Link(as, { load, event, world: show, state });

function load(chat) {
  $("#me").hidden = !as;
  $("#me").textContent = `as ${chat.me}`;
  messages.load(chat.messages);
}

function event({ kind, text, message }) {
  if (kind === "delete") messages.drop(message.message_id);
  else if (kind === "alert") notice(text);
  else if (kind === "action") typing(text);
  else if (kind === "answer") answered(text);
  else {
    if (message.from_bot && kind !== "taken") typing("");
    messages.put(message);
  }
}

function show(world) {
  composer.know(world.commands);
  stage.show(world);
  changed();
}

function state(now) {
  online = now;
  status();
}

/** Whoever has not begun gets Telegram's Start; its link carries the pairing code. */
function changed() {
  const { empty } = messages;
  $("#intro").hidden = !empty;
  $("#start").hidden = !empty || !stage.world;
  $("#composer").classList.toggle("fresh", empty);
  stage.begun(!empty);
}

$("#start").addEventListener("click", () => {
  const { code } = stage.world.setup;
  send(code && !as ? `/start ${code}` : "/start");
});

function send(text, replyTo) {
  const message = {
    random_id: crypto.randomUUID(),
    text,
    reply_to: replyTo,
    pending: true,
    from_bot: false,
    date: new Date().toISOString(),
    kind: "text",
    entities: [],
    buttons: [],
  };
  messages.pending(message);
  const refused = (words) => {
    messages.discard(message.random_id);
    toast(words);
  };
  link.say({ text, random_id: message.random_id, reply_to: replyTo }, refused);
}

async function edit(messageId, text) {
  await tried(() => link.post("edit", { message_id: messageId, text }));
}

async function press(message, number, button) {
  if (button.classList.contains("busy")) return;
  button.classList.add("busy");
  const calm = () => button.classList.remove("busy");
  const told = await tried(() => link.post("press", { message_id: message.message_id, number }));
  if (!told || answers.has(told.query_id)) return calm();
  answers.set(told.query_id, calm);
  setTimeout(calm, ANSWER_PATIENCE);
  return undefined;
}

function answered(query) {
  const calm = answers.get(query);
  if (calm) calm();
  for (const one of document.querySelectorAll(".key.busy")) if (calm) one.classList.remove("busy");
  answers.set(query, null);
}

function misbehave(who, what) {
  return link.post("misbehave", { who, what });
}

/** What `doing` gives; a refusal or a lost connection is told. */
async function tried(doing) {
  try {
    return await doing();
  } catch (problem) {
    toast(problem instanceof Refused ? problem.message : "Not sent: no connection. Try again.");
    return null;
  }
}

function typing(action) {
  busy = action && (ACTIONS[action] ?? "typing");
  busyEnd = Date.now() + TYPING_SHOWN;
  status();
  if (busy) setTimeout(() => Date.now() >= busyEnd && typing(""), TYPING_SHOWN);
}

function status() {
  const words = !online ? "connecting" : busy || "bot";
  const line = $("#status");
  line.textContent = words;
  line.classList.toggle("moving", !online || Boolean(busy));
  line.classList.toggle("busy", online && Boolean(busy));
}

function notice(text) {
  const dialog = $("#notice");
  $("#notice-text").textContent = text;
  if (!dialog.open) dialog.showModal();
}

function open(message) {
  const viewer = $("#viewer");
  const image = $("img", viewer);
  image.src = address(message.file);
  image.alt = firstLine(message);
  image.width = message.file.width;
  image.height = message.file.height;
  $("p", viewer).textContent = firstLine(message);
  $("a", viewer).href = image.src;
  $("a", viewer).download = message.file.name;
  viewer.message = message;
  if (!viewer.open) viewer.showModal();
}

$("#viewer").addEventListener("keydown", (event) => {
  const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const { pictures } = messages;
  const at = pictures.findIndex((one) => one.message_id === event.currentTarget.message.message_id);
  if (move && pictures[at + move]) open(pictures[at + move]);
});

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
}

document.addEventListener("visibilitychange", () => messages.looked());

link.start().catch((problem) => toast(problem.message));
