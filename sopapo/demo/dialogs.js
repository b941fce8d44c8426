// Dialogs that several parts of the page use.

import { $ } from "/demo/tools.js";

export function openDialog(id) {
  for (const form of $(id).querySelectorAll("form")) form.reset();
  $(id).querySelector(".error").textContent = "";
  $(id).showModal();
}

/** Shows a list under a title. */
export function openListing(words, rows) {
  $("listing-title").textContent = words;
  $("listing-rows").replaceChildren(...rows);
  $("listing").showModal();
}

/** Asks a question that has one dangerous answer. */
export function confirmed(words) {
  $("sure-words").textContent = words;
  $("sure").returnValue = "";
  $("sure").showModal();
  return new Promise((resolve) => {
    $("sure").addEventListener("close", () => resolve($("sure").returnValue === "yes"), { once: true });
  });
}
