/** What a session keeps on this device: its pages, what waits to be sent, mail contacts. */
/** @import { MailParty, Store, StoredRecord } from "../orleansim.js" */
/** @import { PageState } from "./page-state.js" */

const saveAfterMs = 300;
const mostMailContacts = 500;

export class LocalCopy {
  /** @type {Promise<void>} */
  #writing = Promise.resolve();
  /** @type {Map<string, { page: PageState, reloaded: boolean }>} */
  #dirty = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #closed = false;
  #failed = false;

  /** @param {Store} store @param {string} scope @param {(error: unknown) => void} onError */
  constructor(store, scope, onError) {
    this.store = store;
    this.scope = scope;
    this.onError = onError;
  }

  /** Everything, by kind. A store that cannot be read is an empty one. */
  async load() {
    /** @type {{ pages: Map<string, any>, outgoing: any[], mailContacts: Map<string, MailParty[]> }} */
    const found = { pages: new Map(), outgoing: [], mailContacts: new Map() };
    for (const { key, value } of await this.store.read(this.scope).catch(error => (this.#fail(error), []))) {
      const [account = "", kind, ...rest] = key.split("/");
      if (kind === "page") {
        found.pages.set(account, value);
      } else if (kind === "out") {
        found.outgoing.push(value);
      } else if (kind === "mail") {
        found.mailContacts.set(`${account}/${rest.join("/")}`, value);
      }
    }

    found.outgoing.sort((one, other) => one.order - other.order);
    return found;
  }

  /** A page changed; it is written in a moment. @param {PageState} page @param {boolean} reloaded */
  savePage(page, reloaded) {
    if (this.#closed) {
      return;
    }

    this.#dirty.set(page.account, { page, reloaded: reloaded || !!this.#dirty.get(page.account)?.reloaded });
    this.#timer ??= setTimeout(() => void this.flush(), saveAfterMs);
  }

  /** The account has left: nothing of it stays. @param {string} account */
  async dropAccount(account) {
    this.#dirty.delete(account);
    await this.#later(async () => {
      const records = await this.store.read(this.scope);
      const gone = records.filter(record => record.key.startsWith(account + "/"));
      await this.store.write(this.scope, gone.map(({ key }) => ({ key, value: undefined })));
    });
  }

  /** @param {{ as: string, cid: string }} message */
  saveOutgoing(message) {
    this.#write([{ key: outKey(message), value: message }]);
  }

  /** @param {{ as: string, cid: string }} message */
  dropOutgoing(message) {
    this.#write([{ key: outKey(message), value: undefined }]);
  }

  /** @param {string} account @param {string} mailbox @param {readonly MailParty[]} contacts */
  saveMailContacts(account, mailbox, contacts) {
    this.#write([{ key: `${account}/mail/${mailbox.toLowerCase()}`, value: contacts.slice(0, mostMailContacts) }]);
  }

  /** Writes what waits, and returns when it is written. */
  async flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const dirty = [...this.#dirty.values()];
    this.#dirty.clear();
    for (const { page, reloaded } of dirty) {
      const key = `${page.account}/page`;
      const record = { key, value: page.record(), rank: page.cursor };
      // A page that begins anew may be behind what is there.
      this.#write(reloaded ? [{ key, value: undefined }, record] : [record]);
    }

    await this.#writing;
  }

  /** Nothing more is written; what is there stays. */
  async close() {
    await this.flush();
    this.#closed = true;
  }

  /** Nothing of it stays. */
  async clear() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#dirty.clear();
    this.#writing = this.#writing.then(() => this.store.clear(this.scope)).catch(error => this.#fail(error));
    await this.#writing;
  }

  /** @param {StoredRecord[]} records */
  #write(records) {
    // As it is now: what is written later must not be what somebody changed meanwhile.
    const copy = structuredClone(records);
    void this.#later(() => this.store.write(this.scope, copy));
  }

  /** @param {() => Promise<void>} what */
  #later(what) {
    if (!this.#closed) {
      this.#writing = this.#writing.then(what).catch(error => this.#fail(error));
    }

    return this.#writing;
  }

  /** Told once: the client works without a store, too. @param {unknown} error */
  #fail(error) {
    if (!this.#failed) {
      this.#failed = true;
      this.onError(error);
    }
  }
}

/** @param {{ as: string, cid: string }} message */
function outKey({ as, cid }) {
  return `${as}/out/${cid}`;
}
