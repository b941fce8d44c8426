// What is attached to the message that is being written: it is uploaded while one goes on writing.

import { sizeOf, upload } from "/demo/files.js";
import { $, button, make, reconcile, redraw, t, toast, uuid } from "/demo/tools.js";
import { Refused } from "/demo/wire.js";

const MOST = 10;
let attached = [];

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

/** Waits until all that is attached has arrived, and takes it off what is being written. */
export async function takeAttached() {
  const files = await arrived();
  dropAttached();
  redraw();
  return files;
}

export function dropAttached() {
  attached = [];
}

export function drawAttached() {
  $("attached").hidden = !attached.length;
  reconcile(
    $("attached"),
    attached.map(({ key, name, size, file }) => ({ key, name, size, done: Boolean(file) })),
    (row) => {
      const node = make("attached", { name: row.name, note: row.done ? sizeOf(row.size) : t("uploading") });
      node.append(button("detach", "×", row.key, "icon"));
      node.lastElementChild.setAttribute("aria-label", t("detach", row));
      return node;
    },
  );
}
