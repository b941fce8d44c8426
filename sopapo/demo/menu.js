// The menu of a message: what one may do with it, one request each.

import { edit, reply } from "/demo/composer.js";
import { confirmed } from "/demo/dialogs.js";
import { openForward, openInfo } from "/demo/lists.js";
import { isAdmin, mayPost } from "/demo/names.js";
import { closePoll, isTold, mayClose, openVoters } from "/demo/polls.js";
import { openReport } from "/demo/profile.js";
import { hideMessage, mergeStar, rooms, starKey, stars } from "/demo/rooms.js";
import { receive } from "/demo/sync.js";
import { $, button, copy, here, redraw, t } from "/demo/tools.js";
import { ask } from "/demo/wire.js";

const EMOJIS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const EDITABLE_FOR = 900_000;

const chosen = () => rooms.get(here.open)?.messages.get(here.chosen);
const about = (message) => ({ room: message.room, seq: message.seq });
const isMine = (message) => message.sender === here.me.id;
const isAlive = (message) => !message.deleted_at;
const isWords = (message) => isAlive(message) && !message.forwarded && !message.poll;
const isStarred = (message) => stars.has(starKey(message.room, message.seq));
const isFresh = (message) => Date.now() - Date.parse(message.created_at) < EDITABLE_FOR;
const mayErase = (room, message) => isAlive(message) && (isMine(message) || isAdmin(room));

/** What the menu offers: words, who is offered it, and what it does. */
const OFFERS = [
  ["reply", (room, message) => isAlive(message) && mayPost(room), reply],
  ["edit", (room, it) => isMine(it) && isWords(it) && isFresh(it) && mayPost(room), edit],
  ["voters", (_, message) => isTold(message), openVoters],
  ["close_poll", mayClose, closePoll],
  ["forward", (_, message) => isAlive(message), openForward],
  ["copy_text", (_, message) => isAlive(message) && message.text, (message) => copy(message.text)],
  ["pin", (room, message) => isAlive(message) && mayPost(room) && !message.pinned, (message) => pin(message, true)],
  ["unpin", (room, message) => mayPost(room) && message.pinned, (message) => pin(message, false)],
  ["star", (_, message) => isAlive(message) && !isStarred(message), (message) => star(message, true)],
  ["unstar", (_, message) => isStarred(message), (message) => star(message, false)],
  ["info", (room, message) => isAlive(message) && (isMine(message) || isAdmin(room)), openInfo],
  ["report", (_, message) => isAlive(message) && !isMine(message), (message) => openReport(about(message))],
  ["hide", () => true, hide],
  ["delete", mayErase, erase],
];

/** Opens the menu beside the message; on a telephone it comes from below. */
export function openMenu(node) {
  const bubble = node.closest("[data-seq]");
  here.chosen = Number(bubble.dataset.seq);
  const [room, message] = [rooms.get(here.open), chosen()];
  const offers = OFFERS.filter(([, isOffered]) => isOffered(room, message));
  $("emojis").hidden = !isAlive(message);
  $("emojis").replaceChildren(...EMOJIS.map((emoji) => drawEmoji(message, emoji)));
  $("other-emoji").hidden = !isAlive(message);
  $("offers").replaceChildren(...offers.map(([key]) => button("offer", t(key), key, key === "delete" ? "danger" : "")));
  $("menu").showModal();
  place(bubble.getBoundingClientRect(), isMine(message));
}

function place(bubble, isRight) {
  const { offsetWidth: width, offsetHeight: height } = $("menu");
  const x = isRight ? bubble.right - width : bubble.left;
  const y = Math.min(bubble.bottom + 4, innerHeight - height - 12);
  $("menu").style.setProperty("--x", `${Math.max(8, x)}px`);
  $("menu").style.setProperty("--y", `${Math.max(8, y)}px`);
}

function drawEmoji(message, emoji) {
  const node = button("react", emoji, "", "icon");
  node.value = emoji;
  node.setAttribute("aria-label", t("react_with", { emoji }));
  node.setAttribute("aria-pressed", Boolean(message.reactions[emoji]?.includes(here.me.id)));
  return node;
}

export async function takeOffer(key) {
  const [, , act] = OFFERS.find(([each]) => each === key);
  const message = chosen();
  $("menu").close();
  if (message) await act(message);
}

/** Reacts with an emoji; the one that is there already is taken back. */
export async function react(emoji, seq = here.chosen) {
  $("menu").close();
  const message = rooms.get(here.open).messages.get(seq);
  const isThere = message.reactions[emoji]?.includes(here.me.id);
  receive("message", (await ask("react", { ...about(message), emoji: isThere ? null : emoji })).message);
}

async function pin(message, on) {
  receive("message", (await ask("pin_message", { ...about(message), on })).message);
}

async function star(message, on) {
  await ask("star_message", { ...about(message), on });
  mergeStar({ ...about(message), on });
  redraw();
}

async function hide(message) {
  await ask("hide_message", about(message));
  hideMessage(rooms.get(message.room), message);
  redraw();
}

async function erase(message) {
  if (!(await confirmed(t("sure")))) return;
  receive("message", (await ask("delete_message", about(message))).message);
}
