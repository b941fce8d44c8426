// What this page holds of each chat. A state is merged when its rev is newer than that of the same thing held: late
// or twice does no harm.

import { forget, here, loadAll, redraw, t, toast } from "/demo/tools.js";

export const rooms = new Map();
export const people = new Map();
export const stars = new Set();
export const votes = new Map();

export const outboxKey = (clientId) => `sopapo.outbox.${here.me.id}.${clientId}`;
export const outboxOfAll = () => loadAll(outboxKey("")).sort((a, b) => a.made - b.made);
export const outbox = (roomId) => outboxOfAll().filter((item) => item.room === roomId);
export const starKey = (room, seq) => `${room} ${seq}`;
export const openRoom = () => rooms.get(here.open);

/** A chat of which nothing is held yet; messages older than `from` are left to history. */
export function newRoom(state, from) {
  const held = { held: 0, ahead: new Set(), members: new Map(), messages: new Map(), receipts: new Map() };
  const flags = { watched: false, loading: false, allLoaded: false, marking: false };
  return {
    id: state.id,
    state,
    me: null,
    from,
    unreadBefore: 0,
    hidden: new Set(),
    typing: new Map(),
    ...held,
    ...flags,
  };
}

/** Older messages than the oldest one here are left to history, so that what is shown has no gap. */
export function mergeMessage(room, message) {
  if (message.client_id && message.sender === here.me.id) {
    forget(outboxKey(message.client_id));
    raiseMarks(room, message.seq);
  }
  room.typing.delete(message.sender);
  if (message.seq >= room.from) keepMessage(room, message);
}

export function keepMessage(room, message) {
  if (room.hidden.has(message.seq) || message.seq < room.state.first_seq) return;
  if ((room.messages.get(message.seq)?.rev ?? 0) < message.rev) room.messages.set(message.seq, message);
  room.from = Math.min(room.from, message.seq);
  room.state.last_seq = Math.max(room.state.last_seq, message.seq);
}

export function mergeMember(room, member) {
  if ((room.members.get(member.user)?.rev ?? 0) >= member.rev) return;
  room.members.set(member.user, member);
  if (member.user !== here.me.id) return;
  if (!["joined", "pending"].includes(member.status)) drop(room);
  else if (room.me) room.me = { ...room.me, role: member.role };
}

export function mergeRoom(room, state) {
  if (state.rev < room.state.rev) return;
  room.state = { ...state, last_seq: Math.max(state.last_seq, room.state.last_seq) };
  for (const seq of room.messages.keys()) if (seq < state.first_seq) room.messages.delete(seq);
  if (state.deleted_at) drop(room);
}

/** What is one's own in a chat; marks only grow, so a late state takes none of them back. */
export function mergeMe(room, me) {
  const { delivered, read } = room.me ?? { delivered: 0, read: 0 };
  room.me = { ...me, delivered: Math.max(me.delivered, delivered), read: Math.max(me.read, read) };
  if (room.me.read >= room.from - 1) room.unreadBefore = 0;
}

/** Sending raises one's own marks, and the server does not say so. */
function raiseMarks(room, seq) {
  if (room.me) mergeMe(room, { ...room.me, delivered: seq, read: seq });
}

export function mergeReceipt(room, { user, delivered, read }) {
  const held = room.receipts.get(user) ?? { delivered: 0, read: 0 };
  room.receipts.set(user, { delivered: Math.max(held.delivered, delivered), read: Math.max(held.read, read) });
}

export function hideMessage(room, { seq }) {
  room.hidden.add(seq);
  room.messages.delete(seq);
}

export function mergeStar({ room, seq, on }) {
  if (on) stars.add(starKey(room, seq));
  else stars.delete(starKey(room, seq));
}

export const mergeVote = ({ room, seq, options }) => votes.set(starKey(room, seq), options);

/** Lets go of a chat that one is no longer in. */
export function drop(room) {
  if (!rooms.delete(room.id)) return;
  toast(t("no_longer", { name: room.state.name }));
  for (const item of outbox(room.id)) forget(outboxKey(item.client_id));
  if (here.open === room.id) here.open = null;
  redraw();
}

const isAlive = (message) => !message.expires_at || Date.parse(message.expires_at) > Date.now();
export const messagesOf = (room) => [...room.messages.values()].filter(isAlive).sort((a, b) => a.seq - b.seq);
export const joinedOf = (room) => [...room.members.values()].filter((member) => member.status === "joined");
export const othersOf = (room) => joinedOf(room).filter((member) => member.user !== here.me.id);
export const hasOlder = (room) => !room.allLoaded && room.from > Math.max(1, room.state.first_seq);
