/*
 * The demo client of SóPapo: the client's side of the protocol in one file, in the order things happen.
 *
 *   words, tools, the panel, asking, becoming someone, states and sync, the outbox, acts, drawing, forms
 *
 * Copy what you need. The rules that a client must keep are said where they are kept.
 */

// Everything that people read: Portuguese | English.
const STRINGS = {
  tagline: "Só papo, do seu jeito. Entre e converse. | Just chat, your way. Come in and talk.",
  login: "Entrar | Log in",
  register: "Criar conta | Sign up",
  username: "Usuário | Username",
  your_name: "Seu nome | Your name",
  password: "Senha | Password",
  continue_as: "Continuar como {name} | Continue as {name}",
  other_language: "English | Português",
  language_code: "EN | PT",
  logout: "Sair da conta | Log out",
  online: "conectado | connected",
  offline: "sem conexão | offline",
  syncing: "atualizando… | syncing…",
  offline_note:
    "Sem conexão. Suas mensagens esperam e saem sozinhas. | Offline. Your messages wait and go out by themselves.",
  rooms: "Conversas | Chats",
  views: "Telas | Views",
  new: "Nova conversa | New chat",
  explore: "Explorar | Explore",
  explore_title: "Conversas públicas | Public chats",
  find: "Procurar pelo nome | Find by name",
  nothing_found: "Nada encontrado. | Nothing found.",
  join: "Participar | Join",
  joined_already: "Abrir | Open",
  asked_to_join: "Pedido enviado. Um administrador precisa aceitar. | Asked to join. An admin has to accept.",
  group: "Grupo | Group",
  channel: "Canal | Channel",
  direct: "Direta | Direct",
  room_name: "Nome da conversa | Name of the chat",
  members: "Com quem | With whom",
  members_hint: "usuários, separados por vírgula | usernames, separated by commas",
  public: "Qualquer pessoa pode achar e participar | Anyone can find it and join",
  create: "Criar | Create",
  cancel: "Cancelar | Cancel",
  close: "Fechar | Close",
  rename: "Renomear | Rename",
  add_people: "Adicionar pessoas | Add people",
  add: "Adicionar | Add",
  people: "Pessoas | People",
  leave: "Sair da conversa | Leave the chat",
  role_owner: "dono | owner",
  role_admin: "admin | admin",
  back: "Voltar | Back",
  messages: "Mensagens | Messages",
  write: "Escreva uma mensagem | Write a message",
  admins_only: "Só administradores escrevem aqui | Only admins write here",
  send: "Enviar | Send",
  to_last: "Ir para a última mensagem | Go to the last message",
  older: "Mensagens anteriores | Earlier messages",
  empty_title: "Bom te ver por aqui | Good to see you",
  empty: "Escolha uma conversa ou comece uma nova. | Pick a chat or start a new one.",
  empty_hint:
    "Abra outra aba como outra pessoa e veja o protocolo. | Open another tab as someone else and see it work.",
  no_messages: "Nenhuma mensagem ainda | No messages yet",
  you: "você | you",
  someone: "alguém | someone",
  yourself: "Você (anotações) | You (notes)",
  people_count: "{n} pessoas | {n} people",
  one_person: "1 pessoa | 1 person",
  unread: "{n} não lidas | {n} unread",
  today: "Hoje | Today",
  yesterday: "Ontem | Yesterday",
  edited: "editada | edited",
  deleted: "Mensagem apagada | Message deleted",
  waiting: "esperando | waiting",
  stored: "guardada | stored",
  not_sent: "Não enviada: {why} | Not sent: {why}",
  again: "Tentar de novo | Try again",
  discard: "Descartar | Discard",
  unknown_people: "Não encontrei: {names} | Not found: {names}",
  no_longer: "Você não está mais em “{name}” | You are no longer in “{name}”",
  rev_title: "última mudança desta conversa que esta página tem | last change of this chat that this page holds",
  sys_created: "{by} criou a conversa | {by} created the chat",
  sys_joined: "{user} entrou | {user} joined",
  sys_added: "{by} adicionou {user} | {by} added {user}",
  sys_left: "{user} saiu | {user} left",
  sys_removed: "{by} removeu {user} | {by} removed {user}",
  sys_banned: "{by} baniu {user} | {by} banned {user}",
  sys_role: "{by} mudou o papel de {user} | {by} changed the role of {user}",
  sys_renamed: "{by} mudou o nome da conversa | {by} renamed the chat",
  sys_other: "{by}: {action} | {by}: {action}",
  e_bad_credentials: "Usuário ou senha não conferem. | Wrong username or password.",
  e_conflict: "Isso já existe ou não é possível agora. | That exists already, or cannot be done now.",
  e_conflict_username: "Este nome de usuário já tem dono. | This username is taken.",
  e_forbidden: "Você não pode fazer isso aqui. | You may not do that here.",
  e_not_found: "Não encontrado. | Not found.",
  e_invalid: "Confira este campo: {field} | Check this field: {field}",
  e_rate_limited: "Rápido demais. Espere um pouco. | Too fast. Wait a little.",
  e_session_revoked: "Esta sessão foi encerrada. Entre de novo. | This session was ended. Log in again.",
  e_unauthenticated: "Entre de novo. | Log in again.",
  e_offline: "Sem conexão com o servidor. | No connection to the server.",
  e_no_answer: "O servidor não respondeu. | The server did not answer.",
  e_unavailable: "O servidor está sem banco de dados. Tente de novo. | The server's storage is away. Try again.",
  e_other: "Não deu certo ({code}). | That did not work ({code}).",

  protocol: "Protocolo ao vivo | Live protocol",
  filters: "Filtros | Filters",
  copy: "Copiar | Copy",
  copied: "Copiado | Copied",
  clear: "Limpar | Clear",
  cut_line: "Ficar offline | Go offline",
  mend_line: "Voltar | Go online",
  lesson_1: "Verbos sobem: a página pede, o servidor confirma. | Verbs up: the page asks, the server acknowledges.",
  lesson_2: "Substantivos descem: o estado inteiro de uma coisa. | Nouns down: the whole current state of one thing.",
  lesson_3: "Um buraco no rev de uma conversa? A página chama sync. | A hole in a chat's rev? The page calls sync.",
  k_request: "pedidos | requests",
  k_ack: "respostas | answers",
  k_error: "erros | errors",
  k_state: "estados | states",
  k_rest: "REST | REST",
  k_link: "conexão | connection",
  x_ack: "A resposta ao pedido nº {n}: ok só depois de gravado. | The answer to request no. {n}: ok only once stored.",
  x_error: "O pedido nº {n} não deu certo; o código diz por quê. | Request no. {n} failed; the code says why.",
  x_rest: "Uma chamada HTTP, com o mesmo token e campos. | An HTTP call with the same token and fields.",
  x_link: "O que houve com a conexão em si. | What happened to the connection itself.",
  x_register: "Cria a conta e já entra. | Makes the account and logs in.",
  x_login: "Entra com usuário e senha e recebe os tokens. | Logs in by username and password and gets the tokens.",
  x_authenticate: "Diz quem é com um token novo, na mesma conexão. | Says who this is by a new token, same connection.",
  x_logout: "Encerra a sessão: todos os sockets dela caem. | Ends the session: all its sockets are closed.",
  x_sync: "“Tenho cada conversa até este rev; o que mudou?” | “I hold each chat up to this rev; what changed?”",
  x_create_room: "Cria uma conversa; a resposta traz o sync dela. | Makes a chat; the answer brings its sync entry.",
  x_update_room: "Muda o nome ou outro ajuste da conversa. | Changes the name or another setting of the chat.",
  x_join_room: "Entra numa conversa pública. | Joins a public chat.",
  x_leave_room: "Sai da conversa. | Leaves the chat.",
  x_add_members: "Põe pessoas na conversa, pelo nome de usuário. | Brings people into the chat by username.",
  x_send_message:
    "O client_id nasce antes: repetir nunca duplica. | The client_id comes first: repeating never duplicates.",
  x_message: "Uma mensagem inteira: nova, editada ou apagada. | A whole message: new, edited or deleted.",
  x_room: "O estado da conversa: nome, ajustes, contagens. | The state of the chat: name, settings, counts.",
  x_member: "Alguém entrou, saiu ou mudou de papel. | Someone came, went or changed role.",
  x_me: "O que só interessa a você nesta conversa. | What concerns only you in this chat.",
  x_user: "Um perfil mudou. | A profile changed.",
  x_receipt: "Até onde alguém recebeu e leu. | How far someone has received and read.",
  x_typing: "Alguém está escrevendo. | Someone is writing.",
  x_presence: "Alguém ficou on-line ou saiu. | Someone came online or went.",
  x_token_expired:
    "O token venceu: 60 s para renovar e se apresentar. | The token is over: 60 s to renew and authenticate.",
  x_session_revoked: "A sessão foi encerrada: volte ao login. | The session was ended: back to the log-in.",
};

