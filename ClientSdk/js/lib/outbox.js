/**
 * What is to be sent. Each message goes out under its cid until the server has answered; to one peer one after the
 * other, so that they arrive in the order they were written, whatever has to be tried again.
 */
/** @import { MessageReceived, MessageState, OutgoingMessage, PeerReceipts, SendOptions, SentMessage } from "../orleansim.js" */
import { ImError } from "./errors.js";
import { isGroup, without } from "./event-reader.js";
import { growing } from "./reconnect-rules.js";
import { frameOf } from "./requests.js";
import { randomId } from "./tabs.js";
import { deferred } from "./waiting.js";

const mostSentKept = 500;
const mostServerFaults = 5;

/**
 * @typedef {OutgoingMessage & { order: number, owner: string }} Kept As it is in the store.
 * @typedef {{ message: Kept, end: import("./waiting.js").Deferred<SentMessage>, inFlight: boolean, attempts: number, faults: number, after: number }} Entry
 *   `after`: the cursor of the page when it was sent off.
 */

export class Outbox {
  /** @type {Map<string, Entry>} */
  #entries = new Map();
  /** @type {Set<string>} */
  #lanes = new Set();
  #order = 0;
  #online = false;
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();

  /**
   * @param {import("./options.js").Options} options
   * @param {{
   *   ask: (fields: Record<string, unknown>) => Promise<any>,
   *   page: (as: string) => import("./page-state.js").PageState | undefined,
   *   tell: (event: any) => void,
   * }} session
   * @param {import("./local-copy.js").LocalCopy} copy
   * @param {string} owner
   */
  constructor(options, session, copy, owner) {
    this.options = options;
    this.session = session;
    this.copy = copy;
    this.owner = owner;
  }

