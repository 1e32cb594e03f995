/** The requests of a session that wait for an answer. */
import { ImError, errorOf } from "./errors.js";
import { deferred, within } from "./waiting.js";

const maxFrame = 64 * 1024;

/**
 * @typedef {{ frame: string, resend: boolean, written: boolean, end: import("./waiting.js").Deferred<any> }} Waiting
 * @typedef {{ timeoutMs: number, signal?: AbortSignal, resend?: boolean }} AskOptions
 */

export class RequestTable {
  #next = 1;
  /** @type {Map<number, Waiting>} */
  #waiting = new Map();
  /** @type {((frame: string) => void) | null} */
  #write = null;
  #live = false;

  nextId() {
    return this.#next++;
  }

  /**
   * Asks and waits for the answer. Without a connection it fails at once, unless it is to be sent again under the next one.
   * @param {string} op
   * @param {Record<string, unknown>} fields
   * @param {AskOptions} options `resend`: outlives its connection; only for what is done once, however often it is asked.
   */
  async ask(op, fields, { timeoutMs, signal, resend = false }) {
    signal?.throwIfAborted();
    if (!this.#write && !resend) {
      throw new ImError("unavailable", "There is no connection at the moment. Try again when there is.");
    }

    const id = this.nextId();
    /** @type {Waiting} */
    const waiting = { frame: frameOf(id, op, fields), resend, written: false, end: deferred() };
    this.#waiting.set(id, waiting);
    if (this.#write && (this.#live || !resend)) {
      this.#send(waiting);
    }

    try {
      return await within(waiting.end.promise, {
        signal,
        timeoutMs,
        late: () => new ImError("unavailable", `No answer to ${op} within ${timeoutMs / 1000} s; it may or may not have been done.`),
      });
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** hello was accepted. @param {(frame: string) => void} write */
  goOnline(write) {
    this.#write = write;
  }

  /** All pages are there: what waited goes out. */
  goLive() {
    this.#live = true;
    for (const waiting of this.#waiting.values()) {
      if (!waiting.written) {
        this.#send(waiting);
      }
    }
  }

  /** The connection is gone, and with it what cannot be asked again. @param {ImError} error */
  goOffline(error) {
    this.#write = null;
    this.#live = false;
    for (const waiting of this.#waiting.values()) {
      if (waiting.resend) {
        waiting.written = false;
      } else {
        waiting.end.reject(new ImError("unavailable", "The connection broke before the answer: " + error.message, { cause: error }));
      }
    }
  }

  /** The session is over. @param {ImError} error */
  close(error) {
    this.#write = null;
    this.#live = false;
    for (const waiting of this.#waiting.values()) {
      waiting.end.reject(error);
    }
  }

  /** @param {any} answer */
  complete(answer) {
    const end = this.#waiting.get(answer.re)?.end;
    if (answer.err) {
      end?.reject(errorOf(answer.err));
    } else {
      end?.resolve(answer.ok ?? {});
    }
  }

  /** @param {Waiting} waiting */
  #send(waiting) {
    waiting.written = true;
    this.#write?.(waiting.frame);
  }
}

/** @param {number} id @param {string} op @param {Record<string, unknown>} fields */
export function frameOf(id, op, fields) {
  const frame = JSON.stringify({ id, op, ...fields });
  // A character of JavaScript is at most three bytes of UTF-8.
  if (frame.length * 3 > maxFrame) {
    const bytes = new TextEncoder().encode(frame).length;
    if (bytes > maxFrame) {
      throw new ImError("too_large", `The request is ${bytes} bytes; the server takes ${maxFrame}.`);
    }
  }

  return frame;
}
