// Messages for later: made of what is written, listed and cancelled. They have no rev; the list is read when it opens.

import { arrived, dropAttached, isAttached } from "/demo/attached.js";
import { openDialog } from "/demo/dialogs.js";
import { clock } from "/demo/names.js";
import { $, button, here, knows, make, redraw, t, uuid } from "/demo/tools.js";
import { ask, socket } from "/demo/wire.js";

const HOUR = 3_600_000;
const kept = new Map();

/** A moment as the browser's field for it wants it: local time, to the minute. */
function local(moment) {
  const date = new Date(moment - new Date(moment).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}

export async function openLater() {
  openDialog("later");
  const { text, at } = $("schedule").elements;
  text.value = $("composer").text.value;
  text.required = !isAttached();
  at.value = local(Date.now() + HOUR);
  at.min = local(Date.now());
  kept.clear();
  draw();
  for (const state of (await ask("list_scheduled", { room: here.open })).scheduled) take(state);
}

export async function schedule({ text, at }) {
  const send_at = new Date(at.value).toISOString();
  const files = (await arrived()).map(({ id }) => id);
  const body = { room: here.open, client_id: uuid(), text: text.value, files, send_at };
  take((await ask("schedule_message", body)).scheduled);
  dropAttached();
  redraw();
  const box = $("composer").text;
  if (box.value === text.value) {
    box.value = "";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  text.value = "";
  text.required = true;
}

export async function cancelLater(clientId) {
  take((await ask("cancel_scheduled", { room: here.open, client_id: clientId })).scheduled);
}

/** Takes the state of one, from an answer or as it is pushed: what is sent or cancelled is in no list any more. */
function take(state) {
  if (["waiting", "failed"].includes(state.status)) kept.set(state.client_id, state);
  else kept.delete(state.client_id);
  if ($("later").open) draw();
}

function draw() {
  const rows = [...kept.values()].filter(({ room }) => room === here.open);
  rows.sort((a, b) => Date.parse(a.send_at) - Date.parse(b.send_at));
  $("later-rows").replaceChildren(...rows.map(drawOne));
}

function drawOne({ client_id, text, files, send_at, error }) {
  const day = new Date(send_at).toLocaleDateString(here.language, { day: "numeric", month: "short" });
  const why = error && t(knows(`e_${error}`) ? `e_${error}` : "e_other", { code: error });
  const note = error ? t("not_sent", { why }) : t("goes_out", { day, time: clock(send_at) });
  const what = [text, ...files.map(({ name }) => `📎 ${name}`)].filter(Boolean).join(" ");
  const node = make("person", { name: what, note });
  node.append(button("cancelLater", t("cancel"), client_id));
  return node;
}

socket.on("scheduled", take);
