/** @import { CallOptions, ConnectionStatus, ImClientOptions, ImEvent, ImEventType, ListenOptions, MessageReceived, Page, SendOptions, SentMessage, Session } from "../orleansim.js" */
import { linesOf } from "./conversation.js";
import { ClosedError, ImError } from "./errors.js";
import { EventHub } from "./event-hub.js";
import { HttpApi } from "./http.js";
import { Operations } from "./operations.js";
import { complete } from "./options.js";
import { stateAt } from "./outbox.js";
import { SignedIn } from "./signed-in.js";
import { within } from "./waiting.js";

const signOutTimeoutMs = 5000;

/** Sign-in, events and messages. What only asks the server is in {@link Operations}. */
export class ImClient extends Operations {
  #options;
  #hub;
  #http;
  /** @type {Session | null} */
  #given;
  /** @type {SignedIn | null} */
  #current = null;
  /** @type {ConnectionStatus} */
  #status = "signedOut";
  #closed = false;
  /** @type {(() => void)[]} */
  #atClose = [];

  /** @param {ImClientOptions} [options] */
  constructor(options = {}) {
    super();
    this.#options = complete(options);
    this.#hub = new EventHub(this.#options.onError);
    this.#http = new HttpApi(this.#options);
    this.#given = this.#options.session;
    this.#listen("online", () => this.reconnect());
    // A tab may be gone any moment after these.
    this.#listen("pagehide", () => void this.#current?.copy.flush());
    this.#listen("visibilitychange", () => void this.#current?.copy.flush(), /** @type {any} */ (globalThis).document);
  }

  get session() {
    return this.#current && !this.#current.isOver ? this.#current.session : this.#current ? null : this.#given;
  }

  get account() {
    return this.session?.account ?? null;
  }

  get sessionId() {
    return this.session ? this.#current?.stream?.id ?? null : null;
  }

  get status() {
    return this.#status;
  }

  /** @returns {ReadonlyMap<string, Page>} */
  get pages() {
    return this.#current?.pages.snapshots ?? new Map();
  }

  /** @param {string} account */
  page(account) {
    return this.pages.get(account.toLowerCase());
  }

  /**
   * @param {string} account
   * @param {string} password
   * @param {{ displayName?: string, email?: string, invite?: string } & CallOptions} [options]
   * @returns {Promise<string>}
   */
  async register(account, password, { displayName, email, invite, signal } = {}) {
    return (await this.#http.post("v1/accounts", { account, password, displayName, email, invite }, { signal })).account;
  }

  /**
   * @param {string} login
   * @param {string} password
   * @param {CallOptions} [options]
   * @returns {Promise<Session>}
   */
  async signIn(login, password, { signal } = {}) {
    return this.#logIn({ login, password }, signal);
  }

  /** @param {string} jwt @param {CallOptions} [options] @returns {Promise<Session>} */
  async signInWithJwt(jwt, { signal } = {}) {
    return this.#logIn({ jwt }, signal);
  }

  /** @param {object} credentials @param {AbortSignal} [signal] @returns {Promise<Session>} */
  async #logIn(credentials, signal) {
    this.#mustBeOpen();
    const { account, token, via, expiresAt } = await this.#http.post("v1/login", { ...credentials, device: this.#options.device }, { signal });
    const current = await this.#begin({ account, token, via, expiresAt });
    await this.#untilReady(current, current.connect(false), signal, this.#options.connectTimeoutMs);
    return current.session;
  }

  /** @param {Session | null} [session] @returns {Promise<void>} */
  async open(session = this.session) {
    this.#mustBeOpen();
    if (!session) {
      throw new ImError("unauthenticated", "There is no session. Sign in first.");
    }

    await this.#begin(session);
  }

  /**
   * @param {Session | null} [session]
   * @param {CallOptions} [options]
   * @returns {Promise<void>}
   */
  async connect(session = this.session, { signal } = {}) {
    signal?.throwIfAborted();
    await this.open(session);
    const current = this.#mustBeSignedIn();
    await this.#untilReady(current, current.connect(true), signal);
  }

  reconnect() {
    this.#current?.stream?.hurry();
  }

