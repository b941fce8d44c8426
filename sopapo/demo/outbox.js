// The outbox. A message lies in localStorage, with its client_id, before it is first tried, and stays until the
// message itself has come, by an answer or a push or sync. Till then it is sent as often as it takes: the same
// client_id from the same sender in the same room is always the same message.

import { outbox, outboxKey, outboxOfAll } from "/demo/rooms.js";
import { receive } from "/demo/sync.js";
import { forget, here, load, pause, redraw, save, uuid } from "/demo/tools.js";
import { ask } from "/demo/wire.js";

const flushing = new Set();
let lastMade = 0;

/** Sends a text, which may reply to a message, or forwards one: then the text is only what is shown meanwhile. */
export function send(roomId, text, { reply_to, forward, files = [] } = {}) {
  lastMade = Math.max(Date.now(), lastMade + 1);
  const item = { room: roomId, client_id: uuid(), text, made: lastMade, reply_to, forward, files };
  save(outboxKey(item.client_id), item);
  flush(roomId);
  redraw();
}

export function flushAll() {
  for (const { room } of outboxOfAll()) flush(room);
}

/** Sends what waits for a room, one after the other; what may succeed later is tried again, the rest marked. */
async function flush(roomId) {
  if (flushing.has(roomId)) return;
  flushing.add(roomId);
  const next = () => here.ready && outbox(roomId).find((item) => !item.failed);
  for (let item = next(); item; item = next()) await trySending(item);
  flushing.delete(roomId);
}

async function trySending(item) {
  const { room, client_id, text, forward, reply_to, files = [] } = item;
  try {
    const what = forward ? { forward } : { text, reply_to, files: files.map(({ id }) => id) };
    const answer = await ask("send_message", { room, client_id, ...what });
    forget(outboxKey(client_id));
    receive("message", answer.message);
  } catch (refused) {
    if (!refused.passing) save(outboxKey(client_id), { ...item, failed: refused.code ?? refused.message });
    else if (here.ready) await pause(refused.wait);
  }
  redraw();
}

export function tryAgain(clientId) {
  const { failed, ...item } = load(outboxKey(clientId));
  save(outboxKey(clientId), item);
  flush(item.room);
  redraw();
}

export function discard(clientId) {
  forget(outboxKey(clientId));
  redraw();
}
