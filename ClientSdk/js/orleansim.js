/** The OrleansIM client. Its types and what it promises are in orleansim.d.ts. */
export { ImClient } from "./lib/client.js";
export { CloseCodes, ErrorCodes, ImError } from "./lib/errors.js";
export { IndexedDbStore } from "./lib/stores/indexeddb-store.js";
export { MemoryStore } from "./lib/stores/memory-store.js";
