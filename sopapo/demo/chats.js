// The list of chats.

import { isMentioned, isMuted, unreadOf } from "/demo/marks.js";
import { capital, clock, faceOf, gistOf, nameOf, partnerOf, titleOf } from "/demo/names.js";
import { typingIn } from "/demo/presence.js";
import { messagesOf, outbox, rooms } from "/demo/rooms.js";
import { $, here, make, reconcile, t } from "/demo/tools.js";

let isArchive = false;

export function drawChats() {
  const archived = [...rooms.values()].filter((room) => room.me.archived).length;
  isArchive &&= archived > 0;
  $("archive").hidden = !archived;
  $("archive").textContent = isArchive ? t("not_archived") : t("archived", { n: archived });
  reconcile($("rooms"), roomRows(), drawRoomRow);
}

export function switchArchive() {
  isArchive = !isArchive;
  drawChats();
}

/** The chats as rows: those pinned to the top first, then the newest. */
function roomRows() {
  const wanted = $("search").q.value.trim().toLowerCase();
  return [...rooms.values()]
    .filter((room) => (wanted ? titleOf(room).toLowerCase().includes(wanted) : room.me.archived === isArchive))
    .map(roomRow)
    .sort((a, b) => b.pinned - a.pinned || b.made - a.made);
}

function roomRow(room) {
  const last = messagesOf(room).at(-1);
  const waiting = outbox(room.id).at(-1);
  const unread = unreadOf(room);
  return {
    key: room.id,
    title: titleOf(room),
    made: waiting?.made ?? Date.parse(last?.created_at ?? room.state.created_at),
    typing: typingIn(room),
    text: snippetOf(room, last, waiting),
    avatar: faceOf(room).dataset.avatar,
    unread: unread > 99 ? "99+" : unread && `${unread}`,
    mentioned: isMentioned(room) && "@",
    muted: Boolean(isMuted(room)),
    pinned: room.me.pinned,
    open: room.id === here.open,
  };
}

function snippetOf(room, last, waiting) {
  if (room.me.draft && room.id !== here.open) return t("draft", { text: room.me.draft });
  const by = waiting ? here.me.id : last?.sender;
  const text = waiting?.text || (last ? (last.poll ? "📊 " : "") + gistOf(room, last) : t("no_messages"));
  return (by && !(partnerOf(room) && by !== here.me.id) ? `${capital(nameOf(room, by))}: ` : "") + text;
}

function drawRoomRow(row) {
  const text = row.typing ? "" : row.text;
  const node = make("room", { ...row, text, face: faceOf(rooms.get(row.key)), time: clock(row.made) });
  node.querySelector(".unread")?.setAttribute("aria-label", t("unread", { n: row.unread }));
  node.setAttribute("aria-current", row.open);
  return node;
}

export const unreadOfAll = () =>
  [...rooms.values()].filter((room) => !isMuted(room)).reduce((sum, room) => sum + unreadOf(room), 0);
