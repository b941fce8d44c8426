// The people of a chat, and what an admin may do with each.

import { avatarOf, isAdmin } from "/demo/names.js";
import { receive } from "/demo/sync.js";
import { face, here, make, t } from "/demo/tools.js";
import { ask } from "/demo/wire.js";

/** What may be done with a member, by what he is: words, request and fields. */
const MANAGE = {
  approve: ["approve_member", {}],
  make_admin: ["set_role", { role: "admin" }],
  make_member: ["set_role", { role: "member" }],
  remove: ["remove_member", {}],
  ban: ["ban_member", {}],
  unban: ["unban_member", {}],
};

function mayManage(room, { user, role, status }) {
  if (!isAdmin(room) || user === here.me.id) return [];
  if (status === "pending") return ["approve", "remove"];
  if (status === "banned") return ["unban"];
  if (role === "member") return ["make_admin", "remove", "ban"];
  return room.me.role === "owner" ? ["make_member", "remove", "ban"] : [];
}

const ORDER = { pending: 0, joined: 1, banned: 2 };

export const memberRows = (room) =>
  [...room.members.values()]
    .filter(({ status }) => status in ORDER)
    .sort((a, b) => ORDER[a.status] - ORDER[b.status])
    .map(({ user, name, username, role, status }) => {
      const note = status === "joined" ? `@${username}` : t(`is_${status}`);
      return { key: user, name, note, role, status, offers: mayManage(room, { user, role, status }) };
    });

export function drawPerson({ key, name, note, role, status, offers }) {
  const words = status === "joined" && role !== "member" && t(`role_${role}`);
  const node = make("person", {
    face: face(key, name, avatarOf(key)),
    name,
    note,
    role: words,
    manage: offers.length > 0,
  });
  const list = node.querySelector("select");
  list?.setAttribute("aria-label", t("manage", { name }));
  list?.append(new Option("⋯", ""), ...offers.map((each) => new Option(t(each), each)));
  return node;
}

export async function manage(list) {
  const [verb, fields] = MANAGE[list.value];
  const user = list.closest("[data-key]").dataset.key;
  list.value = "";
  receive("member", (await ask(verb, { room: here.open, user, ...fields })).member);
}