// ── Tools ────────────────────────────────────────────────────────────────────────────────────────────────────────

const $ = (id) => document.getElementById(id);
const LANGUAGES = ["pt-BR", "en"];
let language = localStorage.getItem("sopapo.language") ?? (navigator.language.startsWith("pt") ? "pt-BR" : "en");

function t(key, values = {}) {
  const words = STRINGS[key].split(" | ")[LANGUAGES.indexOf(language)];
  return words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

function translate(root) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
  for (const node of root.querySelectorAll("[data-t-placeholder]")) node.placeholder = t(node.dataset.tPlaceholder);
}

/** A copy of a template; a slot gets its value as text or nodes, never as HTML, and goes where there is none. */
function make(template, slots = {}) {
  const copy = $(`t-${template}`).content.cloneNode(true);
  translate(copy);
  for (const slot of copy.querySelectorAll("[data-slot]")) {
    const value = slots[slot.dataset.slot];
    if (!value) slot.remove();
    else if (value !== true) slot.prepend(...[value].flat());
  }
  return copy.firstElementChild;
}

function span(className, text) {
  const node = document.createElement("span");
  node.className = className;
  node.textContent = text;
  return node;
}

const hueOf = (id) => [...id].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 360, 7);

function face(id, name) {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2);
  const node = span(
    "face",
    (words.length ? words : [name])
      .slice(0, 2)
      .map((word) => word[0])
      .join("")
      .toUpperCase(),
  );
  node.style.setProperty("--hue", hueOf(id));
  node.setAttribute("aria-hidden", true);
  return node;
}

/** A random UUID. There is crypto.randomUUID too, but only over https and on localhost. */
function uuid() {
  const digit = (x) => (x ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (x / 4)))).toString(16);
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, digit);
}

const load = (key) => JSON.parse(localStorage.getItem(key));
const save = (key, value) => localStorage.setItem(key, JSON.stringify(value));
const forget = (key) => localStorage.removeItem(key);
const loadAll = (prefix) =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(prefix))
    .map(load);
const pause = (seconds) => new Promise((resume) => setTimeout(resume, seconds * 1000));
const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 80;
const toEnd = (box) => box.scrollTo(0, box.scrollHeight);

// ── The panel: everything that goes over the wire ────────────────────────────────────────────────────────────────

