// The invites of the chat that is open.

import { openRoom } from "/demo/rooms.js";
import { $, button, copy, here, make, reconcile, redraw, t } from "/demo/tools.js";
import { ask, get } from "/demo/wire.js";

const WEEK = 604_800;
let invites = [];

/** Draws the invites that are known; read anew each time the dialog opens. */
export function drawInvites() {
  const rows = invites.map(({ code, uses }) => ({ key: code, uses }));
  reconcile($("invite-list"), rows, drawInvite);
}

export async function readInvites() {
  invites = [];
  drawInvites();
  invites = (await get(`/rooms/${openRoom().id}/invites`)).invites;
  drawInvites();
}

function drawInvite({ key: code, uses }) {
  const url = `${location.origin}/invite/${code}`;
  const node = make("invite", { url, uses: t("uses", { n: `${uses}` }) });
  node.append(button("copyInvite", t("copy"), url), button("revoke", t("revoke"), code, "quiet danger"));
  return node;
}

export async function createInvite() {
  const { invite } = await ask("create_invite", { room: here.open, expires_in: WEEK });
  invites = [invite, ...invites];
  copy(`${location.origin}/invite/${invite.code}`);
  redraw();
}

export async function revokeInvite(code) {
  await ask("revoke_invite", { room: here.open, code });
  invites = invites.filter((invite) => invite.code !== code);
  redraw();
}
