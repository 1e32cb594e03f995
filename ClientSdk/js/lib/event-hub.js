/** Those who listen. Events are told one after the other, also those that a handler causes. */
/** @import { ImEvent, ImEventType, ListenOptions } from "../orleansim.js" */
import { ClosedError, ImError } from "./errors.js";

/** @type {Record<ImEventType, true>} */
const types = {
  PageOpened: true, PageChanged: true, PageGone: true, Ready: true, Reconnecting: true, Reconnected: true, SignedOut: true,
  StatusChanged: true, GapDetected: true, MessageReceived: true, ReceiptReceived: true, ContactChanged: true, ProfileChanged: true,
  SettingsChanged: true, CustomChanged: true, LinksChanged: true, GroupChanged: true, PresenceChanged: true, TypingChanged: true,
  MailChanged: true, ChannelChanged: true, OutgoingChanged: true, UnknownEvent: true,
};

/** @typedef {{ wants: (event: ImEvent) => boolean, tell: (event: ImEvent) => unknown }} Listener */

export class EventHub {
  /** @type {Set<Listener>} */
  #listeners = new Set();
  /** @type {Set<() => void>} */
  #atEnd = new Set();
  /** @type {ImEvent[]} */
  #queue = [];
  #telling = false;
  #ended = false;

  /** @param {(error: unknown) => void} onError */
  constructor(onError) {
    this.onError = onError;
  }

  /** @param {any} event */
  tell(event) {
    this.#queue.push(event);
    if (this.#telling) {
      return;
    }

    this.#telling = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        for (const listener of [...this.#listeners]) {
          if (this.#listeners.has(listener) && listener.wants(next)) {
            this.#hand(next, listener);
          }
        }
      }
    } finally {
      this.#telling = false;
    }
  }

  /**
   * @param {string} type
   * @param {(event: any) => unknown} handler
   * @param {ListenOptions} [options]
   */
  on(type, handler, { account, signal } = {}) {
    if (typeof handler !== "function") {
      throw new ImError("invalid_argument", "The handler must be a function.");
    }

    if (type !== "*") {
      mustBeTypes([type]);
    }

    const page = account?.toLowerCase();
    /** @type {Listener} */
    const listener = {
      wants: event => (type === "*" || event.type === type) && (page === undefined || event.account === page),
      tell: handler,
    };
    return this.#add(listener, signal);
  }

  /**
   * @param {ImEventType} type
   * @param {ListenOptions & { where?: (event: any) => boolean }} [options]
   * @returns {Promise<any>}
   */
  once(type, { where = () => true, signal, ...options } = {}) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.#ended) {
        throw new ClosedError();
      }

      const end = () => done(() => reject(new ClosedError()));
      const aborted = () => done(() => reject(signal?.reason));
      const off = this.on(type, event => where(event) && done(() => resolve(event)), options);
      this.#atEnd.add(end);
      signal?.addEventListener("abort", aborted, { once: true });
      /** @type {(how: () => void) => void} */
      const done = how => {
        off();
        this.#atEnd.delete(end);
        signal?.removeEventListener("abort", aborted);
        how();
      };
    });
  }

  /**
   * Begins to listen at once, so that nothing between this and the first step is missed.
   * @param {ImEvent[]} first
   * @param {number} limit
   * @param {ListenOptions & { types?: readonly string[] }} [options]
   * @returns {AsyncIterableIterator<ImEvent>}
   */
  iterate(first, limit, { types: wanted, account, signal } = {}) {
    mustBeTypes(wanted ?? []);
    const page = account?.toLowerCase();
    const wants = (/** @type {ImEvent} */ event) =>
      (!wanted || wanted.includes(event.type)) && (page === undefined || event.account === page);
    const buffer = first.filter(wants);
    let over = this.#ended;
    /** @type {unknown} */
    let failure = null;
    let wake = () => {};
    const end = (/** @type {unknown} */ why) => {
      if (!over) {
        over = true;
        failure = why;
        off();
        this.#atEnd.delete(ended);
        signal?.removeEventListener("abort", aborted);
      }

      wake();
    };
    const ended = () => end(null);
    const aborted = () => end(signal?.reason);
    const off = this.#add({
      wants,
      tell: event => {
        if (buffer.length >= limit) {
          end(new ImError("limit_reached", `More than ${limit} events wait for this reader. Read client.pages and iterate anew.`));
        } else {
          buffer.push(event);
          wake();
        }
      },
    });
    this.#atEnd.add(ended);
    if (signal?.aborted) {
      aborted();
    }

    signal?.addEventListener("abort", aborted, { once: true });
    return {
      [Symbol.asyncIterator]() {
        return this;
      },
      async next() {
        while (buffer.length === 0 && !over) {
          await new Promise(resolve => { wake = () => resolve(undefined); });
        }

        const value = buffer.shift();
        if (value) {
          return { done: false, value };
        }

        if (failure) {
          const error = failure;
          failure = null;
          throw error;
        }

        return { done: true, value: undefined };
      },
      async return() {
        buffer.length = 0;
        end(null);
        failure = null;
        return { done: true, value: undefined };
      },
    };
  }

  /** No more events, ever: those who wait for one are let go. */
  end() {
    this.#ended = true;
    [...this.#atEnd].forEach(end => end());
    this.#listeners.clear();
  }

  /** @param {Listener} listener @param {AbortSignal} [signal] */
  #add(listener, signal) {
    const off = () => {
      this.#listeners.delete(listener);
      signal?.removeEventListener("abort", off);
    };
    if (!this.#ended && !signal?.aborted) {
      this.#listeners.add(listener);
      signal?.addEventListener("abort", off, { once: true });
    }

    return off;
  }

  /** @param {ImEvent} event @param {Listener} listener */
  #hand(event, listener) {
    try {
      const result = /** @type {any} */ (listener.tell(event));
      if (typeof result?.catch === "function") {
        result.catch(this.onError);
      }
    } catch (thrown) {
      this.onError(thrown);
    }
  }
}

/** A handler of a type that is none would wait for ever, in silence. @param {readonly unknown[]} given */
function mustBeTypes(given) {
  const none = given.filter(type => !Object.hasOwn(types, String(type)));
  if (none.length > 0) {
    throw new ImError("invalid_argument", `There is no event ${none.join(", ")}. There are: ${Object.keys(types).join(", ")}.`);
  }
}
