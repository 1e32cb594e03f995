/** Waiting for something, or until a signal or a time ends it. */
import { ImError } from "./errors.js";

/**
 * @template T
 * @typedef {{ promise: Promise<T>, resolve: (value: T) => void, reject: (error: unknown) => void }} Deferred
 */

/**
 * A promise with its ends. Nobody has to look at a failure.
 * @template T
 * @returns {Deferred<T>}
 */
export function deferred() {
  /** @type {any} */
  const ends = {};
  ends.promise = new Promise((resolve, reject) => Object.assign(ends, { resolve, reject }));
  ends.promise.catch(() => {});
  return ends;
}

/**
 * The end of a promise, unless the signal or the time comes first.
 * @template T
 * @param {Promise<T>} promise
 * @param {{ signal?: AbortSignal, timeoutMs?: number, late?: () => ImError }} limits
 * @returns {Promise<T>}
 */
export function within(promise, { signal, timeoutMs, late }) {
  signal?.throwIfAborted();
  if (!signal && timeoutMs === undefined) {
    return promise;
  }

  return new Promise((resolve, reject) => {
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => end(() => reject(late?.())), timeoutMs);
    const aborted = () => end(() => reject(signal?.reason));
    /** @param {() => void} how */
    function end(how) {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
      how();
    }

    signal?.addEventListener("abort", aborted, { once: true });
    promise.then(value => end(() => resolve(value)), error => end(() => reject(error)));
  });
}

/** A pause that can be cut short. */
export class Pause {
  /** @type {(() => void) | null} */
  #wake = null;

  /** @param {number} ms @returns {Promise<void>} */
  wait(ms) {
    return new Promise(resolve => {
      const timer = setTimeout(() => this.wake(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  wake() {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
