// Lists in a dialog: whom a message has reached, where to forward it, what is starred.

import { openListing } from "/demo/dialogs.js";
import { capital, clock, faceOf, gistOf, mayPost, nameOf, titleOf } from "/demo/names.js";
import { send } from "/demo/outbox.js";
import { people, rooms, starKey } from "/demo/rooms.js";
import { $, button, face, make, t } from "/demo/tools.js";
import { show } from "/demo/view.js";
import { ask, get } from "/demo/wire.js";

let forwarding = null;

export async function openInfo(message) {
  const room = rooms.get(message.room);
  const { delivered, read, waiting, users } = await ask("message_info", { room: room.id, seq: message.seq });
  for (const user of users) people.set(user.id, user);
  const readers = read.map(({ user }) => user);
  openListing(t("info"), [
    ...read.map(({ user, at }) => drawReader(room, user, t("info_read", { time: clock(at) }))),
    ...delivered
      .filter(({ user }) => !readers.includes(user))
      .map(({ user, at }) => drawReader(room, user, t("info_delivered", { time: clock(at) }))),
    ...waiting.map((user) => drawReader(room, user, t("info_waiting"))),
  ]);
}

const drawReader = (room, user, note) =>
  make("person", { face: face(user, nameOf(room, user)), name: capital(nameOf(room, user)), note });

export function openForward(message) {
  const targets = [...rooms.values()].filter(mayPost);
  const rows = targets.map((room) => {
    const node = make("person", { face: faceOf(room), name: titleOf(room), note: t(room.state.kind) });
    node.append(button("forwardTo", t("send"), room.id));
    return node;
  });
  openListing(t("forward_to"), rows);
  forwarding = message;
}

export function forwardTo(roomId) {
  const { room, seq, text, files } = forwarding;
  $("listing").close();
  send(roomId, text, { forward: { room, seq }, files });
  show(roomId);
}

export async function openStars() {
  const { messages, users } = await get("/me/stars?limit=200");
  for (const user of users) people.set(user.id, user);
  const rows = messages.filter(({ room }) => rooms.has(room)).map(drawStarred);
  openListing(t("starred"), rows.length ? rows : [t("no_stars")]);
}

function drawStarred(message) {
  const { room: id, seq, sender } = message;
  const room = rooms.get(id);
  const name = capital(nameOf(room, sender));
  const node = make("person", {
    face: face(sender, name),
    name: gistOf(room, message),
    note: `${name} · ${titleOf(room)}`,
  });
  node.append(button("goThere", t("joined_already"), starKey(id, seq)));
  return node;
}
