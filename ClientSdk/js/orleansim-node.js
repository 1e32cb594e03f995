/** What is for Node only. */
export { FileStore } from "./lib/stores/file-store.js";
