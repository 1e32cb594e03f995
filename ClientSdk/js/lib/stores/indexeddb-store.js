/** @import { Store, StoredRecord } from "../../orleansim.js" */
import { isOlder } from "./memory-store.js";

const table = "records";

/**
 * One table, its key is scope and key. A write is one transaction, also between tabs.
 * @implements {Store}
 */
export class IndexedDbStore {
  /** @type {Promise<IDBDatabase> | null} */
  #opening = null;

  /** @param {string} [name] */
  constructor(name = "orleansim") {
    this.name = name;
  }

  /** @param {string} scope @returns {Promise<StoredRecord[]>} */
  async read(scope) {
    const transaction = (await this.#open()).transaction(table);
    const rows = await answer(transaction.objectStore(table).getAll(rangeOf(scope)));
    return rows.map((/** @type {any} */ { key, value, rank }) => rank === undefined ? { key, value } : { key, value, rank });
  }

  /** @param {string} scope @param {readonly StoredRecord[]} records */
  async write(scope, records) {
    const transaction = (await this.#open()).transaction(table, "readwrite");
    const rows = transaction.objectStore(table);
    for (const record of records) {
      if (record.value === undefined) {
        rows.delete([scope, record.key]);
      } else if (record.rank === undefined) {
        rows.put({ scope, ...record });
      } else {
        const asked = rows.get([scope, record.key]);
        asked.onsuccess = () => isOlder(record, asked.result) || rows.put({ scope, ...record });
      }
    }

    await finished(transaction);
  }

  /** @param {string} scope */
  async clear(scope) {
    const transaction = (await this.#open()).transaction(table, "readwrite");
    transaction.objectStore(table).delete(rangeOf(scope));
    await finished(transaction);
  }

  async close() {
    const opening = this.#opening;
    this.#opening = null;
    (await opening?.catch(() => null))?.close();
  }

  #open() {
    return this.#opening ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(this.name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(table, { keyPath: ["scope", "key"] });
      request.onsuccess = () => {
        // Another version of the app, in another tab, may want to change the database.
        request.result.onversionchange = () => void this.close();
        // The browser took it away; the next use opens it again.
        request.result.onclose = () => { this.#opening = null; };
        resolve(request.result);
      };
      request.onerror = request.onblocked = () => {
        this.#opening = null;
        reject(request.error ?? new Error("The local database is in use by another version of this app."));
      };
    });
  }
}

/** Arrays sort after every text. @param {string} scope */
function rangeOf(scope) {
  return IDBKeyRange.bound([scope, ""], [scope, []]);
}

/** @param {IDBRequest} request @returns {Promise<any>} */
function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** @param {IDBTransaction} transaction @returns {Promise<void>} */
function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}
