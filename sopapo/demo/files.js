// Files: uploading, showing and saving them. The token travels in a header and never in an address, so that a page
// fetches what it shows, and makes an address of its own for it.

import { $, here, make, t } from "/demo/tools.js";
import { carry, Refused } from "/demo/wire.js";

const SOURCES_KEPT = 200;
const SIDE = 260;
const sources = new Map();
const shown = new Map();

/** Uploads a file; it is there for a day, and then for as long as a message or an avatar holds it. */
export async function upload(file) {
  const form = new FormData();
  form.append("file", file);
  return (await carry("POST", "/api/v1/files", form)).file;
}

/** An address of this page for what is kept at the server, fetched once; the oldest ones are let go. */
function sourceOf(url) {
  if (!sources.has(url)) sources.set(url, carry("GET", url, undefined, "blob").then(URL.createObjectURL));
  const source = sources.get(url);
  source.catch(() => sources.delete(url));
  if (sources.size > SOURCES_KEPT) letGo(sources.keys().next().value);
  return source;
}

function letGo(url) {
  sources.get(url).then(URL.revokeObjectURL, () => {});
  sources.delete(url);
}

/** Shows in an image what is at an address, or its name where that cannot be fetched. */
function fill(image, url) {
  sourceOf(url).then(
    (source) => Object.assign(image, { src: source }),
    (refused) => {
      if (!(refused instanceof Refused)) throw refused;
    },
  );
}

export const drawFiles = (files) =>
  files.map((file) => {
    shown.set(file.id, file);
    return file.thumbnail ? drawPicture(file) : drawFile(file);
  });

function drawPicture({ id, name, width, height, thumbnail }) {
  const node = make("picture");
  const image = node.querySelector("img");
  const scale = Math.min(1, SIDE / Math.max(width, height));
  node.dataset.key = id;
  Object.assign(image, { alt: name, width: Math.max(48, width * scale), height: Math.max(48, height * scale) });
  fill(image, thumbnail);
  return node;
}

function drawFile({ id, name, size }) {
  const node = make("file", { name, size: sizeOf(size) });
  node.dataset.key = id;
  node.setAttribute("aria-label", t("save_file", { name }));
  return node;
}

export function sizeOf(bytes) {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const number = bytes / 1000 ** power;
  return `${number.toLocaleString(here.language, { maximumFractionDigits: number < 10 && power ? 1 : 0 })} ${units[power]}`;
}

/** Opens a picture as large as the window lets it be. */
export function openPicture(id) {
  const file = shown.get(id);
  const image = $("viewer").querySelector("img");
  image.removeAttribute("src");
  image.alt = file.name;
  $("viewer-name").textContent = `${file.name} · ${sizeOf(file.size)}`;
  $("viewer-save").dataset.key = id;
  $("viewer").showModal();
  fill(image, file.url);
}

export async function saveFile(id) {
  const { url, name } = shown.get(id);
  const link = Object.assign(document.createElement("a"), { href: await sourceOf(url), download: name });
  link.click();
}

/** Puts the pictures of people and rooms into the circles that stand for them. */
export function paintFaces() {
  for (const face of document.querySelectorAll(".face[data-avatar]")) {
    if (face.querySelector("img")) continue;
    const image = Object.assign(document.createElement("img"), { alt: "", hidden: true });
    image.addEventListener("load", () => Object.assign(image, { hidden: false }));
    face.append(image);
    fill(image, `/api/v1/files/${face.dataset.avatar}/thumbnail`);
  }
}
