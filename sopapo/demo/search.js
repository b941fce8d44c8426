// Finding messages by their words, in all of one's chats.

import { capital, clock, dayOf, nameOf, titleOf } from "/demo/names.js";
import { people, rooms, starKey } from "/demo/rooms.js";
import { $, make, pause, redraw, span, t } from "/demo/tools.js";
import { ask } from "/demo/wire.js";

const TYPED_OUT_AFTER = 0.3;

/** Asks once for what was typed, a moment after the last letter; the list of chats is narrowed at once. */
export async function search({ q }) {
  const asked = q.value.trim();
  redraw();
  await pause(TYPED_OUT_AFTER);
  if (q.value.trim() !== asked) return;
  const { results, users } = asked ? await ask("search", { q: asked }) : { results: [], users: [] };
  if (q.value.trim() !== asked) return;
  for (const user of users) people.set(user.id, user);
  const found = results.filter(({ message }) => rooms.has(message.room));
  $("found-title").hidden = $("found").hidden = !asked;
  $("found").replaceChildren(...(found.length ? found.map(drawFound) : [span("small", t("nothing_found"))]));
}

function drawFound({ message: { room: id, seq, sender, created_at: at }, snippet }) {
  const room = rooms.get(id);
  const by = sender ? `${capital(nameOf(room, sender))} · ` : "";
  const node = make("found", { title: by + titleOf(room), time: `${dayOf(at)} ${clock(at)}`, text: partsOf(snippet) });
  node.dataset.key = starKey(id, seq);
  return node;
}

/** A snippet is HTML in which only `mark` is a tag: it is read as such, but made anew of text alone. */
function partsOf(snippet) {
  const { body } = new DOMParser().parseFromString(snippet, "text/html");
  return [...body.childNodes].map((node) => {
    if (node.nodeName !== "MARK") return node.textContent;
    return Object.assign(document.createElement("mark"), { textContent: node.textContent });
  });
}
