// What is drawn, and which part of it a narrow screen shows.

import { drawChats, unreadOfAll } from "/demo/chats.js";
import { drawComposer, leaveRoom } from "/demo/composer.js";
import { drawDetails } from "/demo/details.js";
import { paintFaces } from "/demo/files.js";
import { drawLog, placeDivider } from "/demo/log.js";
import { markAll } from "/demo/marks.js";
import { watchOpen } from "/demo/presence.js";
import { openRoom, rooms } from "/demo/rooms.js";
import { $, face, here, t } from "/demo/tools.js";

export function draw() {
  if ($("app").hidden) return;
  const room = openRoom();
  drawHeader();
  drawChats();
  for (const id of ["chat-bar", "log-frame", "composer"]) $(id).hidden = !room;
  $("empty").hidden = Boolean(room);
  if (room) drawChat(room);
  else if ($("app").dataset.view === "chat") show(null);
  markAll();
  paintFaces();
}

function drawChat(room) {
  drawLog(room);
  drawComposer(room);
  if ($("details").open) drawDetails(room);
  watchOpen();
}

function drawHeader() {
  $("my-face").replaceChildren(face(here.me.id, here.me.name, here.me.avatar));
  $("my-name").textContent = here.me.name;
  $("link").textContent = t(here.ready ? (here.syncing ? "syncing" : "online") : "offline");
  $("link").dataset.on = here.ready;
  $("offline").hidden = here.ready;
  $("cut-line").textContent = t(here.offlineByHand ? "mend_line" : "cut_line");
  const unread = unreadOfAll();
  document.title = `${unread ? `(${unread}) ` : ""}SóPapo · ${here.me.name}`;
}

export function show(roomId) {
  leaveRoom();
  here.open = roomId;
  if (!roomId) $("details").close();
  else if (rooms.has(roomId)) placeDivider(rooms.get(roomId));
  showView(roomId ? "chat" : "rooms");
  draw();
  if (roomId && matchMedia("(hover: hover)").matches) $("composer").text.focus();
}

export function showView(view) {
  $("app").dataset.view = view;
  $("tab-panel").setAttribute("aria-pressed", view === "panel");
  $("tab-rooms").setAttribute("aria-pressed", view !== "panel");
}
