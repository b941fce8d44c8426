// Keys, scrolling, typing and switches: what is done without a button.

import { attach } from "/demo/attached.js";
import { dropContext, editLast, wrote } from "/demo/composer.js";
import { changeSetting } from "/demo/details.js";
import { readOn } from "/demo/log.js";
import { manage } from "/demo/members.js";
import { openMenu } from "/demo/menu.js";
import { drawInside } from "/demo/panel.js";
import { setMyPicture, setRoomPicture } from "/demo/pictures.js";
import { $, isAtEnd } from "/demo/tools.js";
import { attempt } from "/demo/wire.js";

$("details").addEventListener("change", ({ target }) => {
  if (target.closest("form") || target.type === "file") return;
  const act = target.matches("[data-slot=manage]") ? manage : changeSetting;
  attempt($("details"), () => act(target));
});

$("log").addEventListener("contextmenu", (event) => {
  const bubble = event.target.closest("[data-seq]");
  if (!bubble || event.target.closest("a") || String(getSelection())) return;
  event.preventDefault();
  openMenu(bubble);
});

$("log").addEventListener("keydown", (event) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const menus = [...$("log").querySelectorAll(".more")];
  const next = step && menus[menus.indexOf(document.activeElement) + step];
  if (!next || !menus.includes(document.activeElement)) return;
  event.preventDefault();
  next.focus();
});

$("log").addEventListener("scroll", () => {
  $("down").hidden = isAtEnd($("log"));
  if ($("log").scrollTop < 60) attempt(null, readOn);
});

$("composer").addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Escape") dropContext();
  if (event.key === "ArrowUp" && !event.target.value) editLast();
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

$("composer").addEventListener("input", wrote);

$("attach-input").addEventListener("change", ({ target }) => {
  attach(target.files);
  target.value = "";
});

$("my-picture-input").addEventListener("change", ({ target }) => attempt($("profile"), () => setMyPicture(target)));
$("room-picture-input").addEventListener("change", ({ target }) => attempt($("details"), () => setRoomPicture(target)));

$("composer").addEventListener("paste", (event) => {
  if (!event.clipboardData.files.length || !mayAttach()) return;
  event.preventDefault();
  attach(event.clipboardData.files);
});

const mayAttach = () => !$("composer").hidden && !$("attach").disabled;

$("chat").addEventListener("dragover", (event) => {
  if (!mayAttach() || !event.dataTransfer.types.includes("Files")) return;
  event.preventDefault();
  $("chat").classList.add("dropping");
});

for (const over of ["dragleave", "drop"]) {
  $("chat").addEventListener(over, () => $("chat").classList.remove("dropping"));
}

$("chat").addEventListener("drop", (event) => {
  if (!mayAttach() || !event.dataTransfer.files.length) return;
  event.preventDefault();
  attach(event.dataTransfer.files);
});

$("find").addEventListener("input", () => $("find").requestSubmit());
$("search").addEventListener("input", () => $("search").requestSubmit());
$("frames").addEventListener("toggle", (event) => drawInside(event.target), true);
