/*
 * The demo client of SóPapo: the client's side of the protocol, and a page that shows it at work.
 *
 *   tools     what the page is at, words, templates          rooms     what is held of each chat
 *   words     everything that people read                    sync      states, holes, catching up, history
 *   lessons   what the panel says of what it shows           outbox    sending until it is stored, once
 *   panel     everything that goes over the wire             marks     got, read, unread, ticks
 *   wire      asking over the socket and by REST, tokens     presence  writing, online, last seen
 *   session   becoming someone and staying it                names     what things are called, who may what
 *
 * What is drawn: gate, chats, search, log, bubbles, files, attached, polls, composer, later, menu, lists, details,
 * members, invites, joining, profile, pictures, dialogs, view. Here: what each form and button does; keys, scrolling and
 * typing are in gestures.
 * Copy what you need. The rules that a client must keep are said where they are kept.
 */

import { detach } from "/demo/attached.js";
import { switchArchive } from "/demo/chats.js";
import { dropContext, submit } from "/demo/composer.js";
import * as details from "/demo/details.js";
import { openDialog } from "/demo/dialogs.js";
import { openPicture, saveFile } from "/demo/files.js";
import "/demo/gestures.js";
import { drawGate, entryOf, press, showGate } from "/demo/gate.js";
import { createInvite, revokeInvite } from "/demo/invites.js";
import { addMembers, createRoom, drawKind, findPublic, joinByLink, joinRoom } from "/demo/joining.js";
import { cancelLater, openLater, schedule } from "/demo/later.js";
import { forwardTo, openStars } from "/demo/lists.js";
import { goTo, readOn } from "/demo/log.js";
import { openMenu, react, takeOffer } from "/demo/menu.js";
import { discard, tryAgain } from "/demo/outbox.js";
import { dropFrame, frames } from "/demo/panel.js";
import { createPoll, openPoll, vote } from "/demo/polls.js";
import { block, openProfile, reportPartner, saveProfile, sendReport, unblock } from "/demo/profile.js";
import { search } from "/demo/search.js";
import { enter, goodbye } from "/demo/session.js";
import { $, copy, here, LANGUAGES, redraw, t, toEnd, translate } from "/demo/tools.js";
import { draw, show, showView } from "/demo/view.js";
import { ask, attempt, session, socket } from "/demo/wire.js";

function speak(language) {
  here.language = language;
  localStorage.setItem("sopapo.language", language);
  document.documentElement.lang = language;
  translate(document);
  for (const [node, { kind }] of frames) node.querySelector("[data-slot=kind]").textContent = t(`k_${kind}`);
  drawGate();
  redraw();
}

function cut() {
  here.offlineByHand = !here.offlineByHand;
  if (here.offlineByHand) socket.disconnect();
  else socket.connect();
  redraw();
}

const FORMS = {
  login: (fields) => enter(...entryOf(fields)),
  "new-room": createRoom,
  find: findPublic,
  rename: ({ name }) => details.updateRoom({ name: name.value }),
  describe: ({ description }) => details.updateRoom({ description: description.value }),
  add: addMembers,
  composer: submit,
  search,
  "new-poll": createPoll,
  schedule,
  myself: saveProfile,
  complain: sendReport,
  "other-emoji": ({ emoji }) => react(emoji.value.trim()),
};

const ACTS = {
  language: () => speak(LANGUAGES.find((each) => each !== here.language)),
  entry: (button) => {
    press(button);
    drawGate();
  },
  kind: (button) => {
    press(button);
    drawKind();
  },
  known: (_, userId) => {
    sessionStorage.setItem("sopapo.user", userId);
    socket.disconnect().connect();
  },
  logout: () => ask("logout").finally(() => goodbye()),
  openCreate: () => {
    openDialog("create");
    press($("kinds").firstElementChild);
    drawKind();
  },
  openPublic: () => {
    openDialog("public");
    $("find").requestSubmit();
  },
  openDetails: details.openDetails,
  openStars,
  openProfile,
  block: (_, userId) => block(userId),
  unblock: (_, userId) => unblock(userId),
  reportPartner,
  openLater,
  cancelLater: (_, clientId) => cancelLater(clientId),
  archive: switchArchive,
  close: (button) => button.closest("dialog").close(),
  sure: (button) => button.closest("dialog").close(button.value),
  show: (_, roomId) => show(roomId ?? null),
  join: (_, roomId) => joinRoom(roomId),
  leave: details.leaveRoom,
  clearHistory: details.clearHistory,
  deleteRoom: details.deleteRoom,
  createInvite,
  copyInvite: (_, url) => copy(url),
  revoke: (_, code) => revokeInvite(code),
  older: readOn,
  again: (_, clientId) => tryAgain(clientId),
  discard: (_, clientId) => discard(clientId),
  down: () => toEnd($("log")),
  menu: openMenu,
  offer: (_, key) => takeOffer(key),
  react: (button) => react(button.value),
  reactTo: (button) => react(button.value, Number(button.closest("[data-seq]").dataset.seq)),
  goTo: (_, seq) => goTo(Number(seq)),
  goThere: (_, key) => {
    const [room, seq] = key.split(" ");
    $("listing").close();
    show(room);
    return goTo(Number(seq));
  },
  openPoll,
  vote: (button) => vote(Number(button.closest("[data-seq]").dataset.seq), Number(button.value)),
  forwardTo: (_, roomId) => forwardTo(roomId),
  dropContext,
  attach: () => $("attach-input").click(),
  detach: (_, key) => detach(key),
  openPicture: (_, id) => openPicture(id),
  saveFile: (_, id) => saveFile(id),
  myPicture: () => $("my-picture-input").click(),
  roomPicture: () => $("room-picture-input").click(),
  view: (button) => showView(button.value),
  filter: (button) => button.setAttribute("aria-pressed", !$("panel").classList.toggle(`no-${button.value}`)),
  copyFrame: (button) => copy(button.closest(".frame").querySelector("pre").textContent),
  copyAll: () => copy(JSON.stringify([...frames.values()], null, 2)),
  clear: () => [...frames.keys()].forEach(dropFrame),
  cut,
};

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  attempt(form.closest("dialog, #login"), () => FORMS[form.id](form.elements));
});

document.addEventListener("click", (event) => {
  // A dialog's own area is covered by what is in it: a click that hits it is one beside it.
  if (event.target.matches("dialog")) event.target.close();
  const button = event.target.closest("[data-act]");
  const key = button?.closest("[data-key]")?.dataset.key;
  if (button) attempt(button.closest("dialog"), () => ACTS[button.dataset.act](button, key));
});

document.addEventListener("redraw", draw);
document.addEventListener("someone", () => attempt(null, joinByLink));
document.addEventListener("visibilitychange", redraw);

speak(here.language);
if (session()) socket.connect();
else showGate();
