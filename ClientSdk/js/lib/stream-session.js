/** A signed-in session: one connection after the other until it is signed out, refused or stopped. */
/** @import { ConnectionStatus, Session } from "../orleansim.js" */
import { Connection } from "./connection.js";
import { CloseCodes, ImError, errorOf, unavailable } from "./errors.js";
import { endOf, goesOn, isInvitation, pauseMs } from "./reconnect-rules.js";
import { RequestTable, frameOf } from "./requests.js";
import { Pause, deferred } from "./waiting.js";

/** @typedef {import("./reconnect-rules.js").ConnectionEnd} ConnectionEnd */

export class StreamSession {
  requests = new RequestTable();
  /** The server's id of it. @type {string | null} */
  id = null;
  #stopping = false;
  #ready = deferred();
  #wasReady = false;
  #pause = new Pause();
  /** @type {Connection | null} */
  #connection = null;
  /** @type {Map<string, { status: string, note?: string }>} What the user has said; the server forgets it with the connection. */
  #said = new Map();

  /**
   * @param {import("./options.js").Options} options
   * @param {Session} session
   * @param {import("./page-book.js").PageBook} pages
   * @param {{
   *   live: () => void,
   *   down: () => void,
   *   over: (closeCode: number | null, error: ImError) => void,
   *   status: (status: ConnectionStatus) => void,
   * }} told
   */
  constructor(options, session, pages, told) {
    this.options = options;
    this.session = session;
    this.pages = pages;
    this.told = told;
    if (options.presence) {
      this.#said.set("*", options.presence);
    }
  }

  /** Fails when the session is refused before it was ever there, or is stopped. @returns {Promise<void>} */
  get ready() {
    return this.#ready.promise;
  }

  /** @param {boolean} keepsTrying Whether the first connection may fail and be tried again. */
  async run(keepsTrying) {
    for (let attempt = 0; !this.#stopping;) {
      const began = Date.now();
      this.told.status("connecting");
      const end = await this.#connectOnce();
      this.requests.goOffline(end.error);
      if (this.#stopping) {
        return;
      }

      if (!goesOn(end)) {
        this.requests.close(end.error);
        this.told.over(end.code, end.error);
        this.#ready.reject(end.error);
        return;
      }

      if (!this.#wasReady && !keepsTrying && !isInvitation(end)) {
        this.#ready.reject(end.error);
        return;
      }

      attempt = Date.now() - began > this.options.reconnect.maxMs ? 0 : attempt;
      const delayMs = Math.round(pauseMs(end, attempt++, this.options.reconnect, this.options.random()));
      this.told.status("offline");
      this.pages.hub.tell({ type: "Reconnecting", account: "", attempt, delayMs, error: end.error });
      if (delayMs > 0) {
        await this.#pause.wait(delayMs);
      }
    }
  }

  /** Ends it; whatever waits for an answer fails. @param {ImError} reason */
  stop(reason) {
    this.#stopping = true;
    this.requests.close(reason);
    this.#ready.reject(reason);
    this.#connection?.close();
    this.#pause.wake();
  }

  /** The network may be another: do not wait, and do not trust the connection that is there. */
  hurry() {
    this.#pause.wake();
    this.#connection?.probe();
  }

  /** @param {string | undefined} as @param {{ status: string, note?: string }} presence */
  say(as, presence) {
    if (as === undefined) {
      this.#said.clear();
    }

    this.#said.set(as ?? "*", presence);
  }

  /** @returns {Promise<ConnectionEnd>} */
  #connectOnce() {
    return new Promise(resolve => {
      const life = { helloId: this.requests.nextId(), via: new Map(), order: [], bye: null, refused: false };
      const late = setTimeout(() => connection?.abort(
        new ImError("unavailable", `The stream was not ready within ${this.options.connectTimeoutMs / 1000} s.`)), this.options.connectTimeoutMs);
      /** @type {Connection | undefined} */
      let connection;
      const ended = (/** @type {{ code: number | null, error: ImError | null }} */ { code, error }) => {
        clearTimeout(late);
        this.#connection = null;
        // At once: what is sent from now on waits for the next connection.
        this.told.down();
        resolve(error && !life.bye ? { error, code: life.refused && error.code === "unauthenticated" ? CloseCodes.badToken : null, refused: life.refused }
          : endOf(code, life.bye));
      };
      try {
        connection = new Connection(this.options, {
          opened: () => connection?.write(this.#hello(life.helloId)),
          frame: frame => this.#take(life, frame, late),
          ended,
        });
        this.#connection = connection;
      } catch (broken) {
        ended({ code: null, error: unavailable(broken, "The connection could not be made") });
      }
    });
  }

  /** @param {number} id */
  #hello(id) {
    const resume = this.pages.beginConnection();
    return frameOf(id, "hello", {
      token: this.session.token,
      ...(Object.keys(resume).length > 0 && { resume }),
      ...(this.#said.size > 0 && { presence: Object.fromEntries(this.#said) }),
    });
  }

  /** @param {any} life @param {any} frame @param {ReturnType<typeof setTimeout>} late */
  #take(life, frame, late) {
    if (typeof frame.re === "number") {
      if (frame.re === life.helloId) {
        this.#takeHello(life, frame);
      } else {
        this.requests.complete(frame);
      }

      return;
    }

    switch (frame.ev) {
      case "page":
        // What is no name would be kept as one, and said to the server again at every connection.
        if (typeof frame.account !== "string") {
          throw new ImError("internal", "The server sent a page without an account.");
        }

        this.pages.open(frame.account, frame.data ?? {}, life.via.get(frame.account) ?? "");
        break;
      case "ready":
        clearTimeout(late);
        this.#goLive(life);
        break;
      case "bye":
        life.bye = frame.data ?? {};
        this.#connection?.close();
        break;
      case undefined:
        break;
      default:
        this.pages.take(frame);
    }
  }

  /** @param {any} life @param {any} answer */
  #takeHello(life, answer) {
    if (answer.err) {
      life.refused = true;
      throw errorOf(answer.err);
    }

    const { session, accounts = [], heartbeatMs = 0 } = answer.ok ?? {};
    this.id = session ?? null;
    for (const { account, via } of accounts) {
      life.via.set(account, via);
      life.order.push(account);
    }

    const connection = this.#connection;
    const write = (/** @type {string} */ frame) => connection?.write(frame);
    this.requests.goOnline(write);
    if (heartbeatMs > 0) {
      connection?.keepAlive(heartbeatMs, () => write(frameOf(this.requests.nextId(), "ping", {})));
    }
  }

  /** @param {any} life */
  #goLive(life) {
    this.#wasReady = true;
    this.told.status("online");
    this.pages.complete(life.order);
    this.requests.goLive();
    this.told.live();
    this.#ready.resolve(undefined);
  }
}
