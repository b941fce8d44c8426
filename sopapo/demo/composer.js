// Where one writes: a message, a reply, an edit; and the draft that all of one's devices keep.

import { drawAttached, dropAttached, isAttached, takeAttached } from "/demo/attached.js";
import { capital, gistOf, mayPost, nameOf } from "/demo/names.js";
import { send } from "/demo/outbox.js";
import { sayTyping } from "/demo/presence.js";
import { mergeMe, messagesOf, openRoom, rooms } from "/demo/rooms.js";
import { receive } from "/demo/sync.js";
import { $, here, t, toEnd } from "/demo/tools.js";
import { ask, hint } from "/demo/wire.js";

const DRAFT_AFTER = 1500;
let writing = { room: null, reply: null, edit: null };
let draftTimer;
let sending = Promise.resolve();

const box = () => $("composer").text;

/** Shows the composer of the chat that is open, with the draft of it where that is another than before. */
export function drawComposer(room) {
  if (writing.room !== room.id) begin(room);
  box().disabled = !mayPost(room);
  $("ask-open").hidden = !mayPost(room);
  for (const node of [$("attach"), $("attach-input")]) node.disabled = !mayPost(room) || Boolean(writing.edit);
  drawAttached();
  box().placeholder = t(mayPost(room) ? "write" : "admins_only");
  const message = room.messages.get(writing.reply ?? writing.edit);
  if (!message || message.deleted_at) writing = { room: room.id, reply: null, edit: null };
  $("context").hidden = !writing.reply && !writing.edit;
  if ($("context").hidden) return;
  const name = capital(nameOf(room, message.sender));
  $("context-name").textContent = writing.edit ? t("editing") : t("replying", { name });
  $("context-text").textContent = gistOf(room, message);
}

function begin(room) {
  leaveRoom();
  writing = { room: room.id, reply: null, edit: null };
  box().value = room.me.draft ?? "";
}

/** What is left unsent becomes the draft at once. */
export function leaveRoom() {
  const room = rooms.get(writing.room);
  if (room) keepDraft(room);
  writing = { room: null, reply: null, edit: null };
  dropAttached();
  sayTyping(false);
}

export function reply(message) {
  writing = { room: message.room, reply: message.seq, edit: null };
  focusComposer();
}

export function edit(message) {
  writing = { room: message.room, reply: null, edit: message.seq };
  box().value = message.text;
  focusComposer();
}

export function dropContext() {
  if (writing.edit) box().value = "";
  writing = { ...writing, reply: null, edit: null };
  focusComposer();
}

function focusComposer() {
  drawComposer(openRoom());
  box().focus();
}

/** Edits one's last message, which is what the arrow up means in an empty composer. */
export function editLast() {
  const last = messagesOf(openRoom()).findLast(({ sender, deleted_at }) => sender === here.me.id && !deleted_at);
  if (last && !last.forwarded && !last.poll) edit(last);
}

export async function submit() {
  const text = box().value.trim();
  const { room, edit: seq, reply: reply_to } = writing;
  if (seq) return submitEdit(room, seq, text);
  if (!text && !isAttached()) return;
  sending = sendInTurn(sending, takeAttached(), room, text, reply_to);
  clear();
  await sending;
  if (here.open === room) toEnd($("log"));
}

/** Sends once files have arrived and what was written before is sent; one goes on writing meanwhile. */
async function sendInTurn(before, taken, room, text, reply_to) {
  await before;
  const files = await taken;
  if (text || files.length) send(room, text, { files, ...(reply_to && { reply_to }) });
}

async function submitEdit(room, seq, text) {
  if (!text && !rooms.get(room).messages.get(seq).files.length) return;
  receive("message", (await ask("edit_message", { room, seq, text })).message);
  if (here.open === room) clear();
}

function clear() {
  box().value = "";
  dropContext();
  sayTyping(false);
  keepDraftSoon();
}

export function wrote() {
  if (writing.edit) return;
  sayTyping(Boolean(box().value.trim()));
  keepDraftSoon();
}

function keepDraftSoon() {
  clearTimeout(draftTimer);
  draftTimer = setTimeout(() => rooms.has(writing.room) && keepDraft(rooms.get(writing.room)), DRAFT_AFTER);
}

/** Keeps what is written as the draft, with one request where it is another than the one kept. */
function keepDraft(room) {
  clearTimeout(draftTimer);
  const draft = box().value.trim() || null;
  if (!here.ready || writing.edit || draft === room.me.draft) return;
  mergeMe(room, { ...room.me, draft });
  hint("set_preferences", { room: room.id, draft });
}