  /** @param {string} as @param {string} to @param {string} body @param {SendOptions} options @returns {Entry} */
  add(as, to, body, { cid = randomId(), kind = "text", mentions = [] }) {
    const known = this.#entries.get(cid);
    if (known) {
      return known.message.state === "failed" ? this.retry(cid) : known;
    }

    if ([...this.#entries.values()].filter(isWaiting).length >= this.options.outboxLimit) {
      throw new ImError("limit_reached", `${this.options.outboxLimit} messages wait to be sent already.`);
    }

    // Throws when it is too large, now rather than later. The number is the longest there can be.
    frameOf(Number.MAX_SAFE_INTEGER, "send", { as, to, body, cid, kind, mentions });
    this.#order = Math.max(this.#order + 1, Date.now() * 1000);
    return this.#take({
      cid, as, to, body, kind, mentions: [...mentions], queuedAt: new Date().toISOString(), state: "queued", order: this.#order, owner: this.owner,
    });
  }

  /** Takes up what an earlier client left. @param {readonly Kept[]} left @param {Set<string> | null} living */
  adopt(left, living) {
    for (const message of left) {
      if (!this.#entries.has(message.cid) && (message.owner === this.owner || !living?.has(message.owner))) {
        this.#order = Math.max(this.#order, message.order);
        this.#take({ ...message, owner: this.owner });
      }
    }
  }

  /** @param {string} [as] @param {string} [peer] */
  list(as, peer) {
    return [...this.#entries.values()].map(entry => entry.message)
      .filter(message => (!as || message.as === as) && (!peer || message.to === peer))
      .sort((one, other) => one.order - other.order);
  }

  /** @param {string} cid */
  find(cid) {
    return this.#entries.get(cid);
  }

  /** @param {string} cid */
  retry(cid) {
    const entry = this.#entries.get(cid);
    if (!entry || entry.message.state !== "failed") {
      throw new ImError("invalid_argument", "There is no failed message of that cid.");
    }

    entry.end = deferred();
    entry.attempts = entry.faults = 0;
    this.#order = Math.max(this.#order + 1, Date.now() * 1000);
    this.#set(entry, { state: "queued", error: undefined, order: this.#order });
    this.copy.saveOutgoing(entry.message);
    this.#start(laneOf(entry.message));
    return entry;
  }

  /** @param {string} cid @param {unknown} [reason] */
  discard(cid, reason = new ImError("unavailable", "The message was taken back.")) {
    const entry = this.#entries.get(cid);
    if (!entry || entry.inFlight || (entry.message.state !== "queued" && entry.message.state !== "failed")) {
      return false;
    }

    this.#remove(entry);
    entry.end.reject(reason);
    return true;
  }

  /** All pages are live. */
  goOnline() {
    this.#online = true;
    for (const { message } of [...this.#entries.values()].filter(isWaiting)) {
      this.#start(laneOf(message));
    }
  }

  goOffline() {
    this.#online = false;
    this.#entries.forEach(entry => { entry.attempts = 0; });
    this.#timers.forEach(timer => clearTimeout(timer));
    this.#timers.clear();
  }

  /** What the peers have now. @param {string} as @param {ReadonlyMap<string, PeerReceipts>} receipts */
  applyReceipts(as, receipts) {
    for (const entry of this.#entries.values()) {
      const { message } = entry;
      if (message.as === as && message.seq !== undefined) {
        const state = stateAt(message.seq, receipts.get(message.to));
        if (state !== message.state) {
          this.#set(entry, { state });
        }
      }
    }
  }

  /**
   * The message of the outbox that one of the log is. In a group the log has no cids: there it is known by its id, and
   * while its answer is on the way, as the only one to that peer that can have come back.
   * @param {MessageReceived} message
   */
  matchOf(message) {
    if (message.cid) {
      return this.#entries.get(message.cid)?.message;
    }

    for (const { message: sent, inFlight, after } of this.#entries.values()) {
      if (sent.as === message.account && sent.to === message.to && (sent.id !== undefined ? sent.id === message.id
        : inFlight && message.seq > after && sent.body === message.body)) {
        return sent;
      }
    }

    return undefined;
  }

  /** The page is gone: nobody may speak for it any more. @param {string} as */
  dropAccount(as) {
    for (const entry of [...this.#entries.values()].filter(entry => entry.message.as === as)) {
      this.#remove(entry);
      entry.end.reject(new ImError("forbidden", `${as} has left the session.`));
    }
  }

  /** @param {ImError} reason Of those who wait for an answer. What is in the store stays there. */
  close(reason) {
    this.goOffline();
    this.#entries.forEach(entry => entry.end.reject(reason));
  }

  /** The store has lost what it had. */
  saveAll() {
    for (const { message } of this.#entries.values()) {
      if (message.state === "queued" || message.state === "failed") {
        this.copy.saveOutgoing(message);
      }
    }
  }

  /** Signed out: nothing of it stays. */
  forget() {
    this.#entries.clear();
  }

  /** @param {Kept} message */
  #take(message) {
    /** @type {Entry} */
    const entry = { message: Object.freeze(message), end: deferred(), inFlight: false, attempts: 0, faults: 0, after: 0 };
    this.#entries.set(message.cid, entry);
    this.copy.saveOutgoing(message);
    this.#tell(message, false);
    if (message.state === "queued") {
      this.#start(laneOf(message));
    }

    return entry;
  }

  /** @param {string} lane */
  #start(lane) {
    if (this.#online && !this.#lanes.has(lane) && !this.#timers.has(lane)) {
      this.#lanes.add(lane);
      void this.#run(lane);
    }
  }

  /** @param {string} lane */
  async #run(lane) {
    let wait = null;
    for (let next = this.#next(lane); next && wait === null; next = this.#next(lane)) {
      wait = await this.#sendOff(next);
    }

    this.#lanes.delete(lane);
    if (wait !== null) {
      this.#timers.set(lane, setTimeout(() => {
        this.#timers.delete(lane);
        this.#start(lane);
      }, wait));
    }
  }

  /** @param {string} lane */
  #next(lane) {
    /** @type {Entry | undefined} */
    let first;
    for (const entry of this.#online ? this.#entries.values() : []) {
      if (isWaiting(entry) && laneOf(entry.message) === lane && (!first || entry.message.order < first.message.order)) {
        first = entry;
      }
    }

    return first;
  }

  /** The pause before the lane goes on; null for none. @param {Entry} entry @returns {Promise<number | null>} */
  async #sendOff(entry) {
    const { as, to, body, cid, kind, mentions } = entry.message;
    entry.inFlight = true;
    entry.after = this.session.page(as)?.cursor ?? 0;
    try {
      const ok = await this.session.ask({ as, to, body, cid, kind, ...(mentions.length > 0 && { mentions }) });
      this.#sent(entry, { id: ok.id, seq: ok.seq, sentAt: ok.sentAt, cid });
      return null;
    } catch (error) {
      return this.#refused(entry, error instanceof ImError ? error : new ImError("internal", String(error), { cause: error }));
    } finally {
      entry.inFlight = false;
    }
  }

  /** @param {Entry} entry @param {SentMessage} answer */
  #sent(entry, answer) {
    const { as, to } = entry.message;
    this.#set(entry, { ...answer, state: stateAt(answer.seq, this.session.page(as)?.snapshot().receipts.get(to)) });
    this.copy.dropOutgoing(entry.message);
    entry.end.resolve(answer);
    const sent = [...this.#entries.values()].filter(({ message }) => message.seq !== undefined);
    sent.slice(0, Math.max(sent.length - mostSentKept, 0)).forEach(({ message }) => this.#entries.delete(message.cid));
  }

  /** @param {Entry} entry @param {ImError} error */
  #refused(entry, error) {
    if (!this.#online) {
      // No answer, but the end of the connection: it goes out again with the next one.
      return null;
    }

    entry.faults += error.code === "internal" ? 1 : 0;
    if (error.canRetry && entry.faults < mostServerFaults) {
      return Math.max(growing(entry.attempts++, this.options.reconnect, this.options.random()), error.retryAfterMs ?? 0);
    }

    this.#set(entry, { state: "failed", error: { code: error.code, message: error.message } });
    this.copy.saveOutgoing(entry.message);
    entry.end.reject(error);
    return null;
  }

  /** @param {Entry} entry @param {Partial<Kept>} change */
  #set(entry, change) {
    entry.message = Object.freeze(without({ ...entry.message, ...change }));
    this.#tell(entry.message, false);
  }

  /** @param {Entry} entry */
  #remove(entry) {
    this.#entries.delete(entry.message.cid);
    this.copy.dropOutgoing(entry.message);
    this.#tell(entry.message, true);
  }

  /** @param {OutgoingMessage} message @param {boolean} removed */
  #tell(message, removed) {
    this.session.tell({ type: "OutgoingChanged", account: message.as, message, removed });
  }
}

/** @param {number} seq @param {PeerReceipts | undefined} receipts @returns {MessageState} */
export function stateAt(seq, receipts) {
  return seq <= (receipts?.read ?? 0) ? "read" : seq <= (receipts?.delivered ?? 0) ? "delivered" : "sent";
}

/** @param {Entry} entry */
function isWaiting(entry) {
  return entry.message.state === "queued";
}

/** @param {OutgoingMessage} message */
function laneOf({ as, to }) {
  return `${as}\n${isGroup(to) ? to : to.toLowerCase()}`;
}
