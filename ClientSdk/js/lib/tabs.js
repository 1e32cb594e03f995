/**
 * Several clients of one account on one device: tabs of a browser. Who holds its lock is alive, and sends what it has
 * queued itself; what a client that is gone has left is taken up by another. Without locks everybody takes up everything,
 * which costs requests but sends nothing twice: the server knows the cids.
 */
const prefix = "orleansim/";

export class Tabs {
  /** @type {any} */
  #locks = /** @type {any} */ (globalThis.navigator)?.locks;
  #channel;
  #letGo = () => {};

  /**
   * @param {string} scope
   * @param {string} token Of the session. Clients of one account may have sessions of their own.
   * @param {{ signedOut: () => void, cleared: () => void }} told Another client has signed this session out; has cleared the store.
   */
  constructor(scope, token, { signedOut, cleared }) {
    this.owner = randomId();
    this.session = fingerprint(token);
    if (this.#locks) {
      const held = new Promise(resolve => { this.#letGo = () => resolve(undefined); });
      this.#locks.request(prefix + this.owner, () => held).catch(() => {});
    }

    if (this.#locks && typeof BroadcastChannel === "function") {
      this.#channel = new BroadcastChannel(prefix + scope);
      this.#channel.onmessage = ({ data }) => data === "cleared" ? cleared() : data === this.session && signedOut();
      /** @type {any} */ (this.#channel).unref?.();
    }
  }

  /** The owners that live, or null where nobody can tell. @returns {Promise<Set<string> | null>} */
  async living() {
    if (!this.#locks) {
      return null;
    }

    const { held = [], pending = [] } = await this.#locks.query();
    return new Set([...held, ...pending].map((/** @type {any} */ lock) => String(lock.name).slice(prefix.length)));
  }

  tellSignedOut() {
    this.#channel?.postMessage(this.session);
  }

  tellCleared() {
    this.#channel?.postMessage("cleared");
  }

  close() {
    this.#letGo();
    this.#channel?.close();
  }
}

/** What is the same for the same token, and is no secret (FNV-1a). @param {string} token */
function fingerprint(token) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < token.length; i++) {
    hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193);
  }

  return `session ${hash >>> 0}`;
}

/** An id that nobody else has. Works on pages without TLS too, where crypto.randomUUID is missing. */
export function randomId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
}
