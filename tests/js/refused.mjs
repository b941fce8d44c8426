// Connects with a token that does not hold, and prints the refusal as JSON.
import { createRequire } from "node:module";

const { io } = createRequire(new URL("../../web/", import.meta.url))("socket.io-client");
const { url, token, transports } = JSON.parse(process.argv[2]);
const socket = io(url, { auth: { token }, transports, reconnection: false });
socket.on("connect_error", (error) => {
  console.log(JSON.stringify({ message: error.message, data: error.data }));
  socket.close();
});