const ARROWS = { request: "↑", ack: "↓", error: "✕", state: "●", rest: "⇅", link: "–" };
const FRAMES_KEPT = 400;
const frames = new Map();
let lastCall = 0;

/** Notes one thing that crossed the wire; an answer is told the call it answers: {n, began}. */
function record(kind, name, body, call) {
  const ms = kind !== "request" && call ? Math.round(performance.now() - call.began) : undefined;
  const frame = { kind, name, at: new Date().toISOString(), call: call?.n, ms, body: harmless(body) };
  const node = drawFrame(frame);
  const atEnd = isAtEnd($("frames"));
  frames.set(node, frame);
  $("frames").append(node);
  if (frames.size > FRAMES_KEPT) dropFrame(frames.keys().next().value);
  if (atEnd) toEnd($("frames"));
}

function dropFrame(node) {
  frames.delete(node);
  node.remove();
}

/** What may be shown and copied: passwords are left out and tokens cut short. */
function harmless(body) {
  const hide = (key, value) => {
    if (key === "password") return "••••••••";
    return /token$/.test(key) && typeof value === "string" ? `${value.slice(0, 8)}…` : value;
  };
  return JSON.parse(JSON.stringify(body ?? null, hide));
}

/** The few words of a frame that one wants to see without opening it. */
function digest({ body, ms }) {
  const thing = body?.error ?? body?.message ?? (body?.room?.id ? body.room : body) ?? {};
  const text = typeof thing.text === "string" && `“${[...thing.text].slice(0, 30).join("")}”`;
  const words = [thing.code, thing.seq && `seq ${thing.seq}`, thing.rev && `rev ${thing.rev}`, text, thing.reason];
  return [...words, ms !== undefined && `${ms} ms`].filter(Boolean).join(" · ");
}

function drawFrame({ kind, name, at, call, ...rest }) {
  const time = call ? `#${call}` : new Date(at).toLocaleTimeString(language);
  const node = make("frame", { arrow: ARROWS[kind], kind: t(`k_${kind}`), name, digest: digest(rest), time });
  node.classList.add(`k-${kind}`);
  return node;
}

function drawInside(node) {
  if (!node.open || node.childElementCount > 1) return;
  const { kind, name, call, body } = frames.get(node);
  const why = [`x_${kind}`, `x_${name}`].find((key) => key in STRINGS);
  node.append(make("inside", { why: why && t(why, { n: call }), json: coloured(JSON.stringify(body, null, 2)) }));
  node.scrollIntoView({ block: "nearest" });
}

/** Pretty JSON as coloured spans: keys, strings, numbers, words. */
function coloured(json) {
  const parts = [];
  let end = 0;
  for (const found of json.matchAll(/("(?:\\.|[^"\\])*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g)) {
    const [whole, string, colon = ""] = found;
    const kind = string ? (colon ? "key" : "string") : /\d/.test(whole) ? "number" : "word";
    parts.push(json.slice(end, found.index), span(kind, string ?? whole), colon);
    end = found.index + whole.length;
  }
  return [...parts, json.slice(end)];
}

/** Copies by the old way, since navigator.clipboard is there only over https and on localhost. */
function copy(text) {
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
  toast(t("copied"));
}

// ── Asking: over the socket, and by REST ─────────────────────────────────────────────────────────────────────────

const ANSWER_WITHIN = 10_000;
const socket = io({
  autoConnect: false,
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  auth: (give) => {
    tokenInUse = session()?.access_token;
    give(tokenInUse ? { token: tokenInUse } : {});
  },
});

class Refused extends Error {
  constructor({ code, message, field, retry_after }) {
    super(message ?? code);
    Object.assign(this, { code, field, wait: retry_after ?? 3 });
  }

  /** Whether the very same request may succeed later. */
  get passing() {
    const passing = ["offline", "no_answer", "unavailable", "internal", "rate_limited", "token_expired"];
    return passing.includes(this.code) || (this.code === "unauthenticated" && !ready);
  }

  get words() {
    const keys = [`e_${this.code}_${this.field}`, `e_${this.code}`, "e_other"];
    return t(
      keys.find((key) => key in STRINGS),
      this,
    );
  }
}

