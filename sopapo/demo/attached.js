// What is attached to the message that is being written: it is uploaded while one goes on writing.

import { sizeOf, upload } from "/demo/files.js";
import { $, button, make, reconcile, redraw, t, toast, uuid } from "/demo/tools.js";
import { Refused } from "/demo/wire.js";

const MOST = 10;
let attached = [];
let leaving = [];

/** Attaches files to what is being written, and uploads them at once. */
export function attach(files) {
  for (const file of [...files].slice(0, MOST - attached.length)) {
    const entry = { key: uuid(), name: file.name, size: file.size };
    entry.arrival = upload(file).then(
      (state) => Object.assign(entry, { file: state }),
      (refused) => {
        detach(entry.key);
        if (!(refused instanceof Refused)) throw refused;
        toast(`${file.name}: ${refused.words}`);
      },
    );
    entry.arrival.finally(redraw);
    attached.push(entry);
  }
  redraw();
}

export function detach(key) {
  attached = attached.filter((entry) => entry.key !== key);
  redraw();
}

export const isAttached = () => attached.length > 0;

/** Waits until all that is attached has arrived, and returns it. */
export async function arrived() {
  await Promise.all(attached.map(({ arrival }) => arrival));
  return attached.map(({ file }) => file);
}

/** Takes off at once what is attached to what is being written, and returns what has arrived of it when all has. */
export async function takeAttached() {
  const taken = attached;
  dropAttached();
  leaving = [...leaving, ...taken];
  redraw();
  await Promise.allSettled(taken.map(({ arrival }) => arrival));
  leaving = leaving.filter((entry) => !taken.includes(entry));
  redraw();
  return taken.map(({ file }) => file).filter(Boolean);
}

export function dropAttached() {
  attached = [];
}

const nameOf = ({ key, name, size }) => ({ key, name, size });

export function drawAttached() {
  const rows = [...leaving, ...attached];
  $("attached").hidden = !rows.length;
  reconcile(
    $("attached"),
    rows.map((entry) => ({ ...nameOf(entry), done: Boolean(entry.file), leaves: leaving.includes(entry) })),
    (row) => {
      const node = make("attached", { name: row.name, note: row.done ? sizeOf(row.size) : t("uploading") });
      if (row.leaves) return node;
      node.append(button("detach", "×", row.key, "icon"));
      node.lastElementChild.setAttribute("aria-label", t("detach", row));
      return node;
    },
  );
}
