// Keys, scrolling, typing and switches: what is done without a button.

import { dropContext, editLast, wrote } from "/demo/composer.js";
import { changeSetting } from "/demo/details.js";
import { readOn } from "/demo/log.js";
import { manage } from "/demo/members.js";
import { openMenu } from "/demo/menu.js";
import { drawInside } from "/demo/panel.js";
import { $, isAtEnd } from "/demo/tools.js";
import { attempt } from "/demo/wire.js";

$("details").addEventListener("change", ({ target }) => {
  if (target.closest("form")) return;
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
$("find").addEventListener("input", () => $("find").requestSubmit());
$("search").addEventListener("input", () => $("search").requestSubmit());
$("frames").addEventListener("toggle", (event) => drawInside(event.target), true);
