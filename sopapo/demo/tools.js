// What every part of the page uses: what the page is at, words, templates, and what the browser keeps.

import { LESSONS } from "/demo/lessons.js";
import { WORDS } from "/demo/words.js";
import { WORDS_OF_PEOPLE } from "/demo/words_of_people.js";

const STRINGS = { ...WORDS, ...WORDS_OF_PEOPLE, ...LESSONS };
export const LANGUAGES = ["pt-BR", "en"];

/** What the page is at: who one is, whether the server hears, and which chat and message are chosen. */
export const here = {
  me: null,
  ready: false,
  syncing: false,
  offlineByHand: false,
  open: null,
  chosen: null,
  language: localStorage.getItem("sopapo.language") ?? (navigator.language.startsWith("pt") ? "pt-BR" : "en"),
};

let drawing = null;

/** Draws soon, once for many changes; not by animation frame, which a tab in the background does not get. */
export function redraw() {
  if (drawing) return;
  drawing = setTimeout(() => {
    drawing = null;
    document.dispatchEvent(new Event("redraw"));
  });
}

export const $ = (id) => document.getElementById(id);
export const knows = (key) => key in STRINGS;

export function t(key, values = {}) {
  const one = `${key}_one`;
  const words =
    STRINGS[Number(values.n) === 1 && one in STRINGS ? one : key].split(" | ")[LANGUAGES.indexOf(here.language)];
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

export function translate(root) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
  for (const node of root.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
}

/** A copy of a template; a slot gets its value as text or nodes, never as HTML, and goes where there is none. */
export function make(template, slots = {}) {
  const copy = $(`t-${template}`).content.cloneNode(true);
  translate(copy);
  for (const slot of copy.querySelectorAll("[data-slot]")) {
    const value = slots[slot.dataset.slot];
    if (!value) slot.remove();
    else if (value !== true) slot.prepend(...[value].flat());
  }
  return copy.firstElementChild;
}

export function span(className, text) {
  const node = document.createElement("span");
  node.className = className;
  node.textContent = text;
  return node;
}

/** A button that asks for an act, about the thing that `key` names. */
export function button(act, words, key, className = "quiet") {
  const node = document.createElement("button");
  Object.assign(node, { type: "button", textContent: words, className });
  Object.assign(node.dataset, { act, key });
  return node;
}

export const hueOf = (id) => [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);

export function face(id, name, avatar) {
  const long = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2);
  const initials = (long.length ? long : [name]).slice(0, 2).map((word) => [...word][0]);
  const node = span("face", initials.join("").toUpperCase());
  node.style.setProperty("--hue", hueOf(id));
  node.setAttribute("aria-hidden", true);
  if (avatar) node.dataset.avatar = avatar;
  return node;
}

const prints = new WeakMap();

/** Makes the children of a parent be these rows: draws only what changed, and keeps the keyboard's place. */
export function reconcile(parent, rows, build) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const active = parent.contains(document.activeElement) && document.activeElement;
  const focused = active && [...parent.children].find((child) => child.contains(active))?.dataset.key;
  const nodes = rows.map((row) => {
    const print = here.language + JSON.stringify(row);
    if (prints.get(old.get(row.key)) === print) return old.get(row.key);
    const node = build(row);
    node.dataset.key = row.key;
    prints.set(node, print);
    return node;
  });
  for (const node of old.values()) if (!nodes.includes(node)) node.remove();
  for (const [place, node] of nodes.entries()) {
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  }
  if (active && !active.isConnected)
    refocus(
      nodes.find((node) => node.dataset.key === focused),
      active,
    );
}

const FOCUSABLE = "button, input, select";

/** Gives the keyboard to what took the place of a node: the same button, or else the first one. */
function refocus(node, { dataset, value }) {
  if (!node || node.matches(FOCUSABLE)) return node?.focus();
  const same = [...node.querySelectorAll(FOCUSABLE)].find(
    (each) => each.dataset.act === dataset.act && each.value === value,
  );
  return (same ?? node.querySelector(`.more, ${FOCUSABLE}`))?.focus();
}

let toastTimer;
export function toast(words) {
  $("toast").textContent = words;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(toast, 4000, "");
}

/** Copies by the old way, since navigator.clipboard is there only over https and on localhost. */
export function copy(text) {
  const area = document.createElement("textarea");
  area.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  toast(t("copied"));
}

/** A random UUID. There is crypto.randomUUID too, but only over https and on localhost. */
export function uuid() {
  const digit = (x) => (x ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (x / 4)))).toString(16);
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, digit);
}

export const load = (key) => JSON.parse(localStorage.getItem(key));
export const save = (key, value) => localStorage.setItem(key, JSON.stringify(value));
export const forget = (key) => localStorage.removeItem(key);
export const loadAll = (prefix) =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(prefix))
    .map(load);

export const pause = (seconds) => new Promise((resume) => setTimeout(resume, seconds * 1000));
export const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
export const toEnd = (box) => box.scrollTo(0, box.scrollHeight);
