// The log-in, and who has been here before.

import { $, face, loadAll, make, t } from "/demo/tools.js";

export const pressed = (group) => group.querySelector("[aria-pressed=true]").value;

export function press(button) {
  for (const each of button.parentElement.children) each.setAttribute("aria-pressed", each === button);
}

export function showGate(words = "") {
  $("app").hidden = true;
  $("gate").hidden = false;
  document.title = "SóPapo";
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  $("login").reset();
  press($("entry").firstElementChild);
  drawGate();
  $("login").querySelector(".error").textContent = words;
  $("login").username.focus();
}

export function drawGate() {
  const verb = pressed($("entry"));
  $("name-field").hidden = verb === "login";
  $("enter").textContent = t(verb);
  $("login").password.autocomplete = verb === "login" ? "current-password" : "new-password";
  $("known").replaceChildren(...loadAll("sopapo.session.").map(drawKnown));
}

function drawKnown({ user }) {
  const node = make("known", { face: face(user.id, user.name), name: t("continue_as", { name: user.name }) });
  node.dataset.key = user.id;
  return node;
}

/** What the log-in form asks for: the verb, and its fields. */
export function entryOf({ username, password, name }) {
  const verb = pressed($("entry"));
  const more = verb === "register" && name.value.trim() ? { name: name.value.trim() } : {};
  return [verb, { username: username.value.trim(), password: password.value, ...more }];
}