  /** @param {{ everywhere?: boolean } & CallOptions} [options] */
  async signOut({ everywhere = false, signal } = {}) {
    const current = this.#current;
    const session = this.session;
    this.#given = null;
    if (!session) {
      return;
    }

    if (current) {
      current.signingOut = true;
    }

    const options = { token: session.token, signal, timeoutMs: Math.min(signOutTimeoutMs, this.#options.requestTimeoutMs) };
    const told = await this.#http.post("v1/logout", { everywhere }, options).then(() => null, error => error);
    await current?.finish(null, null, true);
    current?.pages.clear();
    // The server does not know the token any more: it is signed out already.
    if (told && told.code !== "unauthenticated") {
      throw told;
    }
  }

  /** @param {string} oldPassword @param {string} newPassword @param {CallOptions} [options] */
  async changePassword(oldPassword, newPassword, { signal } = {}) {
    await this.#http.post("v1/password", { old: oldPassword, new: newPassword }, { token: this.#mustBeSignedIn().session.token, signal });
  }

  /** @param {{ password: string } | { jwt: string }} proof @param {CallOptions} [options] @returns {Promise<Response>} */
  async exportAccount(proof, { signal } = {}) {
    return this.#http.download("v1/account/export", proof, { token: this.#mustBeSignedIn().session.token, signal });
  }

  /** @param {{ password: string } | { jwt: string }} proof @param {CallOptions} [options] */
  async deleteAccount(proof, { signal } = {}) {
    const current = this.#mustBeSignedIn();
    current.signingOut = true;
    try {
      await this.#http.post("v1/account/delete", proof, { token: current.session.token, signal });
    } catch (error) {
      current.signingOut = false;
      throw error;
    }

    this.#given = null;
    await current.finish(null, null, true);
    current.pages.clear();
  }

  async close() {
    if (!this.#closed) {
      this.#closed = true;
      this.#atClose.forEach(undo => undo());
      await this.#current?.close();
      this.#setStatus("signedOut");
      this.#hub.end();
      await this.#options.store.close();
    }
  }

  /**
   * @param {any} type
   * @param {(event: any) => unknown} handler
   * @param {ListenOptions} [options]
   */
  on(type, handler, options) {
    return this.#hub.on(type, handler, options);
  }

  /** @param {ImEventType} type @param {any} [options] @returns {Promise<any>} */
  async once(type, options) {
    return this.#hub.once(type, options);
  }

  /** @param {ListenOptions & { types?: readonly ImEventType[] }} [options] */
  events(options) {
    return this.#hub.iterate(this.#current?.pages.replay() ?? [], this.#options.eventBuffer, options);
  }

  /**
   * @param {string} as @param {string} to @param {string} body
   * @param {SendOptions} [options]
   * @returns {Promise<SentMessage>}
   */
  async send(as, to, body, options = {}) {
    options.signal?.throwIfAborted();
    const entry = this.#queue(as, to, body, options);
    try {
      return await within(entry.end.promise, { signal: options.signal });
    } catch (error) {
      if (options.signal?.aborted) {
        this.#current?.outbox.discard(entry.message.cid, error);
      }

      throw error;
    }
  }

  /** @param {string} as @param {string} to @param {string} body @param {SendOptions} [options] */
  enqueue(as, to, body, options = {}) {
    return this.#queue(as, to, body, options).message;
  }

  /** @param {string} [as] @param {string} [peer] */
  outbox(as, peer) {
    return this.#current?.outbox.list(as?.toLowerCase(), peer?.toLowerCase()) ?? [];
  }

  /** @param {string} cid */
  retry(cid) {
    return this.#mustBeSignedIn().outbox.retry(cid).message;
  }

  /** @param {string} cid */
  discard(cid) {
    return this.#current?.outbox.discard(cid) ?? false;
  }

  /** @param {MessageReceived} message */
  stateOf(message) {
    return message.isOwn ? stateAt(message.seq, this.page(message.account)?.receipts.get(message.peer)) : null;
  }

  /** @param {string} as @param {string} peer @param {readonly ImEvent[]} [older] */
  conversation(as, peer, older = []) {
    const outbox = this.#current?.outbox;
    const other = peer.toLowerCase();
    return linesOf(other, this.page(as), older, this.outbox(as, other), message => outbox?.matchOf(message));
  }

  /** @param {string} as @param {string} mailbox */
  async storedMailContacts(as, mailbox) {
    await this.#current?.loaded;
    return this.#current?.mailContacts.get(`${as.toLowerCase()}/${mailbox.toLowerCase()}`) ?? [];
  }

  /**
   * @param {string} op
   * @param {Record<string, unknown>} [fields]
   * @param {{ timeoutMs?: number, signal?: AbortSignal, resend?: boolean }} [options] `resend` is for what the server does once per cid.
   * @returns {Promise<any>}
   */
  async request(op, fields = {}, { timeoutMs = this.#options.requestTimeoutMs, signal, resend } = {}) {
    return this.#mustBeSignedIn().requests.ask(op, fields, { timeoutMs, signal, resend });
  }

  /** @protected */
  get mailTimeoutMs() {
    return this.#options.mailTimeoutMs;
  }

  /** @protected @param {string} account */
  livePage(account) {
    return this.#current?.pages.find(account);
  }

  /** @protected @param {string} account */
  touch(account) {
    this.#current?.pages.touch(account.toLowerCase());
  }

  /** @protected @param {string | undefined} as @param {{ status: string, note?: string }} presence */
  say(as, presence) {
    this.#current?.stream?.say(as, presence);
  }

  /** @protected @param {string} as @param {string} mailbox @param {any[]} contacts */
  keepMailContacts(as, mailbox, contacts) {
    this.#current?.mailContacts.set(`${as.toLowerCase()}/${mailbox.toLowerCase()}`, contacts);
    this.#current?.copy.saveMailContacts(as.toLowerCase(), mailbox, contacts);
  }

  /** @param {string} as @param {string} to @param {string} body @param {SendOptions} options */
  #queue(as, to, body, options) {
    const current = this.#mustBeSignedIn();
    const account = as.toLowerCase();
    if (current.pages.snapshots.size > 0 && !current.pages.find(account)) {
      throw new ImError("forbidden", `${as} is no account of this session.`);
    }

    return current.outbox.add(account, to.toLowerCase(), body, options);
  }

  /** Takes up a session, unless it is there. @param {Session} session */
  async #begin(session) {
    const before = this.#current;
    if (!before || before.isOver || before.session.token !== session.token) {
      await before?.close();
      this.#given = session;
      const current = this.#current = new SignedIn(this.#options, Object.freeze({ ...session, account: session.account.toLowerCase() }), this.#hub,
        status => this.#current === current && this.#setStatus(status));
      this.#setStatus("local");
    }

    const current = /** @type {SignedIn} */ (this.#current);
    await current.loaded;
    return current;
  }

  /**
   * @param {SignedIn} current @param {Promise<void>} ready
   * @param {AbortSignal | undefined} signal @param {number} [timeoutMs]
   */
  async #untilReady(current, ready, signal, timeoutMs) {
    try {
      await within(ready, {
        signal,
        timeoutMs,
        late: () => new ImError("unavailable", `The stream was not ready within ${Number(timeoutMs) / 1000} s.`),
      });
    } catch (error) {
      if (!current.isOver) {
        // Given up: the session stays, for another try.
        await current.close();
        if (this.#current === current) {
          this.#current = null;
          this.#setStatus("signedOut");
        }
      }

      throw error;
    }
  }

  #mustBeOpen() {
    if (this.#closed) {
      throw new ClosedError();
    }
  }

  #mustBeSignedIn() {
    this.#mustBeOpen();
    if (!this.#current || this.#current.isOver) {
      throw new ImError("unauthenticated", "Not signed in. Sign in first.");
    }

    return this.#current;
  }

  /** @param {ConnectionStatus} status */
  #setStatus(status) {
    if (status !== this.#status) {
      this.#status = status;
      this.#hub.tell({ type: "StatusChanged", account: "", status });
    }
  }

  /** @param {string} type @param {() => void} handler @param {any} [target] */
  #listen(type, handler, target = globalThis) {
    // Node's global object has no such events.
    if (typeof (/** @type {any} */ (globalThis).document) === "object" && target?.addEventListener) {
      target.addEventListener(type, handler);
      this.#atClose.push(() => target.removeEventListener(type, handler));
    }
  }
}
