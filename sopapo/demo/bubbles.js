// One row of the list of messages: a bubble with all that hangs on it, or a line between.

import { drawFiles } from "/demo/files.js";
import { clock } from "/demo/names.js";
import { drawPoll } from "/demo/polls.js";
import { hueOf, make, span, t } from "/demo/tools.js";
import { Refused } from "/demo/wire.js";

const MARKS_IN_TEXT = /(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])|(?<![\p{L}\p{N}/])(@[\p{L}\p{N}_.-]+)/gu;

export function drawLogRow(row) {
  if (row.type !== "bubble") return make(row.type, row);
  const slots = {
    text: row.gone ? row.text : row.text && marked(row.text, row.names ?? []),
    files: !row.gone && row.files?.length && drawFiles(row.files),
    quote: row.quote && drawQuote(row.quote),
    poll: row.poll && drawPoll(row.poll),
    reactions: row.reactions?.length && row.reactions.map(drawReaction),
    failed: row.failed && t("not_sent", { why: new Refused({ code: row.failed }).words }),
    time: clock(row.at),
    more: Boolean(row.seq),
  };
  const node = make("bubble", { ...row, ...slots });
  for (const flag of ["mine", "first", "gone"]) node.classList.toggle(flag, Boolean(row[flag]));
  if (row.seq) node.dataset.seq = row.seq;
  if (row.name) node.style.setProperty("--hue", hueOf(row.sender));
  return node;
}

function drawQuote({ seq, sender, name, text }) {
  const node = make("quote", { name: name || true, text });
  node.dataset.key = seq;
  if (sender) node.style.setProperty("--hue", hueOf(sender));
  return node;
}

function drawReaction({ emoji, n, mine, who }) {
  const node = make("reaction", { emoji, n: n > 1 && `${n}` });
  node.value = emoji;
  node.title = who;
  node.setAttribute("aria-pressed", mine);
  node.setAttribute("aria-label", `${emoji} ${who}`);
  return node;
}

/** A text with its links and the people it names; the rest is text and nothing else. */
function marked(text, names) {
  const parts = [];
  let end = 0;
  for (const { 0: whole, 1: link, index } of text.matchAll(MARKS_IN_TEXT)) {
    const isName =
      !link &&
      names.includes(
        whole
          .slice(1)
          .replace(/[.-]+$/, "")
          .toLowerCase(),
      );
    if (!link && !isName) continue;
    parts.push(text.slice(end, index), link ? drawLink(link) : span("mention", whole));
    end = index + whole.length;
  }
  return [...parts, text.slice(end)];
}

const drawLink = (href) =>
  Object.assign(document.createElement("a"), { href, textContent: href, target: "_blank", rel: "noopener noreferrer" });
