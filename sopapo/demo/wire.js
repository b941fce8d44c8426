// Asking: over the socket, and by REST; and the tokens that say who asks.
// Each tab may be somebody else: the tab remembers who (sessionStorage), the browser keeps each one's tokens.

import { record } from "/demo/panel.js";
import { forget, here, knows, load, save, t, toast } from "/demo/tools.js";

const ANSWER_WITHIN = 10_000;
let lastCall = 0;
let tokenInUse;
let renewing = null;

export const socket = io({
  autoConnect: false,
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  auth: (give) => give(session() ? { token: useToken() } : {}),
});

export class Refused extends Error {
  constructor({ code, message, field, retry_after }) {
    super(message ?? code);
    Object.assign(this, { code, field, wait: retry_after ?? 3 });
  }

  /** Whether the very same request may succeed later. */
  get passing() {
    const passing = ["offline", "no_answer", "unavailable", "internal", "rate_limited", "token_expired"];
    return passing.includes(this.code) || (this.code === "unauthenticated" && !here.ready);
  }

  get words() {
    const keys = [`e_${this.code}_${this.field}`, `e_${this.code}`, "e_other"];
    return t(keys.find(knows), this);
  }
}

/** Sends one request and returns its result; throws Refused for every other answer, no answer included. */
export async function ask(name, payload = {}) {
  if (!socket.connected) throw new Refused({ code: "offline" });
  lastCall += 1;
  const call = { n: lastCall, began: performance.now() };
  record("request", name, payload, call);
  const silence = () => ({ ok: false, error: { code: "no_answer" } });
  const answer = await socket.timeout(ANSWER_WITHIN).emitWithAck(name, payload).catch(silence);
  record(answer.ok ? "ack" : "error", name, answer, call);
  if (!answer.ok) throw new Refused(answer.error);
  return answer;
}

/** Sends one request by HTTP, and returns the JSON or the Blob that comes; throws Refused for every other answer. */
async function send(method, url, body, kind) {
  const call = { began: performance.now() };
  const path = url.replace("/api/v1", "").split("?")[0];
  const fail = (code) => () => {
    throw new Refused({ code });
  };
  const headers = { Authorization: `Bearer ${session()?.access_token}` };
  const response = await fetch(url, { method, headers, body }).catch(fail("offline"));
  const answer = await (response.ok ? response[kind]() : response.json()).catch(fail("unavailable"));
  const shown = answer instanceof Blob ? { size: answer.size } : answer;
  record("rest", `${method} ${path.replace(/[0-9a-f-]{36}/, "…")}`, shown, call);
  if (!response.ok) throw new Refused(answer);
  return answer;
}

/** The same, and renews an access token that is over. */
export async function carry(method, url, body, kind = "json") {
  const token = session()?.access_token;
  try {
    return await send(method, url, body, kind);
  } catch (refused) {
    if (refused.code !== "token_expired") throw refused;
    await renew(token);
    return send(method, url, body, kind);
  }
}

/** Reads by REST. */
export const get = (path) => carry("GET", `/api/v1${path}`);

/** Asks for what does no harm where it fails. */
export async function hint(name, payload) {
  try {
    return await ask(name, payload);
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return null;
  }
}

/** Runs an act, and says where it was asked for what went wrong, if anything did. */
export async function attempt(place, act) {
  const error = place?.querySelector(".error");
  if (error) error.textContent = "";
  try {
    await act();
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    if (error) error.textContent = refused.words;
    else toast(refused.words);
  }
}

const sessionKey = (userId) => `sopapo.session.${userId}`;
export const session = () => load(sessionKey(sessionStorage.getItem("sopapo.user")));

export function keepSession({ user, access_token, refresh_token }) {
  save(sessionKey(user.id), { user, access_token, refresh_token });
  sessionStorage.setItem("sopapo.user", user.id);
}

/** Forgets who this tab is; false where it was nobody. */
export function dropSession() {
  const userId = sessionStorage.getItem("sopapo.user");
  if (userId) forget(sessionKey(userId));
  sessionStorage.removeItem("sopapo.user");
  return Boolean(userId);
}

/** The token that the socket says who it is by from now on. */
export function useToken() {
  tokenInUse = session().access_token;
  return tokenInUse;
}

/** Trades the refresh token for new ones. It works once, so of all our tabs only one may use it. */
export function renew(stale = tokenInUse) {
  const trade = async () => {
    if (session()?.access_token !== stale) return;
    const body = new Blob([JSON.stringify({ refresh_token: session().refresh_token })], { type: "application/json" });
    keepSession(await send("POST", "/api/v1/auth/refresh", body, "json"));
  };
  renewing ??= (navigator.locks ? navigator.locks.request("sopapo.renew", trade) : trade()).finally(() => {
    renewing = null;
  });
  return renewing;
}
