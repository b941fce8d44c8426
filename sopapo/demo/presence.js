// Who is writing, and whether the other one of a direct chat is online: hints, which go by themselves.

import { clock, dayOf, nameOf, partnerOf } from "/demo/names.js";
import { openRoom, rooms } from "/demo/rooms.js";
import { here, pause, redraw, t } from "/demo/tools.js";
import { hint, socket } from "/demo/wire.js";

const TYPING_LASTS = 6;
const SAY_AGAIN_AFTER = 4;
const presences = new Map();
let watched = null;
let saidIn = null;
let saidAt = 0;

socket.on("presence", (state) => {
  presences.set(state.user, state);
  redraw();
});

socket.on("typing", ({ room: id, user, on }) => {
  const room = rooms.get(id);
  if (!room) return;
  room.typing.set(user, on ? Date.now() : 0);
  redraw();
  pause(TYPING_LASTS).then(redraw);
});

const isTyping = (since) => since > Date.now() - TYPING_LASTS * 1000;

/** Who is writing in a chat, in words; nothing where nobody is. */
export function typingIn(room) {
  const [user] = [...room.typing].find(([, since]) => isTyping(since)) ?? [];
  if (!user) return "";
  return room.state.kind === "direct" ? t("typing") : t("typing_who", { name: nameOf(room, user) });
}

/** Says that one is writing, every few seconds as long as that is so, and once that it is over. */
export function sayTyping(on) {
  const isOld = Date.now() - saidAt > SAY_AGAIN_AFTER * 1000;
  if (!here.ready || (on ? saidIn === here.open && !isOld : !saidIn)) return;
  const room = on ? here.open : saidIn;
  [saidIn, saidAt] = on ? [room, Date.now()] : [null, 0];
  if (rooms.has(room)) hint("typing", { room, on });
}

/** Watches the other one of the direct chat that is open; asked anew after every connect. */
export function watchPresence() {
  watched = null;
  watchOpen();
}

export async function watchOpen() {
  const partner = here.ready && openRoom() && partnerOf(openRoom())?.user;
  if (!partner || partner === watched) return;
  watched = partner;
  const answer = await hint("watch_presence", { users: [partner] });
  for (const state of answer?.presence ?? []) presences.set(state.user, state);
  redraw();
}

/** Whether the other one of a direct chat is there, in words. */
export function presenceOf(room) {
  const { online, last_seen: seen } = presences.get(partnerOf(room)?.user) ?? {};
  if (online) return t("is_online");
  return seen ? t("last_seen", { day: dayOf(seen).toLowerCase(), time: clock(seen) }) : "";
}
