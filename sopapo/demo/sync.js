// States and sync. A room's `held` is the rev up to which nothing is missing here. A hole between it and a state's
// rev calls sync.

import { counts, setUnread } from "/demo/marks.js";
import { record } from "/demo/panel.js";
import {
  drop,
  hasOlder,
  hideMessage,
  keepMessage,
  mergeMe,
  mergeMember,
  mergeMessage,
  mergeReceipt,
  mergeRoom,
  mergeStar,
  mergeVote,
  newRoom,
  people,
  rooms,
  starKey,
  stars,
  votes,
} from "/demo/rooms.js";
import { here, pause, redraw } from "/demo/tools.js";
import { ask, get, Refused, socket } from "/demo/wire.js";

const A_HOLE_MAY_CLOSE_WITHIN = 0.3;
const meanwhile = [];
let since = null;
let ownSince = null;
let syncAgain = false;

socket.onAny((name, state) => {
  record("state", name, state);
  receive(name, state);
});

/** Takes a state, pushed or from an answer; what comes during a sync waits for its snapshot. */
export function receive(name, state) {
  if (here.syncing) meanwhile.push([name, state]);
  else apply(name, state);
}

// States with a rev, of which none may be missed, and hints without one, which may be lost.
const MERGE = { message: mergeMessage, member: mergeMember, room: mergeRoom };
const HINTS = {
  me: mergeMe,
  receipt: mergeReceipt,
  hidden: hideMessage,
  star: (_, star) => mergeStar(star),
  vote: (_, vote) => mergeVote(vote),
};

function apply(name, state) {
  const room = rooms.get(name === "room" ? state.id : state?.room);
  if (name === "user") people.set(state.id, state);
  else if (name in HINTS && room) HINTS[name](room, state);
  else if (name in MERGE && room) {
    MERGE[name](room, state);
    took(room, state.rev);
  } else if (name in MERGE && !isFarewell(name, state)) sync();
  redraw();
}

const isFarewell = (name, state) =>
  name === "room" ? state.deleted_at : name === "member" && state.user === here.me.id && state.status !== "joined";

/** Counts a change as held. Where others are missing before it, they get a moment to come by themselves. */
function took(room, rev) {
  room.ahead.add(rev);
  while (room.ahead.delete(room.held + 1)) room.held += 1;
  for (const old of room.ahead) if (old <= room.held) room.ahead.delete(old);
  if (room.ahead.size && !room.watched) watchHole(room);
}

async function watchHole(room) {
  room.watched = true;
  for (let wait = A_HOLE_MAY_CLOSE_WITHIN; room.ahead.size && here.ready; wait = Math.min(wait * 3, 30)) {
    await pause(wait);
    if (room.ahead.size && here.ready) await sync();
  }
  room.watched = false;
}

/** Asks for every change since what is held: after becoming someone, and on every hole. One at a time. */
export async function sync() {
  syncAgain = true;
  if (here.syncing) return;
  here.syncing = true;
  try {
    while (syncAgain && here.ready) {
      syncAgain = false;
      const held = Object.fromEntries([...rooms.values()].map((room) => [room.id, room.held]));
      applySync(await ask("sync", since ? { rooms: held, since } : { rooms: held }));
    }
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    if (here.ready) pause(refused.wait).then(() => here.ready && sync());
  } finally {
    here.syncing = false;
    for (const [name, state] of meanwhile.splice(0)) apply(name, state);
    redraw();
  }
}

function applySync(answer) {
  since = answer.now;
  for (const id of answer.left) if (rooms.has(id)) drop(rooms.get(id));
  for (const entry of answer.rooms) applyEntry(entry);
  for (const mark of answer.marks) if (rooms.has(mark.me.room)) applyMark(rooms.get(mark.me.room), mark);
}

/** Takes one room's entry, from sync or from the answer to create_room or join_room. */
export function applyEntry(entry) {
  const { id, last_seq } = entry.room;
  if (entry.reset || !rooms.has(id)) {
    rooms.set(id, newRoom(entry.room, Math.min(last_seq + 1, ...entry.messages.map((message) => message.seq))));
  }
  const room = rooms.get(id);
  for (const user of entry.users) people.set(user.id, user);
  for (const member of entry.members) mergeMember(room, member);
  for (const message of entry.messages) mergeMessage(room, message);
  mergeRoom(room, entry.room);
  applyMark(room, entry);
  room.held = Math.max(room.held, entry.rev);
  took(room, room.held);
  if (entry.more) syncAgain = true;
}

function applyMark(room, { me, receipts, unread }) {
  mergeMe(room, me);
  for (const receipt of receipts) mergeReceipt(room, receipt);
  setUnread(room, unread);
}

/** Nothing of before is of use to the next one who logs in here. */
export function forgetAll() {
  for (const kept of [rooms, people, stars, votes]) kept.clear();
  since = null;
  ownSince = null;
}

/** Stars, votes and what one has hidden have no rev: what was missed of them is read by REST. */
export async function syncOwn() {
  const { messages } = await get("/me/stars?limit=200");
  stars.clear();
  for (const { room, seq } of messages) stars.add(starKey(room, seq));
  const mine = await get("/me/votes");
  votes.clear();
  for (const vote of mine.votes) mergeVote(vote);
  const { hidden, now } = await get(ownSince ? `/me/hidden?since=${ownSince}` : "/me/hidden");
  for (const one of hidden) if (rooms.has(one.room)) hideMessage(rooms.get(one.room), one);
  ownSince = now;
  redraw();
}

/** History upwards comes by REST. Its messages are merged by rev like all others, but say nothing about `held`. */
export async function loadOlder(room) {
  if (room.loading || !hasOlder(room)) return;
  room.loading = true;
  try {
    const page = await get(`/rooms/${room.id}/messages?before=${room.from}&limit=50`);
    for (const user of page.users) people.set(user.id, user);
    const unread = room.unreadBefore - page.messages.filter((message) => counts(room, message)).length;
    for (const message of page.messages) keepMessage(room, message);
    room.unreadBefore = Math.max(0, unread);
    room.allLoaded = !page.more_before;
  } finally {
    room.loading = false;
  }
}
