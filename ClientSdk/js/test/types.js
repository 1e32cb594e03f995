// Not a test that runs: the compiler checks here that the code is what orleansim.d.ts says it is.
import { ImClient } from "../lib/client.js";
import { CloseCodes, ErrorCodes, ImError } from "../lib/errors.js";
import { FileStore } from "../lib/stores/file-store.js";
import { IndexedDbStore } from "../lib/stores/indexeddb-store.js";
import { MemoryStore } from "../lib/stores/memory-store.js";

/** @type {typeof import("../orleansim.js")} */
export const api = { ImClient, CloseCodes, ErrorCodes, ImError, IndexedDbStore, MemoryStore };
/** @type {typeof import("../orleansim-node.js")} */
export const node = { FileStore };
