/** What is for Node only. */
import type { Store, StoredRecord } from "./orleansim.js";

/** A folder of JSON files, readable by the user who runs the program only. Programs may share it. */
export class FileStore implements Store {
  /** @param folder Made when it is not there. */
  constructor(folder: string | URL);
  read(scope: string): Promise<StoredRecord[]>;
  write(scope: string, records: readonly StoredRecord[]): Promise<void>;
  clear(scope: string): Promise<void>;
  close(): Promise<void>;
}
