/** @import { Store, StoredRecord } from "../../orleansim.js" */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isOlder } from "./memory-store.js";

/**
 * A folder per scope, a file per record, each replaced as a whole: what is cut off in the middle leaves the one before.
 * @implements {Store}
 */
export class FileStore {
  /** @param {string | URL} folder */
  constructor(folder) {
    this.folder = folder instanceof URL ? fileURLToPath(folder) : folder;
  }

  /** @param {string} scope @returns {Promise<StoredRecord[]>} */
  async read(scope) {
    const folder = this.#folderOf(scope);
    const names = await readdir(folder).catch(() => []);
    const records = await Promise.all(names.filter(name => name.endsWith(".json")).map(name => readRecord(join(folder, name))));
    return records.flatMap(record => record ? [record] : []);
  }

  /** @param {string} scope @param {readonly StoredRecord[]} records */
  async write(scope, records) {
    const folder = this.#folderOf(scope);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const record of records) {
      const file = join(folder, hash(record.key) + ".json");
      if (record.value === undefined) {
        await rm(file, { force: true });
      } else if (record.rank === undefined || !isOlder(record, await readRecord(file))) {
        const part = join(folder, randomUUID() + ".part");
        await writeFile(part, JSON.stringify(record), { mode: 0o600 });
        await rename(part, file);
      }
    }
  }

  /** @param {string} scope */
  async clear(scope) {
    await rm(this.#folderOf(scope), { recursive: true, force: true });
  }

  async close() {}

  /** @param {string} scope */
  #folderOf(scope) {
    return join(this.folder, hash(scope));
  }
}

/** @param {string} text */
function hash(text) {
  return createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** A record, if there is one that can be read. @param {string} file @returns {Promise<StoredRecord | undefined>} */
async function readRecord(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}
