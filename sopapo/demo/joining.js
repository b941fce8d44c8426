// Making chats, finding and joining them, and bringing people in.

import { pressed } from "/demo/gate.js";
import { countOf } from "/demo/names.js";
import { rooms } from "/demo/rooms.js";
import { applyEntry, receive } from "/demo/sync.js";
import { $, face, here, make, t, toast } from "/demo/tools.js";
import { show } from "/demo/view.js";
import { ask, get } from "/demo/wire.js";

const names = (list) =>
  list
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((name) => name.replace(/^@/, ""));

const sayUnknown = (unknown) => unknown.length && toast(t("unknown_people", { names: unknown.join(", ") }));

export async function createRoom({ name, members, public: isPublic }) {
  const kind = pressed($("kinds"));
  const about = kind === "direct" ? {} : { name: name.value, public: isPublic.checked };
  const answer = await ask("create_room", { kind, members: names(members.value), ...about });
  applyEntry(answer.sync);
  sayUnknown(answer.unknown);
  $("create").close();
  show(answer.room.id);
}

export async function addMembers({ users }) {
  const answer = await ask("add_members", { room: here.open, users: names(users.value) });
  for (const member of answer.members) receive("member", member);
  sayUnknown(answer.unknown);
  users.value = "";
}

export async function joinRoom(id) {
  if (!rooms.has(id) && !(await join({ room: id }))) return;
  $("public").close();
  show(id);
}

/** Joins by a room's id or an invite, and returns the id of the room that one is in now. */
async function join(by) {
  const answer = await ask("join_room", by);
  if (answer.pending) toast(t("asked_to_join"));
  else applyEntry(answer.sync);
  return !answer.pending && answer.room.id;
}

/** Joins by the invite in the page's own address, once. */
export async function joinByLink() {
  const invite = new URLSearchParams(location.search).get("invite");
  if (!invite) return;
  history.replaceState(null, "", "/demo");
  const id = await join({ invite });
  if (id) show(id);
}

export async function findPublic({ q }) {
  const asked = q.value.trim();
  const found = (await get(`/rooms/public?q=${encodeURIComponent(asked)}`)).rooms;
  if (q.value.trim() !== asked) return;
  $("public-rooms").replaceChildren(...found.map(drawPublicRoom));
  if (!found.length) $("public-rooms").append(t("nothing_found"));
}

function drawPublicRoom({ id, name, members }) {
  const words = t(rooms.has(id) ? "joined_already" : "join");
  const node = make("person", { face: face(id, name), name, note: countOf(members), join: words });
  node.dataset.key = id;
  return node;
}

export function drawKind() {
  const isDirect = pressed($("kinds")) === "direct";
  for (const node of $("create").querySelectorAll("[data-not=direct]")) node.hidden = isDirect;
  $("new-room").elements.name.required = !isDirect;
  $("new-room").elements.members.required = isDirect;
}
