// What things are called, and who may do what.

import { joinedOf, othersOf, people } from "/demo/rooms.js";
import { face, here, knows, t } from "/demo/tools.js";

export function nameOf(room, id) {
  if (id === here.me.id) return t("you");
  return room.members.get(id)?.name ?? people.get(id)?.name ?? t("someone");
}

export const capital = (words) => words[0].toUpperCase() + words.slice(1);
export const partnerOf = (room) => room.state.kind === "direct" && othersOf(room)[0];
export const titleOf = (room) => room.state.name ?? (partnerOf(room)?.name || t("yourself"));
export const avatarOf = (id) => (id === here.me.id ? here.me.avatar : people.get(id)?.avatar);
export const faceOf = (room) =>
  partnerOf(room)
    ? face(partnerOf(room).user, titleOf(room), avatarOf(partnerOf(room).user))
    : face(room.id, titleOf(room), room.state.avatar);
export const countOf = (n) => t("people_count", { n });
export const peopleOf = (room) => countOf(joinedOf(room).length);

export const isAdmin = (room) => ["owner", "admin"].includes(room.me.role);
export const may = (room, what) => room.state.kind !== "direct" && (isAdmin(room) || room.state[what] === "everyone");
export const mayPost = (room) => room.state.kind === "direct" || may(room, "post");

/** What a message says; a system message says it in words of ours. */
export function textOf(room, { system, text, deleted_at }) {
  if (deleted_at) return t("deleted");
  if (!system) return text;
  const key = knows(`sys_${system.action}`) ? `sys_${system.action}` : "sys_other";
  return capital(t(key, { user: nameOf(room, system.user), by: nameOf(room, system.by), action: system.action }));
}

/** What a message says in one line: its text, or else what it brings along. */
export function gistOf(room, message) {
  const [file] = message.deleted_at ? [] : message.files;
  return textOf(room, message) || (file?.thumbnail ? t("picture") : (file?.name ?? ""));
}

export const clock = (time) => new Date(time).toLocaleTimeString(here.language, { hour: "2-digit", minute: "2-digit" });

export function dayOf(time) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days < 2) return t(days === 1 ? "yesterday" : "today");
  return new Date(time).toLocaleDateString(here.language, { dateStyle: "long" });
}
