// Marks: how far one has got and read each chat, how far the others have, and what is unread.

import { mergeMe, messagesOf, othersOf, rooms } from "/demo/rooms.js";
import { $, here, pause, redraw } from "/demo/tools.js";
import { ask, Refused } from "/demo/wire.js";

const GATHER = 0.2;

/** Whether a message counts as unread, as the server counts. */
export const counts = (room, { seq, sender, deleted_at }) =>
  seq > room.me.read && sender && sender !== here.me.id && !deleted_at;

const unreadHeld = (room) => messagesOf(room).filter((message) => counts(room, message));

/** The server counts all; those that are not among the messages held are kept as a number. */
export function setUnread(room, unread) {
  room.unreadBefore = Math.max(0, unread - unreadHeld(room).length);
}

export const unreadOf = (room) => room.unreadBefore + unreadHeld(room).length;
export const isMentioned = (room) =>
  unreadHeld(room).some(({ mentions, mentions_all }) => mentions_all || mentions.includes(here.me.id));
export const isMuted = (room) => room.me.muted_until && Date.parse(room.me.muted_until) > Date.now();

/** How far a message of one's own has come with all others: one tick, two, two blue ones. */
export function reachOf(room, seq) {
  const marks = othersOf(room).map(({ user }) => room.receipts.get(user) ?? { delivered: 0, read: 0 });
  if (!marks.length) return "stored";
  if (marks.every(({ read }) => read >= seq)) return "read";
  return marks.every(({ delivered }) => delivered >= seq) ? "delivered" : "stored";
}

/** Says of each chat that its messages have come, or, of the one before one's eyes, that they are read. */
export function markAll() {
  if (!here.ready || here.syncing) return;
  for (const room of rooms.values()) if (!room.marking && overdue(room)) mark(room);
}

const isSeen = (room) => room.id === here.open && !document.hidden && $("log").checkVisibility();

function overdue(room) {
  const { last_seq } = room.state;
  if (isSeen(room) && last_seq > room.me.read) return "mark_read";
  return last_seq > room.me.delivered && "mark_delivered";
}

async function mark(room) {
  room.marking = true;
  try {
    await pause(GATHER);
    const verb = rooms.has(room.id) && overdue(room);
    if (!verb) return;
    const { delivered, read } = await ask(verb, { room: room.id, seq: room.state.last_seq });
    // Only now: what else is one's own may have changed while the answer was on its way.
    mergeMe(room, { ...room.me, delivered, read });
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    await pause(refused.wait);
  } finally {
    room.marking = false;
    redraw();
  }
}
