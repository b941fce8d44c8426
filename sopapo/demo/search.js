// Finding messages by their words and by what they bring, in all of one's chats.

import { capital, clock, dayOf, gistOf, nameOf, titleOf } from "/demo/names.js";
import { people, rooms, starKey } from "/demo/rooms.js";
import { $, make, pause, redraw, span, t } from "/demo/tools.js";
import { ask } from "/demo/wire.js";

const TYPED_OUT_AFTER = 0.3;

/** Asks once for what was typed and picked, a moment after the last letter; the list of chats is narrowed at once. */
export async function search(form) {
  const asked = wantedBy(form);
  redraw();
  await pause(TYPED_OUT_AFTER);
  if (isOther(form, asked)) return;
  const isAsked = Object.keys(asked).length > 0;
  const { results, users } = isAsked ? await ask("search", asked) : { results: [], users: [] };
  if (isOther(form, asked)) return;
  for (const user of users) people.set(user.id, user);
  const found = results.filter(({ message }) => rooms.has(message.room));
  $("found-title").hidden = $("found").hidden = !isAsked;
  $("found").replaceChildren(...(found.length ? found.map(drawFound) : [span("small", t("nothing_found"))]));
}

function wantedBy({ q, has }) {
  const words = q.value.trim();
  return { ...(words && { q: words }), ...(has.value && { has: has.value }) };
}

const isOther = (form, asked) => JSON.stringify(wantedBy(form)) !== JSON.stringify(asked);

function drawFound({ message, snippet }) {
  const { room: id, seq, sender, created_at: at } = message;
  const room = rooms.get(id);
  const by = sender ? `${capital(nameOf(room, sender))} · ` : "";
  const text = snippet ? partsOf(snippet) : gistOf(room, message);
  const node = make("found", { title: by + titleOf(room), time: `${dayOf(at)} ${clock(at)}`, text });
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
