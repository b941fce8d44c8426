// About a chat: what it is called, what is one's own in it, its rules, and how to leave it.

import { confirmed, openDialog } from "/demo/dialogs.js";
import { drawInvites, readInvites } from "/demo/invites.js";
import { drawPerson, memberRows } from "/demo/members.js";
import { isAdmin, may, titleOf } from "/demo/names.js";
import { drawPartner, readBlocks } from "/demo/profile.js";
import { drop, mergeMe, openRoom } from "/demo/rooms.js";
import { receive } from "/demo/sync.js";
import { $, here, make, reconcile, redraw, t } from "/demo/tools.js";
import { ask } from "/demo/wire.js";

// Each rule that is a switch, with what off and on mean, and each that is one of several, in seconds.
const SWITCHES = {
  public: [false, true],
  approval: [false, true],
  history: ["all", "since_join"],
  post: ["everyone", "admins"],
  invite: ["everyone", "admins"],
  edit_info: ["everyone", "admins"],
};
const CHOICES = {
  slow_mode: { none: null, seconds_10: 10, minute: 60 },
  expire_after: { none: null, minute: 60, day: 86_400, week: 604_800 },
};
const MUTES = { mute_off: 0, mute_8h: 8 * 3600, mute_week: 7 * 86_400, mute_on: 100 * 365 * 86_400 };

export async function openDetails() {
  const room = openRoom();
  openDialog("details");
  $("rename").elements.name.value = room.state.name ?? "";
  $("describe").elements.description.value = room.state.description ?? "";
  drawDetails(room);
  if (may(room, "invite")) await readInvites();
  if (room.state.kind === "direct") await readBlocks();
}

export function drawDetails(room) {
  const isDirect = room.state.kind === "direct";
  $("details-title").textContent = titleOf(room);
  $("rename").hidden = $("describe").hidden = $("room-picture").hidden = !may(room, "edit_info");
  $("description").textContent = may(room, "edit_info") ? "" : room.state.description;
  $("add").hidden = $("invites").hidden = !may(room, "invite");
  $("rules").hidden = isDirect || !isAdmin(room);
  for (const id of ["leave", "member-list"]) $(id).hidden = isDirect;
  $("clear-history").hidden = isDirect || !isAdmin(room);
  $("delete-room").hidden = room.me.role !== "owner" || isDirect;
  drawPartner(room);
  drawOwn(room);
  drawRules(room);
  drawInvites();
  reconcile($("member-list"), memberRows(room), drawPerson);
}

function drawOwn({ me }) {
  const mute = me.muted_until ? (Date.parse(me.muted_until) - Date.now()) / 1000 : 0;
  const chosen = Object.entries(MUTES).find(([, seconds]) => mute <= seconds)[0];
  const rows = [
    { key: "muted_until", words: t("mute"), choices: Object.keys(MUTES), chosen },
    { key: "archived", words: t("archive"), on: me.archived },
    { key: "pinned", words: t("pin_chat"), on: me.pinned },
  ];
  reconcile($("own-rows"), rows, drawSetting);
}

function drawRules({ state }) {
  const isSwitched = (key) => key !== "post" || state.kind !== "channel";
  const switches = Object.entries(SWITCHES).filter(([key]) => isSwitched(key));
  const rows = [
    ...switches.map(([key, [, on]]) => ({ key, words: t(`s_${key}`), on: state[key] === on })),
    ...Object.entries(CHOICES).map(([key, choices]) => ({
      ...{ key, words: t(`s_${key}`), choices: Object.keys(choices) },
      chosen: Object.keys(choices).find((name) => choices[name] === state[key]),
    })),
  ];
  reconcile($("rule-rows"), rows, drawSetting);
}

function drawSetting({ words, on, choices, chosen }) {
  const node = make("setting", { words, box: !choices, list: Boolean(choices) });
  const field = node.querySelector("input, select");
  if (choices) field.append(...choices.map((each) => new Option(t(each), each, false, each === chosen)));
  else field.checked = on;
  return node;
}

/** Changes one rule, or one thing that is one's own, as a switch or list was set. */
export async function changeSetting(field) {
  const room = openRoom();
  const { key } = field.closest("[data-key]").dataset;
  const isOwn = $("own-rows").contains(field);
  try {
    if (isOwn) await setOwn(room, key, field);
    else
      await updateRoom({ [key]: key in SWITCHES ? SWITCHES[key][Number(field.checked)] : CHOICES[key][field.value] });
  } catch (refused) {
    for (const list of ["own-rows", "rule-rows"]) $(list).replaceChildren();
    throw refused;
  } finally {
    redraw();
  }
}

async function setOwn(room, key, field) {
  const until = MUTES[field.value] ? new Date(Date.now() + MUTES[field.value] * 1000).toISOString() : null;
  const value = key === "muted_until" ? until : field.checked;
  mergeMe(room, (await ask("set_preferences", { room: room.id, [key]: value })).me);
}

export async function updateRoom(fields) {
  receive("room", (await ask("update_room", { room: here.open, ...fields })).room);
}

export async function leaveRoom() {
  const room = openRoom();
  await ask("leave_room", { room: room.id });
  drop(room);
}

export async function clearHistory() {
  if (await confirmed(t("clear_history"))) receive("room", (await ask("clear_history", { room: here.open })).room);
}

export async function deleteRoom() {
  const room = openRoom();
  if (!(await confirmed(t("delete_room")))) return;
  await ask("delete_room", { room: room.id });
  drop(room);
}