/** Sends one request and returns its result; throws Refused for every other answer, no answer included. */
async function ask(name, payload = {}) {
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

async function rest(method, path, body) {
  const call = { began: performance.now() };
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${session().access_token}` };
  const response = await fetch(`/api/v1${path}`, { method, headers, body: JSON.stringify(body) }).catch(() => {
    throw new Refused({ code: "offline" });
  });
  const answer = await response.json().catch(() => ({ code: "unavailable" }));
  record("rest", `${method} ${path.split("?")[0].replace(/[0-9a-f-]{36}/, "…")}`, answer, call);
  if (!response.ok) throw new Refused(answer);
  return answer;
}

/** Reads by REST, and renews an access token that is over. */
async function get(path) {
  try {
    return await rest("GET", path);
  } catch (refused) {
    if (refused.code !== "token_expired") throw refused;
    await renew(session().access_token);
    return rest("GET", path);
  }
}

// ── Becoming someone ─────────────────────────────────────────────────────────────────────────────────────────────
// Each tab may be somebody else: the tab remembers who (sessionStorage), the browser keeps each one's tokens.

let me = null;
let ready = false;
let offlineByHand = false;
let tokenInUse;
let renewing = null;

const sessionKey = (userId) => `sopapo.session.${userId}`;
const session = () => load(sessionKey(sessionStorage.getItem("sopapo.user")));

function keepSession({ user, access_token, refresh_token }) {
  save(sessionKey(user.id), { user, access_token, refresh_token });
  sessionStorage.setItem("sopapo.user", user.id);
}

/** Connects as nobody and logs in or registers: the server gives 10 s for that. */
async function enter(verb, fields) {
  await connected();
  const result = await ask(verb, fields);
  keepSession(result);
  tokenInUse = result.access_token;
  becomeSomeone(result.user);
}

function connected() {
  return new Promise((done, fail) => {
    if (socket.connected) return done();
    const failed = () => {
      socket.disconnect();
      fail(new Refused({ code: "offline" }));
    };
    socket.once("connect_error", failed);
    socket.once("connect", () => done(socket.off("connect_error", failed)));
    socket.connect();
  });
}

/** From here on the server pushes: what was missed comes by sync, what is owed goes out from the outbox. */
async function becomeSomeone(user) {
  me = user;
  ready = true;
  people.set(user.id, user);
  $("gate").hidden = true;
  $("app").hidden = false;
  await sync();
  flushAll();
}

socket.on("connect", () => {
  record("link", "connect", { transport: socket.io.engine.transport.name, with_token: Boolean(session()) });
  if (session()) becomeSomeone(session().user);
  else if (!$("app").hidden) goodbye(new Refused({ code: "session_revoked" }));
});

socket.on("disconnect", (reason) => {
  ready = false;
  record("link", "disconnect", { reason });
  redraw();
  // Socket.IO comes back by itself, except when it was the server who hung up.
  if (reason === "io server disconnect") comeBack(1);
});

socket.on("connect_error", (error) => {
  record("link", "connect_error", error.data ?? { reason: error.message });
  if (!socket.active && session()) refusedAtTheDoor(new Refused(error.data ?? { code: error.message }));
});

function refusedAtTheDoor(refused) {
  if (refused.code === "token_expired") renewThen(() => socket.connect());
  else if (["session_revoked", "suspended", "unauthenticated"].includes(refused.code)) goodbye(refused);
  else comeBack(refused.wait);
}

async function comeBack(seconds) {
  await pause(seconds);
  if (session() && !offlineByHand) socket.connect();
}

/** The token is over: renew it by REST, then say again who this is, on the same socket. */
socket.on("token_expired", () => {
  ready = false;
  renewThen(async () => {
    tokenInUse = session().access_token;
    becomeSomeone((await ask("authenticate", { token: tokenInUse })).user);
  });
});

socket.on("session_revoked", () => goodbye(new Refused({ code: "session_revoked" })));

async function renewThen(act) {
  try {
    await renew(tokenInUse);
    await act();
  } catch (refused) {
    if (refused.code === "unauthenticated" || !refused.passing) return goodbye(refused);
    await pause(refused.wait);
    if (session() && !ready && !offlineByHand) socket.disconnect().connect();
  }
}

/** Trades the refresh token for new ones. It works once, so of all our tabs only one may use it. */
function renew(stale) {
  const trade = async () => {
    if (session().access_token !== stale) return;
    keepSession(await rest("POST", "/auth/refresh", { refresh_token: session().refresh_token }));
  };
  renewing ??= (navigator.locks ? navigator.locks.request("sopapo.renew", trade) : trade()).finally(() => {
    renewing = null;
  });
  return renewing;
}

function goodbye(refused) {
  const userId = sessionStorage.getItem("sopapo.user");
  if (!userId) return;
  forget(sessionKey(userId));
  sessionStorage.removeItem("sopapo.user");
  socket.disconnect();
  rooms.clear();
  open = null;
  since = null;
  showGate(refused?.words);
}

// ── States and sync ──────────────────────────────────────────────────────────────────────────────────────────────
// A room's `held` is the rev up to which nothing is missing here. A state is merged when its rev is newer than that
// of the same thing held: late or twice does no harm. A hole between `held` and a state's rev calls sync.

const A_HOLE_MAY_CLOSE_WITHIN = 0.3;
const rooms = new Map();
const people = new Map();
const meanwhile = [];
let open = null;
let since = null;
let syncing = false;
let syncAgain = false;

function newRoom(state, from) {
  const flags = { watched: false, loading: false, allLoaded: false };
  return {
    id: state.id,
    state,
    me: null,
    held: 0,
    ahead: new Set(),
    members: new Map(),
    messages: new Map(),
    from,
    ...flags,
  };
}

socket.onAny((name, state) => {
  record("state", name, state);
  receive(name, state);
});

/** Takes a state, pushed or from an answer; what comes during a sync waits for its snapshot. */
function receive(name, state) {
  if (syncing) meanwhile.push([name, state]);
  else apply(name, state);
}

const MERGE = { message: mergeMessage, member: mergeMember, room: mergeRoom };

function apply(name, state) {
  const room = rooms.get(name === "room" ? state.id : state?.room);
  if (name === "user") people.set(state.id, state);
  else if (name === "me" && room) room.me = state;
  else if (name in MERGE && room) {
    MERGE[name](room, state);
    took(room, state.rev);
  } else if (name in MERGE && !isFarewell(name, state)) sync();
  redraw();
}

const isFarewell = (name, state) =>
  name === "room" ? state.deleted_at : name === "member" && state.user === me.id && state.status !== "joined";

/** Counts a change as held. Where others are missing before it, they get a moment to come by themselves. */
function took(room, rev) {
  room.ahead.add(rev);
  while (room.ahead.delete(room.held + 1)) room.held += 1;
  for (const old of room.ahead) if (old <= room.held) room.ahead.delete(old);
  if (room.ahead.size && !room.watched) watchHole(room);
}

async function watchHole(room) {
  room.watched = true;
  for (let wait = A_HOLE_MAY_CLOSE_WITHIN; room.ahead.size && ready; wait = Math.min(wait * 3, 30)) {
    await pause(wait);
    if (room.ahead.size && ready) await sync();
  }
  room.watched = false;
}

/** Older messages than the oldest one here are left to history, so that what is shown has no gap. */
function mergeMessage(room, message) {
  if (message.client_id && message.sender === me.id) forget(outboxKey(message.client_id));
  if (message.seq >= room.from) keepMessage(room, message);
}

function keepMessage(room, message) {
  if ((room.messages.get(message.seq)?.rev ?? 0) < message.rev) room.messages.set(message.seq, message);
  room.from = Math.min(room.from, message.seq);
  room.state.last_seq = Math.max(room.state.last_seq, message.seq);
}

function mergeMember(room, member) {
  if ((room.members.get(member.user)?.rev ?? 0) >= member.rev) return;
  room.members.set(member.user, member);
  if (member.user !== me.id) return;
  if (member.status !== "joined") drop(room);
  else if (room.me) room.me = { ...room.me, role: member.role };
}

function mergeRoom(room, state) {
  if (state.rev < room.state.rev) return;
  room.state = { ...state, last_seq: Math.max(state.last_seq, room.state.last_seq) };
  for (const seq of room.messages.keys()) if (seq < state.first_seq) room.messages.delete(seq);
  if (state.deleted_at) drop(room);
}

function drop(room) {
  if (!rooms.delete(room.id)) return;
  toast(t("no_longer", { name: titleOf(room) }));
  for (const item of outbox(room.id)) forget(outboxKey(item.client_id));
  if (open === room.id) show(null);
}

/** Asks for every change since what is held: after becoming someone, and on every hole. One at a time. */
async function sync() {
  syncAgain = true;
  if (syncing) return;
  syncing = true;
  try {
    while (syncAgain && ready) {
      syncAgain = false;
      const held = Object.fromEntries([...rooms.values()].map((room) => [room.id, room.held]));
      applySync(await ask("sync", since ? { rooms: held, since } : { rooms: held }));
    }
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    if (ready) pause(refused.wait).then(() => ready && sync());
  } finally {
    syncing = false;
    for (const [name, state] of meanwhile.splice(0)) apply(name, state);
    redraw();
  }
}

function applySync(answer) {
  since = answer.now;
  for (const id of answer.left) if (rooms.has(id)) drop(rooms.get(id));
  for (const entry of answer.rooms) applyEntry(entry);
  for (const mark of answer.marks) if (rooms.has(mark.me.room)) rooms.get(mark.me.room).me = mark.me;
}

/** Takes one room's entry, from sync or from the answer to create_room or join_room. */
function applyEntry(entry) {
  const { id, last_seq } = entry.room;
  if (entry.reset || !rooms.has(id)) {
    rooms.set(id, newRoom(entry.room, Math.min(last_seq + 1, ...entry.messages.map((message) => message.seq))));
  }
  const room = rooms.get(id);
  room.me = entry.me;
  for (const user of entry.users) people.set(user.id, user);
  for (const member of entry.members) mergeMember(room, member);
  for (const message of entry.messages) mergeMessage(room, message);
  mergeRoom(room, entry.room);
  room.held = Math.max(room.held, entry.rev);
  took(room, room.held);
  if (entry.more) syncAgain = true;
}

const hasOlder = (room) => !room.allLoaded && room.from > Math.max(1, room.state.first_seq);

/** History upwards comes by REST. Its messages are merged by rev like all others, but say nothing about `held`. */
async function loadOlder(room) {
  if (room.loading || !hasOlder(room)) return;
  room.loading = true;
  try {
    const page = await get(`/rooms/${room.id}/messages?before=${room.from}&limit=50`);
    for (const user of page.users) people.set(user.id, user);
    for (const message of page.messages) keepMessage(room, message);
    room.allLoaded = !page.more_before;
    const fromBottom = $("log").scrollHeight - $("log").scrollTop;
    draw();
    if (open === room.id) $("log").scrollTop = $("log").scrollHeight - fromBottom;
  } catch (refused) {
    toast(refused.words);
  } finally {
    room.loading = false;
  }
}

// ── The outbox ───────────────────────────────────────────────────────────────────────────────────────────────────
// A message lies in localStorage, with its client_id, before it is first tried, and stays until the message itself
// has come, by an answer or a push or sync. Till then it is sent as often as it takes: the same client_id from the
// same sender in the same room is always the same message.

const flushing = new Set();
let lastMade = 0;

const outboxKey = (clientId) => `sopapo.outbox.${me.id}.${clientId}`;
const outbox = (roomId) => outboxOfAll().filter((item) => item.room === roomId);
const outboxOfAll = () => loadAll(outboxKey("")).sort((a, b) => a.made - b.made);

function send(room, text) {
  lastMade = Math.max(Date.now(), lastMade + 1);
  const item = { room: room.id, client_id: uuid(), text, made: lastMade };
  save(outboxKey(item.client_id), item);
  flush(room.id);
  redraw();
}

function flushAll() {
  for (const { room } of outboxOfAll()) flush(room);
}

/** Sends what waits for a room, one after the other; what may succeed later is tried again, the rest marked. */
async function flush(roomId) {
  if (flushing.has(roomId)) return;
  flushing.add(roomId);
  const next = () => ready && outbox(roomId).find((item) => !item.failed);
  for (let item = next(); item; item = next()) await trySending(item);
  flushing.delete(roomId);
}

async function trySending(item) {
  const { room, client_id, text } = item;
  try {
    const answer = await ask("send_message", { room, client_id, text });
    forget(outboxKey(client_id));
    receive("message", answer.message);
  } catch (refused) {
    if (!refused.passing) save(outboxKey(client_id), { ...item, failed: refused.code ?? refused.message });
    else if (ready) await pause(refused.wait);
  }
  redraw();
}

function tryAgain(clientId) {
  const { failed, ...item } = load(outboxKey(clientId));
  save(outboxKey(clientId), item);
  flush(item.room);
  redraw();
}

// ── Acts: one request each; the states in the answers are merged like the pushed ones ────────────────────────────

const names = (list) =>
  list
    .split(/[\s,;]+/)
    .filter(Boolean)
    .map((name) => name.replace(/^@/, ""));
const sayUnknown = (unknown) => unknown.length && toast(t("unknown_people", { names: unknown.join(", ") }));

async function createRoom({ name, members, public: isPublic }) {
  const kind = pressed($("kinds"));
  const about = kind === "direct" ? {} : { name: name.value, public: isPublic.checked };
  const answer = await ask("create_room", { kind, members: names(members.value), ...about });
  applyEntry(answer.sync);
  sayUnknown(answer.unknown);
  $("create").close();
  show(answer.room.id);
}

async function joinRoom(id) {
  if (!rooms.has(id)) {
    const answer = await ask("join_room", { room: id });
    if (answer.pending) return toast(t("asked_to_join"));
    applyEntry(answer.sync);
  }
  $("public").close();
  show(id);
}

async function addMembers({ users }) {
  const answer = await ask("add_members", { room: open, users: names(users.value) });
  for (const member of answer.members) receive("member", member);
  sayUnknown(answer.unknown);
  users.value = "";
}

async function renameRoom({ name }) {
  receive("room", (await ask("update_room", { room: open, name: name.value })).room);
}

async function leaveRoom(room) {
  await ask("leave_room", { room: room.id });
  drop(room);
}

async function findPublic({ q }) {
  const asked = q.value.trim();
  const found = (await get(`/rooms/public?q=${encodeURIComponent(asked)}`)).rooms;
  if (q.value.trim() !== asked) return;
  $("public-rooms").replaceChildren(...found.map(drawPublicRoom));
  if (!found.length) $("public-rooms").append(t("nothing_found"));
}

// ── What things are called, and what is unread ───────────────────────────────────────────────────────────────────

const nameOf = (room, id) => {
  if (id === me.id) return t("you");
  return room.members.get(id)?.name ?? people.get(id)?.name ?? t("someone");
};
const joinedOf = (room) => [...room.members.values()].filter((member) => member.status === "joined");
const capital = (words) => words[0].toUpperCase() + words.slice(1);
const partnerOf = (room) => room.state.kind === "direct" && joinedOf(room).find((member) => member.user !== me.id);
const titleOf = (room) => room.state.name ?? (partnerOf(room)?.name || t("yourself"));
const faceOf = (room) => face(partnerOf(room)?.user ?? room.id, titleOf(room));
const isAdmin = (room) => ["owner", "admin"].includes(room.me.role);
const may = (room, what) => room.state.kind !== "direct" && (isAdmin(room) || room.state[what] === "everyone");
const mayPost = (room) => room.state.kind === "direct" || may(room, "post");
const countOf = (n) => t(n === 1 ? "one_person" : "people_count", { n });
const isAlive = (message) => !message.expires_at || Date.parse(message.expires_at) > Date.now();
const messagesOf = (room) => [...room.messages.values()].filter(isAlive).sort((a, b) => a.seq - b.seq);
const seenKey = (room) => `sopapo.seen.${me.id}.${room.id}`;

function unreadOf(room) {
  const read = Math.max(room.me.read, load(seenKey(room)) ?? 0);
  const counts = (message) => message.seq > read && message.sender && message.sender !== me.id && !message.deleted_at;
  return messagesOf(room).filter(counts).length;
}

function textOf(room, { system, text, deleted_at }) {
  if (deleted_at) return t("deleted");
  if (!system) return text;
  const key = `sys_${system.action}` in STRINGS ? `sys_${system.action}` : "sys_other";
  return capital(t(key, { user: nameOf(room, system.user), by: nameOf(room, system.by), action: system.action }));
}

const clock = (time) => new Date(time).toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

function dayOf(time) {
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days < 2) return t(days === 1 ? "yesterday" : "today");
  return new Date(time).toLocaleDateString(language, { dateStyle: "long" });
}

// ── Drawing ──────────────────────────────────────────────────────────────────────────────────────────────────────

const prints = new WeakMap();
let drawing = null;

/** Draws soon, once for many changes; not by animation frame, which a tab in the background does not get. */
function redraw() {
  drawing ??= setTimeout(draw);
}

function draw() {
  clearTimeout(drawing);
  drawing = null;
  if ($("app").hidden) return;
  const room = rooms.get(open);
  if (room && !document.hidden) save(seenKey(room), room.state.last_seq);
  drawHeader();
  reconcile($("rooms"), roomRows(), drawRoomRow);
  for (const id of ["chat-bar", "log-frame", "composer"]) $(id).hidden = !room;
  $("empty").hidden = Boolean(room);
  if (room) drawChat(room);
  if (room && $("details").open) drawDetails(room);
}

function drawHeader() {
  $("my-face").replaceChildren(face(me.id, me.name));
  $("my-name").textContent = me.name;
  $("link").textContent = t(ready ? (syncing ? "syncing" : "online") : "offline");
  $("link").dataset.on = ready;
  $("offline").hidden = ready;
  $("cut-line").textContent = t(offlineByHand ? "mend_line" : "cut_line");
  const unread = [...rooms.values()].reduce((sum, room) => sum + unreadOf(room), 0);
  document.title = `${unread ? `(${unread}) ` : ""}SóPapo · ${me.name}`;
}

/** Makes the children of a parent be these rows: draws only what changed, and keeps the keyboard's place. */
function reconcile(parent, rows, build) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  const focused = parent.contains(document.activeElement) && document.activeElement.dataset.key;
  const nodes = rows.map((row) => {
    const print = language + JSON.stringify(row);
    if (prints.get(old.get(row.key)) === print) return old.get(row.key);
    const node = build(row);
    node.dataset.key = row.key;
    prints.set(node, print);
    return node;
  });
  for (const node of old.values()) if (!nodes.includes(node)) node.remove();
  for (const [place, node] of nodes.entries()) {
    if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null);
  }
  if (focused) nodes.find((node) => node.dataset.key === focused)?.focus();
}

function roomRows() {
  const rows = [...rooms.values()].map((room) => {
    const last = messagesOf(room).at(-1);
    const waiting = outbox(room.id).at(-1);
    const by = waiting ? me.id : last?.sender;
    const text = waiting?.text ?? (last ? textOf(room, last) : t("no_messages"));
    const made = waiting?.made ?? Date.parse(last?.created_at ?? room.state.created_at);
    const who = by && !(partnerOf(room) && by !== me.id) ? `${capital(nameOf(room, by))}: ` : "";
    return {
      key: room.id,
      title: titleOf(room),
      made,
      text: who + text,
      unread: unreadOf(room),
      open: room.id === open,
    };
  });
  return rows.sort((a, b) => b.made - a.made);
}

function drawRoomRow({ key, title, made, text, unread, open: isOpen }) {
  const badge = unread > 99 ? "99+" : unread && `${unread}`;
  const node = make("room", { face: faceOf(rooms.get(key)), title, time: clock(made), text, unread: badge });
  node.querySelector(".badge")?.setAttribute("aria-label", t("unread", { n: unread }));
  node.setAttribute("aria-current", isOpen);
  return node;
}

function drawChat(room) {
  const kind = t(room.state.kind);
  $("room-face").replaceChildren(faceOf(room));
  $("room-name").textContent = titleOf(room);
  $("room-note").textContent = room.state.kind === "direct" ? kind : `${kind} · ${countOf(joinedOf(room).length)}`;
  $("room-rev").textContent = `rev ${room.held}`;
  $("composer").text.disabled = !mayPost(room);
  $("composer").text.placeholder = t(mayPost(room) ? "write" : "admins_only");
  const log = $("log");
  const isAnother = log.dataset.room !== room.id;
  const stay = !isAnother && !isAtEnd(log);
  // Screen readers are told what arrives, not the whole of a room that is opened.
  log.setAttribute("aria-live", isAnother ? "off" : "polite");
  log.dataset.room = room.id;
  reconcile(log, logRows(room), drawLogRow);
  if (!stay) toEnd(log);
}

/** What the list of messages shows: days, notes, bubbles, then what still waits in the outbox. */
function logRows(room) {
  const rows = hasOlder(room) ? [{ key: "older", type: "older" }] : [];
  let day = "";
  let sender = null;
  for (const message of messagesOf(room)) {
    const isNewDay = dayOf(message.created_at) !== day;
    day = dayOf(message.created_at);
    if (isNewDay) rows.push({ key: `day ${day}`, type: "day", text: day });
    rows.push(messageRow(room, message, isNewDay || message.sender !== sender));
    sender = message.sender;
  }
  for (const { client_id, text, made, failed } of outbox(room.id)) {
    const first = sender !== me.id;
    rows.push({ key: client_id, type: "bubble", mine: true, first, text, at: made, failed, waiting: !failed });
    sender = me.id;
  }
  return rows;
}

function messageRow(room, message, first) {
  const { seq, kind, sender, client_id, created_at: at } = message;
  const text = textOf(room, message);
  if (kind === "system") return { key: `s${seq}`, type: "note", text };
  const mine = sender === me.id;
  const name = first && !mine && room.state.kind !== "direct" && nameOf(room, sender);
  const reactions = Object.entries(message.reactions).map(([emoji, users]) => `${emoji} ${users.length} `);
  const gone = Boolean(message.deleted_at);
  const edited = Boolean(message.edited_at) && !gone;
  const key = mine ? client_id : `m${seq}`;
  return { key, type: "bubble", mine, first, name, sender, text, at, gone, edited, reactions, stored: mine };
}

function drawLogRow(row) {
  if (row.type !== "bubble") return make(row.type, row);
  const failed = row.failed && t("not_sent", { why: new Refused({ code: row.failed }).words });
  const reactions = row.reactions?.length && row.reactions;
  const node = make("bubble", { ...row, reactions, failed, time: clock(row.at) });
  for (const flag of ["mine", "first", "gone"]) node.classList.toggle(flag, Boolean(row[flag]));
  if (row.name) node.style.setProperty("--hue", hueOf(row.sender));
  return node;
}

function drawPublicRoom({ id, name, members }) {
  const join = t(rooms.has(id) ? "joined_already" : "join");
  const node = make("person", { face: face(id, name), name, note: countOf(members), join });
  node.dataset.key = id;
  return node;
}

function drawPerson({ user, name, username, role }) {
  return make("person", {
    face: face(user, name),
    name,
    note: `@${username}`,
    role: role !== "member" && t(`role_${role}`),
  });
}

function drawDetails(room) {
  $("details-title").textContent = titleOf(room);
  $("rename").hidden = !may(room, "edit_info");
  $("add").hidden = !may(room, "invite");
  $("leave").hidden = room.state.kind === "direct";
  $("member-list").replaceChildren(...joinedOf(room).map(drawPerson));
}

function show(roomId) {
  open = roomId;
  if (!roomId) $("details").close();
  showView(roomId ? "chat" : "rooms");
  draw();
  if (roomId && matchMedia("(hover: hover)").matches) $("composer").text.focus();
}

function showView(view) {
  $("app").dataset.view = view;
  $("tab-panel").setAttribute("aria-pressed", view === "panel");
  $("tab-rooms").setAttribute("aria-pressed", view !== "panel");
}

function showGate(words = "") {
  $("app").hidden = true;
  $("gate").hidden = false;
  document.title = "SóPapo";
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  $("login").reset();
  press($("entry").firstElementChild);
  drawEntry();
  $("login").querySelector(".error").textContent = words;
  $("login").username.focus();
  drawKnown();
}

function drawKnown() {
  const draw = ({ user }) => {
    const node = make("known", { face: face(user.id, user.name), name: t("continue_as", { name: user.name }) });
    node.dataset.key = user.id;
    return node;
  };
  $("known").replaceChildren(...loadAll("sopapo.session.").map(draw));
}

let toastTimer;
function toast(words) {
  $("toast").textContent = words;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(toast, 4000, "");
}

// ── Forms, buttons and keys ──────────────────────────────────────────────────────────────────────────────────────

const pressed = (group) => group.querySelector("[aria-pressed=true]").value;

function press(button) {
  for (const each of button.parentElement.children) each.setAttribute("aria-pressed", each === button);
}

function speak(chosen) {
  language = chosen;
  localStorage.setItem("sopapo.language", chosen);
  document.documentElement.lang = chosen;
  translate(document);
  for (const [node, { kind }] of frames) node.querySelector("[data-slot=kind]").textContent = t(`k_${kind}`);
  drawEntry();
  drawKnown();
  redraw();
}

function drawEntry() {
  const verb = pressed($("entry"));
  $("name-field").hidden = verb === "login";
  $("enter").textContent = t(verb);
  $("login").password.autocomplete = verb === "login" ? "current-password" : "new-password";
}

function drawKind() {
  const isDirect = pressed($("kinds")) === "direct";
  for (const node of $("create").querySelectorAll("[data-not=direct]")) node.hidden = isDirect;
  $("new-room").elements.name.required = !isDirect;
  $("new-room").elements.members.required = isDirect;
}

function openDialog(id) {
  for (const form of $(id).querySelectorAll("form")) form.reset();
  $(id).querySelector(".error").textContent = "";
  $(id).showModal();
}

const FORMS = {
  login: ({ username, password, name }) => {
    const verb = pressed($("entry"));
    const more = verb === "register" && name.value.trim() ? { name: name.value.trim() } : {};
    return enter(verb, { username: username.value.trim(), password: password.value, ...more });
  },
  "new-room": createRoom,
  find: findPublic,
  rename: renameRoom,
  add: addMembers,
  composer: ({ text }) => {
    if (text.value.trim()) send(rooms.get(open), text.value.trim());
    text.value = "";
    toEnd($("log"));
  },
};

const ACTS = {
  language: () => speak(LANGUAGES.find((each) => each !== language)),
  entry: (button) => {
    press(button);
    drawEntry();
  },
  kind: (button) => {
    press(button);
    drawKind();
  },
  known: (_, userId) => {
    sessionStorage.setItem("sopapo.user", userId);
    socket.disconnect().connect();
  },
  logout: () => ask("logout").finally(() => goodbye()),
  openCreate: () => {
    openDialog("create");
    press($("kinds").firstElementChild);
    drawKind();
  },
  openPublic: () => {
    openDialog("public");
    $("find").requestSubmit();
  },
  openDetails: () => {
    openDialog("details");
    $("rename").elements.name.value = rooms.get(open).state.name ?? "";
    drawDetails(rooms.get(open));
  },
  close: (button) => button.closest("dialog").close(),
  show: (_, roomId) => show(roomId ?? null),
  join: (_, roomId) => joinRoom(roomId),
  leave: () => leaveRoom(rooms.get(open)),
  older: () => loadOlder(rooms.get(open)),
  again: (_, clientId) => tryAgain(clientId),
  discard: (_, clientId) => {
    forget(outboxKey(clientId));
    redraw();
  },
  down: () => toEnd($("log")),
  view: (button) => showView(button.value),
  filter: (button) => button.setAttribute("aria-pressed", !$("panel").classList.toggle(`no-${button.value}`)),
  copyFrame: (button) => copy(button.closest(".frame").querySelector("pre").textContent),
  copyAll: () => copy(JSON.stringify([...frames.values()], null, 2)),
  clear: () => [...frames.keys()].forEach(dropFrame),
  cut: () => {
    offlineByHand = !offlineByHand;
    if (offlineByHand) socket.disconnect();
    else socket.connect();
    redraw();
  },
};

/** Runs an act, and says where it was asked for what went wrong, if anything did. */
async function attempt(place, act) {
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

document.addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  attempt(form.closest("dialog, #login"), () => FORMS[form.id](form.elements));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  const key = button?.closest("[data-key]")?.dataset.key;
  if (button) attempt(button.closest("dialog"), () => ACTS[button.dataset.act](button, key));
});

$("composer").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("composer").requestSubmit();
});

$("log").addEventListener("scroll", () => {
  $("down").hidden = isAtEnd($("log"));
  if ($("log").scrollTop < 60 && rooms.has(open)) loadOlder(rooms.get(open));
});

$("find").addEventListener("input", () => $("find").requestSubmit());
$("frames").addEventListener("toggle", (event) => drawInside(event.target), true);
document.addEventListener("visibilitychange", redraw);

speak(language);
if (session()) socket.connect();
else showGate();
