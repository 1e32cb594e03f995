/** @import { ImClientOptions, Store, WebSocketClass } from "../orleansim.js" */
import { ImError } from "./errors.js";
import { IndexedDbStore } from "./stores/indexeddb-store.js";
import { MemoryStore } from "./stores/memory-store.js";

const defaultPauses = Object.freeze({ initialMs: 500, maxMs: 30_000, jitter: 0.5 });

/**
 * The options with everything filled in.
 * @param {ImClientOptions & { random?: () => number }} options `random` is for tests.
 */
export function complete(options) {
  const server = addressOf(options.server);
  const reconnect = { ...defaultPauses, ...options.reconnect };
  const whole = {
    server,
    stream: server ? new URL("v1/stream", server).href.replace(/^http/, "ws") : "",
    session: options.session ?? null,
    device: options.device,
    presence: options.presence,
    store: options.store ?? defaultStore(),
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    mailTimeoutMs: options.mailTimeoutMs ?? 60_000,
    connectTimeoutMs: options.connectTimeoutMs ?? 30_000,
    reconnect,
    eventBuffer: options.eventBuffer ?? 4096,
    recentPerPage: options.recentPerPage ?? 200,
    outboxLimit: options.outboxLimit ?? 1000,
    webSocket: options.webSocket ?? /** @type {WebSocketClass} */ (/** @type {any} */ (globalThis).WebSocket),
    fetch: options.fetch ?? globalThis.fetch?.bind(globalThis),
    onError: options.onError ?? ((/** @type {unknown} */ error) => console.error(error)),
    random: options.random ?? Math.random,
  };
  validate(whole, options);
  return { ...whole, server: /** @type {URL} */ (server) };
}

/** @typedef {ReturnType<typeof complete>} Options */

/** Null if it is none. @param {string | URL | undefined} server */
function addressOf(server) {
  const origin = /** @type {any} */ (globalThis).location?.origin;
  const given = server ?? (typeof origin === "string" && origin.startsWith("http") ? origin : "http://127.0.0.1:5080");
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) {
    return null;
  }

  const address = new URL(given);
  address.pathname = address.pathname.replace(/\/*$/, "/");
  address.search = address.hash = "";
  return address;
}

/** @returns {Store} */
function defaultStore() {
  return typeof (/** @type {any} */ (globalThis).indexedDB) === "object" ? new IndexedDbStore() : new MemoryStore();
}

/** All that is wrong, at once. @param {any} options @param {any} given */
function validate(options, given) {
  const unknown = Object.keys(given).filter(name => !(name in options));
  const wrong = unknown.map(name => `there is no option ${name}`);
  wrong.push(...Object.keys(options.reconnect).filter(name => !(name in defaultPauses)).map(name => `there is no option reconnect.${name}`));
  const positive = ["requestTimeoutMs", "mailTimeoutMs", "connectTimeoutMs", "eventBuffer", "outboxLimit"];
  wrong.push(...positive.filter(name => !(options[name] > 0)).map(name => `${name} must be positive`));
  if (!options.server) {
    wrong.push(`server must be an http or https address, such as https://im.example.com or http://127.0.0.1:5080, and ${given.server} is not`);
  }

  if (!(options.recentPerPage >= 0)) {
    wrong.push("recentPerPage must not be negative");
  }

  const { initialMs, maxMs, jitter } = options.reconnect;
  if (!(initialMs > 0 && maxMs >= initialMs && jitter >= 0 && jitter <= 1)) {
    wrong.push("reconnect needs 0 < initialMs <= maxMs and a jitter of 0 to 1");
  }

  if (typeof options.webSocket !== "function") {
    wrong.push("there is no WebSocket here: take Node 22, or Node 20 with --experimental-websocket, or give one as webSocket, such as that of the package ws");
  }

  if (typeof options.fetch !== "function") {
    wrong.push("there is no fetch here: give one as fetch");
  }

  if (wrong.length > 0) {
    throw new ImError("invalid_argument", "The options of the client are wrong: " + wrong.join("; ") + ".");
  }
}
