// The panel: everything that goes over the wire.

import { $, here, isAtEnd, knows, make, span, t, toEnd } from "/demo/tools.js";

const ARROWS = { request: "↑", ack: "↓", error: "✕", state: "●", rest: "⇅", link: "–" };
const FRAMES_KEPT = 400;
export const frames = new Map();

/** Notes one thing that crossed the wire; an answer is told the call it answers: {n, began}. */
export function record(kind, name, body, call) {
  const ms = kind !== "request" && call ? Math.round(performance.now() - call.began) : undefined;
  const frame = { kind, name, at: new Date().toISOString(), call: call?.n, ms, body: harmless(body) };
  const node = drawFrame(frame);
  const atEnd = isAtEnd($("frames"));
  frames.set(node, frame);
  $("frames").append(node);
  if (frames.size > FRAMES_KEPT) dropFrame(frames.keys().next().value);
  if (atEnd) toEnd($("frames"));
}

export function dropFrame(node) {
  frames.delete(node);
  node.remove();
}

/** What may be shown and copied: passwords are left out and tokens cut short. */
function harmless(body) {
  const hide = (key, value) => {
    if (key === "password") return "••••••••";
    return /token$/.test(key) && typeof value === "string" ? `${value.slice(0, 8)}…` : value;
  };
  return JSON.parse(JSON.stringify(body ?? null, hide));
}

/** The few words of a frame that one wants to see without opening it. */
function digest({ body, ms }) {
  const thing = body?.error ?? body?.message ?? (body?.room?.id ? body.room : body) ?? {};
  const text = typeof thing.text === "string" && `“${[...thing.text].slice(0, 30).join("")}”`;
  const words = [thing.code, thing.seq && `seq ${thing.seq}`, thing.rev && `rev ${thing.rev}`, text, thing.reason];
  return [...words, ms !== undefined && `${ms} ms`].filter(Boolean).join(" · ");
}

function drawFrame({ kind, name, at, call, ...rest }) {
  const time = call ? `#${call}` : new Date(at).toLocaleTimeString(here.language);
  const node = make("frame", { arrow: ARROWS[kind], kind: t(`k_${kind}`), name, digest: digest(rest), time });
  node.classList.add(`k-${kind}`);
  return node;
}

export function drawInside(node) {
  if (!node.open || node.childElementCount > 1) return;
  const { kind, name, call, body } = frames.get(node);
  const why = [`x_${kind}`, `x_${name}`].find(knows);
  node.append(make("inside", { why: why && t(why, { n: call }), json: coloured(JSON.stringify(body, null, 2)) }));
  node.scrollIntoView({ block: "nearest" });
}

/** Pretty JSON as coloured spans: keys, strings, numbers, words. */
function coloured(json) {
  const parts = [];
  let end = 0;
  for (const found of json.matchAll(/("(?:\\.|[^"\\])*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g)) {
    const [whole, string, colon = ""] = found;
    const kind = string ? (colon ? "key" : "string") : /\d/.test(whole) ? "number" : "word";
    parts.push(json.slice(end, found.index), span(kind, string ?? whole), colon);
    end = found.index + whole.length;
  }
  return [...parts, json.slice(end)];
}
