// Polls: asking one, voting in it, and seeing how it stands.

import { openDialog, openListing } from "/demo/dialogs.js";
import { capital, isAdmin, nameOf } from "/demo/names.js";
import { mergeVote, people, rooms, starKey, votes } from "/demo/rooms.js";
import { receive } from "/demo/sync.js";
import { $, face, here, make, redraw, t, toEnd, uuid } from "/demo/tools.js";
import { ask } from "/demo/wire.js";

const OPTIONS_AT_MOST = 12;
const ENDS = { none: 0, hour: 3600, day: 86_400, week: 604_800 };

/** Made with the dialog: whatever becomes of the first try, the room is asked once. */
let clientId = null;

export function openPoll() {
  clientId = uuid();
  openDialog("ask");
  $("poll-options").replaceChildren(drawField(1), drawField(2));
  $("new-poll").elements.end.replaceChildren(...Object.keys(ENDS).map((each) => new Option(t(each), each)));
}

function drawField(n) {
  const node = make("poll-field");
  node.placeholder = t("option", { n });
  node.setAttribute("aria-label", t("option", { n }));
  return node;
}

$("poll-options").addEventListener("input", () => {
  const fields = [...$("poll-options").children];
  if (fields.every((field) => field.value.trim()) && fields.length < OPTIONS_AT_MOST) {
    $("poll-options").append(drawField(fields.length + 1));
  }
});

export async function createPoll({ question, multiple, anonymous, end }) {
  const options = [...$("poll-options").children].map((field) => field.value.trim()).filter(Boolean);
  const closes_at = ENDS[end.value] ? new Date(Date.now() + ENDS[end.value] * 1000).toISOString() : null;
  const about = { text: question.value, options, multiple: multiple.checked, anonymous: anonymous.checked, closes_at };
  const { message } = await ask("create_poll", { room: here.open, client_id: clientId, ...about });
  $("ask").close();
  receive("message", message);
  toEnd($("log"));
}

const isOver = ({ closed_at, closes_at }) => Boolean(closed_at) || (closes_at && Date.parse(closes_at) <= Date.now());
const chosenIn = ({ room, seq }) => votes.get(starKey(room, seq)) ?? [];

export const mayClose = (room, { poll, sender }) => poll && !isOver(poll) && (sender === here.me.id || isAdmin(room));
export const isTold = ({ poll }) => poll && !poll.anonymous && poll.people > 0;

/** A poll as a row of the log shows it. */
export function pollOf(room, message) {
  const { poll } = message;
  if (!poll) return null;
  const mine = chosenIn(message);
  const options = poll.options.map(({ id, text, votes: n, voters }) => ({
    ...{ id, text, n, mine: mine.includes(id), part: poll.people ? n / poll.people : 0 },
    who: voters?.map((user) => nameOf(room, user)).join(", "),
  }));
  return { options, over: isOver(poll), note: noteOf(poll) };
}

function noteOf(poll) {
  const at = (time) => new Date(time).toLocaleString(here.language, { dateStyle: "short", timeStyle: "short" });
  const notes = [
    poll.people ? t("people_voted", { n: poll.people }) : t("nobody_voted"),
    poll.anonymous && t("poll_anonymous"),
    isOver(poll) ? t("poll_over") : t(poll.multiple ? "choose_several" : "choose_one"),
    !isOver(poll) && poll.closes_at && t("poll_until", { time: at(poll.closes_at) }),
  ];
  return notes.filter(Boolean).join(" · ");
}

export function drawPoll({ options, over, note }) {
  return make("poll", { options: options.map((option) => drawOption(option, over)), note });
}

function drawOption({ id, text, n, mine, part, who }, over) {
  const node = make("option", { text, n: `${n}` });
  node.value = id;
  node.disabled = over;
  node.title = who ?? "";
  node.style.setProperty("--part", part);
  node.setAttribute("aria-pressed", mine);
  return node;
}

/** Chooses an option, or no longer; where there may be several, the others stay. */
export async function vote(seq, id) {
  const message = rooms.get(here.open).messages.get(seq);
  const others = message.poll.multiple ? chosenIn(message).filter((each) => each !== id) : [];
  const options = chosenIn(message).includes(id) ? others : [...others, id];
  const about = { room: message.room, seq, options };
  const answer = await ask("vote", about);
  mergeVote(about);
  receive("message", answer.message);
  redraw();
}

export async function closePoll({ room, seq }) {
  receive("message", (await ask("close_poll", { room, seq })).message);
}

export async function openVoters({ room: id, seq, poll }) {
  const room = rooms.get(id);
  const { voters, users } = await ask("poll_voters", { room: id, seq });
  for (const user of users) people.set(user.id, user);
  const chosen = (options) => options.map((option) => poll.options[option - 1].text).join(", ");
  const rows = voters.map(({ user, options }) => {
    const name = nameOf(room, user);
    return make("person", { face: face(user, name), name: capital(name), note: chosen(options) });
  });
  openListing(t("voters"), rows);
}
