// Oneself: what others see of one, what they may know, and whom one has blocked. And reporting somebody.

import { openDialog } from "/demo/dialogs.js";
import { partnerOf } from "/demo/names.js";
import { openRoom, people } from "/demo/rooms.js";
import { $, button, face, here, make, redraw, t, toast } from "/demo/tools.js";
import { ask, get, keepSession, session, socket } from "/demo/wire.js";

let blocked = [];
let reported = null;

export async function openProfile() {
  openDialog("profile");
  $("my-username").textContent = `@${here.me.username}`;
  fill((await get("/me")).user);
  await readBlocks();
}

function fill(user) {
  const form = $("myself").elements;
  form.name.value = user.name;
  form.about.value = user.about;
  for (const key of ["last_seen", "receipts"]) form[key].checked = user[key] === "everyone";
}

export async function saveProfile({ name, about, last_seen, receipts }) {
  const shown = (field) => (field.checked ? "everyone" : "nobody");
  const fields = { name: name.value, about: about.value, last_seen: shown(last_seen), receipts: shown(receipts) };
  keepMe((await ask("update_profile", fields)).user);
  $("profile").close();
}

/** One's own profile, as this tab or another device of one's has changed it. */
export function keepMe(user) {
  here.me = user;
  people.set(user.id, user);
  keepSession({ ...session(), user });
  redraw();
}

socket.on("user", (user) => user.id === here.me?.id && keepMe(user));

export async function readBlocks() {
  blocked = (await get("/me/blocks")).users;
  drawBlocks();
}

function drawBlocks() {
  const rows = blocked.map(({ id, name, username }) => {
    const node = make("person", { face: face(id, name), name, note: `@${username}` });
    node.append(button("unblock", t("unblock"), id));
    return node;
  });
  $("blocked-title").hidden = !rows.length;
  $("blocked-rows").replaceChildren(...rows);
  drawPartner(openRoom());
}

/** In a chat of two, what one may do about the other. */
export function drawPartner(room) {
  const other = room && partnerOf(room)?.user;
  for (const id of ["block", "report-person"]) $(id).hidden = !other;
  const isBlocked = blocked.some(({ id }) => id === other);
  $("block").textContent = t(isBlocked ? "unblock" : "block");
  $("block").dataset.key = other;
  $("block").dataset.act = isBlocked ? "unblock" : "block";
}

export async function block(user) {
  await ask("block_user", { user });
  await readBlocks();
}

export async function unblock(user) {
  await ask("unblock_user", { user });
  await readBlocks();
}

/** Asks for the reason of a report: of a message by its room and seq, or of a user. */
export function openReport(what) {
  reported = what;
  openDialog("complaint");
  $("complaint-hint").hidden = !what.seq;
}

export const reportPartner = () => openReport({ user: partnerOf(openRoom()).user });

export async function sendReport({ reason }) {
  await ask("report", { ...reported, reason: reason.value });
  $("complaint").close();
  toast(t("reported"));
}
