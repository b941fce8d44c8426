// Talks in a room with the official client, and prints what it has seen as JSON.
import { randomUUID } from "node:crypto";
import { createRequire } from "node:module";

const { io } = createRequire(new URL("../../web/", import.meta.url))("socket.io-client");
const { url, api, token, room, transports } = JSON.parse(process.argv[2]);
const socket = io(url, { auth: { token }, transports, reconnection: false, forceNew: true });
const heard = [];
socket.on("message", (message) => heard.push(message));
await new Promise((resolve, reject) => {
  socket.on("connect", resolve);
  socket.on("connect_error", reject);
});
if (transports.length > 1 && socket.io.engine.transport.name !== "websocket") {
  await new Promise((resolve) => socket.io.engine.on("upgrade", resolve));
}
const ask = (event, payload) => socket.timeout(5000).emitWithAck(event, payload);
const { message: sent } = await ask("send_message", { room, client_id: randomUUID(), text: "olá do JavaScript" });
const refused = await ask("send_message", { room: randomUUID(), client_id: randomUUID(), text: "?" });
await fetch(`${api}/rooms/${room}/messages`, {
  method: "POST",
  headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
  body: JSON.stringify({ client_id: randomUUID(), text: "por HTTP" }),
});
await ask("barrier");
console.log(JSON.stringify({ sent, refused, heard, transport: socket.io.engine.transport.name }));
socket.close();
