/** @import { Store, StoredRecord } from "../../orleansim.js" */

/** @implements {Store} */
export class MemoryStore {
  /** @type {Map<string, Map<string, StoredRecord>>} */
  #scopes = new Map();

  /** @param {string} scope */
  async read(scope) {
    return structuredClone([...this.#scopes.get(scope)?.values() ?? []]);
  }

  /** @param {string} scope @param {readonly StoredRecord[]} records */
  async write(scope, records) {
    const kept = this.#scopes.get(scope) ?? new Map();
    this.#scopes.set(scope, kept);
    for (const record of records) {
      if (record.value === undefined) {
        kept.delete(record.key);
      } else if (!isOlder(record, kept.get(record.key))) {
        kept.set(record.key, structuredClone(record));
      }
    }
  }

  /** @param {string} scope */
  async clear(scope) {
    this.#scopes.delete(scope);
  }

  async close() {}
}

/** Whether a record must not replace the one that is there. @param {StoredRecord} record @param {StoredRecord | undefined} there */
export function isOlder(record, there) {
  return record.rank !== undefined && there?.rank !== undefined && record.rank < there.rank;
}
