// The chat that is open: its head, and the list of messages.

import { drawLogRow } from "/demo/bubbles.js";
import { counts, reachOf } from "/demo/marks.js";
import { capital, dayOf, faceOf, gistOf, nameOf, peopleOf, textOf, titleOf } from "/demo/names.js";
import { pollOf } from "/demo/polls.js";
import { presenceOf, typingIn } from "/demo/presence.js";
import { hasOlder, messagesOf, openRoom, outbox, starKey, stars } from "/demo/rooms.js";
import { loadOlder } from "/demo/sync.js";
import { $, here, isAtEnd, reconcile, t, toast, toEnd } from "/demo/tools.js";

let divider = { after: Infinity };

/** Remembers up to where one has read, so that the line before what is new stays as long as the chat is open. */
export function placeDivider(room) {
  const unread = messagesOf(room).filter((message) => counts(room, message));
  divider = { after: unread.length ? unread[0].seq - 1 : Infinity, n: unread.length };
}

export function drawLog(room) {
  drawHead(room);
  const log = $("log");
  const isAnother = log.dataset.room !== room.id;
  const stay = !isAnother && !isAtEnd(log);
  // Screen readers are told what arrives, not the whole of a room that is opened.
  log.setAttribute("aria-live", isAnother ? "off" : "polite");
  log.dataset.room = room.id;
  reconcile(log, logRows(room), drawLogRow);
  for (const each of log.querySelectorAll(".more")) each.tabIndex = -1;
  const last = [...log.querySelectorAll(".more")].at(-1);
  if (last) last.tabIndex = 0;
  const news = isAnother && log.querySelector(".news");
  if (news) news.scrollIntoView({ block: "center" });
  else if (!stay) toEnd(log);
}

function drawHead(room) {
  const kind = t(room.state.kind);
  const typing = typingIn(room);
  const about = room.state.kind === "direct" ? presenceOf(room) || kind : `${kind} · ${peopleOf(room)}`;
  $("room-face").replaceChildren(faceOf(room));
  $("room-name").textContent = titleOf(room);
  $("room-note").textContent = typing || about;
  $("room-note").classList.toggle("lively", Boolean(typing));
  $("room-rev").textContent = `rev ${room.held}`;
  const pinned = messagesOf(room).findLast((message) => message.pinned);
  $("pinned").hidden = !pinned;
  $("pinned").dataset.key = pinned?.seq;
  $("pinned-text").textContent = pinned ? gistOf(room, pinned) : "";
}

/** What the list of messages shows: days, notes, bubbles, then what still waits in the outbox. */
function logRows(room) {
  const rows = hasOlder(room) ? [{ key: "older", type: "older" }] : [];
  let day = "";
  let sender = null;
  for (const message of messagesOf(room)) {
    const isNewDay = dayOf(message.created_at) !== day;
    const isFirstNew = message.seq > divider.after && !rows.some(({ type }) => type === "news");
    day = dayOf(message.created_at);
    if (isNewDay) rows.push({ key: `day ${day}`, type: "day", text: day });
    if (isFirstNew) rows.push({ key: "news", type: "news", text: t("new_messages", { n: divider.n }) });
    rows.push(messageRow(room, message, isNewDay || isFirstNew || message.sender !== sender));
    sender = message.sender;
  }
  for (const { client_id, text, made, failed, reply_to, forward, files } of outbox(room.id)) {
    const about = {
      mine: true,
      first: sender !== here.me.id,
      quote: quoteOf(room, reply_to),
      forwarded: Boolean(forward),
      files,
    };
    rows.push({ key: client_id, type: "bubble", text, at: made, failed, waiting: !failed, ...about });
    sender = here.me.id;
  }
  return rows;
}

function messageRow(room, message, first) {
  const { seq, kind, sender, client_id, created_at: at, forwarded, files } = message;
  const text = textOf(room, message);
  if (kind === "system") return { key: `s${seq}`, type: "note", text };
  const mine = sender === here.me.id;
  const gone = Boolean(message.deleted_at);
  return {
    ...{ key: mine ? client_id : `m${seq}`, type: "bubble", seq, mine, first, sender, text, at, gone, forwarded },
    name: first && !mine && room.state.kind !== "direct" && nameOf(room, sender),
    edited: Boolean(message.edited_at) && !gone,
    files,
    pinned: message.pinned,
    starred: stars.has(starKey(room.id, seq)),
    quote: quoteOf(room, message.reply_to),
    poll: pollOf(room, message),
    reactions: reactionsOf(room, message),
    names: namesIn(room, message),
    ...(mine && !gone && { [reachOf(room, seq)]: true }),
  };
}

/** What is replied to, as far as it is here. */
function quoteOf(room, seq) {
  if (!seq) return null;
  const message = room.messages.get(seq);
  const sender = message?.sender;
  return { seq, sender, name: sender && capital(nameOf(room, sender)), text: message ? gistOf(room, message) : "…" };
}

const reactionsOf = (room, { reactions }) =>
  Object.entries(reactions).map(([emoji, users]) => ({
    emoji,
    n: users.length,
    mine: users.includes(here.me.id),
    who: users.map((user) => nameOf(room, user)).join(", "),
  }));

/** The usernames in a text that name somebody: only those are marked. */
const namesIn = (room, { mentions, mentions_all }) => [
  ...mentions.map((user) => room.members.get(user)?.username.toLowerCase()),
  ...(mentions_all ? ["all", "todos"] : []),
];

/** Reads history as far up as it takes, and shows a message. */
export async function goTo(seq) {
  const room = openRoom();
  while (room.from > seq && hasOlder(room) && !room.loading) await loadOlder(room);
  drawLog(room);
  const node = $("log").querySelector(`[data-seq="${seq}"]`);
  if (!node) return toast(t("not_here"));
  node.scrollIntoView({ block: "center" });
  node.classList.remove("found");
  requestAnimationFrame(() => node.classList.add("found"));
}

/** Reads the page of history above, and keeps one's place in what is shown. */
export async function readOn() {
  const room = openRoom();
  if (!room || !hasOlder(room)) return;
  const fromBottom = $("log").scrollHeight - $("log").scrollTop;
  await loadOlder(room);
  if (room !== openRoom()) return;
  drawLog(room);
  $("log").scrollTop = $("log").scrollHeight - fromBottom;
}
