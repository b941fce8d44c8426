// Becoming someone, staying it, and no longer being it.

import { showGate } from "/demo/gate.js";
import { flushAll } from "/demo/outbox.js";
import { record } from "/demo/panel.js";
import { watchPresence } from "/demo/presence.js";
import { people } from "/demo/rooms.js";
import { forgetAll, sync, syncOwn } from "/demo/sync.js";
import { $, here, pause, redraw } from "/demo/tools.js";
import { ask, attempt, dropSession, keepSession, Refused, renew, session, socket, useToken } from "/demo/wire.js";

/** Connects as nobody and logs in or registers: the server gives 10 s for that. */
export async function enter(verb, fields) {
  await connected();
  const result = await ask(verb, fields);
  keepSession(result);
  useToken();
  comeIn(result.user);
}

function connected() {
  return new Promise((done, fail) => {
    if (socket.connected) return done();
    const failed = () => {
      socket.disconnect();
      fail(new Refused({ code: "offline" }));
    };
    socket.once("connect_error", failed);
    socket.once("connect", () => done(socket.off("connect_error", failed)));
    socket.connect();
  });
}

/** From here on the server pushes: what was missed comes by sync, what is owed goes out from the outbox. */
async function becomeSomeone(user) {
  here.me = user;
  here.ready = true;
  people.set(user.id, user);
  $("gate").hidden = true;
  $("app").hidden = false;
  await sync();
  flushAll();
}

socket.on("connect", () => {
  record("link", "connect", { transport: socket.io.engine.transport.name, with_token: Boolean(session()) });
  if (session()) comeIn(session().user);
  else if (!$("app").hidden) goodbye(new Refused({ code: "session_revoked" }));
});

/** The server knows nothing of what an earlier connection watched, and this page not what it missed meanwhile. */
async function comeIn(user) {
  await becomeSomeone(user);
  await attempt(null, syncOwn);
  watchPresence();
  document.dispatchEvent(new Event("someone"));
}

socket.on("disconnect", (reason) => {
  here.ready = false;
  record("link", "disconnect", { reason });
  redraw();
  // Socket.IO comes back by itself, except when it was the server who hung up.
  if (reason === "io server disconnect") comeBack(1);
});

socket.on("connect_error", (error) => {
  record("link", "connect_error", error.data ?? { reason: error.message });
  if (!socket.active && session()) refusedAtTheDoor(new Refused(error.data ?? { code: error.message }));
});

function refusedAtTheDoor(refused) {
  if (refused.code === "token_expired") renewThen(() => socket.connect());
  else if (["session_revoked", "suspended", "unauthenticated"].includes(refused.code)) goodbye(refused);
  else comeBack(refused.wait);
}

async function comeBack(seconds) {
  await pause(seconds);
  if (session() && !here.offlineByHand) socket.connect();
}

/** The token is over: renew it by REST, then say again who this is, on the same socket. */
socket.on("token_expired", () => {
  here.ready = false;
  renewThen(async () => becomeSomeone((await ask("authenticate", { token: useToken() })).user));
});

socket.on("session_revoked", () => goodbye(new Refused({ code: "session_revoked" })));

async function renewThen(act) {
  try {
    await renew();
    await act();
  } catch (refused) {
    if (refused.code === "unauthenticated" || !refused.passing) return goodbye(refused);
    await pause(refused.wait);
    if (session() && !here.ready && !here.offlineByHand) socket.disconnect().connect();
  }
}

export function goodbye(refused) {
  if (!dropSession()) return;
  socket.disconnect();
  forgetAll();
  here.open = null;
  showGate(refused?.words);
}
