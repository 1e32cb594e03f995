/** The pages of the session. A page is changed before its event is told. */
/** @import { ImEvent, Page } from "../orleansim.js" */
import { ImError } from "./errors.js";
import { eventOf } from "./event-reader.js";
import { PageState } from "./page-state.js";

export class PageBook {
  /** @type {Map<string, PageState>} */
  #pages = new Map();
  /** @type {Set<string>} */
  #shown = new Set();
  /** @type {Set<string>} */
  #changed = new Set();
  /** @type {Map<string, number>} */
  #gaps = new Map();
  /** @type {Set<string>} */
  #reload = new Set();
  /** @type {ReadonlyMap<string, Page> | null} */
  #snapshots = null;
  #ready = false;

  /**
   * @param {{ recentPerPage: number }} options
   * @param {import("./event-hub.js").EventHub} hub
   * @param {{ changed: (page: PageState, reloaded: boolean) => void, gone: (account: string) => void }} told Of what the store has to know.
   */
  constructor(options, hub, told) {
    this.options = options;
    this.hub = hub;
    this.told = told;
  }

  get isReady() {
    return this.#ready;
  }

  /** @returns {ReadonlyMap<string, Page>} */
  get snapshots() {
    return this.#snapshots ??= new Map([...this.#pages].map(([account, page]) => [account, page.snapshot()]));
  }

  /** @param {string} account */
  find(account) {
    return this.#pages.get(account.toLowerCase());
  }

  /** Forgets the pages of an earlier sign-in. */
  clear() {
    this.#pages.clear();
    this.#gaps.clear();
    this.#reload.clear();
    this.#changed.clear();
    this.#snapshots = null;
    this.#ready = false;
  }

  /** Takes a page of the local store. @param {string} account @param {any} record */
  restore(account, record) {
    const page = new PageState(account, record, { via: record.via ?? "", recentLimit: this.options.recentPerPage, isLocal: true });
    this.#pages.set(account, page);
    this.#snapshots = null;
    this.hub.tell({ type: "PageOpened", account, page: page.snapshot(), reloaded: false });
  }

  /** A connection begins: what to resume, where each page is. @returns {Record<string, number>} */
  beginConnection() {
    this.#shown.clear();
    return Object.fromEntries([...this.#pages].filter(([account]) => !this.#reload.has(account)).map(([account, page]) => [account, page.cursor]));
  }

  /** A `page` came. @param {string} account @param {any} data @param {string} via */
  open(account, data, via) {
    this.#shown.add(account);
    this.#reload.delete(account);
    const known = this.#pages.get(account);
    if (known && data.resumed) {
      const missed = known.resume(data, via);
      this.touch(account);
      missed.forEach(event => this.hub.tell(event));
      return;
    }

    const page = new PageState(account, data, { via, recentLimit: this.options.recentPerPage });
    this.#pages.set(account, page);
    this.#snapshots = null;
    this.told.changed(page, !!known);
    this.hub.tell({ type: "PageOpened", account, page: page.snapshot(), reloaded: !!known });
  }

  /** Applies an event and hands it on. @param {any} frame */
  take(frame) {
    const event = eventOf(frame);
    const page = this.#pages.get(event.account);
    if (!page) {
      // No page, no cursor to keep the promises with: what is late for a page that has gone is not shown.
      if (event.type === "UnknownEvent" && event.account === "") {
        this.hub.tell(event);
      }

      return;
    }

    if (event.type === "PageGone") {
      this.#remove(event);
      return;
    }

    if (event.seq === undefined) {
      this.#tellOf(event, page.applyEphemeral(event));
      return;
    }

    const applied = page.applyDurable(event);
    if (applied === "gap") {
      throw this.#gap(event.account, page.cursor + 1, event.seq);
    }

    if (applied === "next") {
      this.#tellOf(event, true);
    }
  }

  /**
   * All pages are there; those that were not shown again have left while the connection was down.
   * @param {readonly string[]} order The accounts as `hello` named them: who signed in first.
   */
  complete(order) {
    for (const account of [...this.#pages.keys()].filter(account => !this.#shown.has(account))) {
      this.#remove({ type: "PageGone", account, reason: "unlinked" });
    }

    this.#pages = new Map([...new Set([...order, ...this.#shown])].flatMap(account => {
      const page = this.#pages.get(account);
      return page ? [[account, page]] : [];
    }));
    this.#snapshots = null;
    const type = this.#ready ? "Reconnected" : "Ready";
    this.#ready = true;
    this.hub.tell({ type, account: "" });
  }

  /** The session is over. */
  endSession() {
    this.#ready = false;
  }

  /** What a new reader is told first. @returns {ImEvent[]} */
  replay() {
    /** @type {ImEvent[]} */
    const events = [...this.snapshots].map(([account, page]) => ({ type: "PageOpened", account, page, reloaded: false }));
    return this.#ready ? [...events, { type: "Ready", account: "" }] : events;
  }

  /** The page is another now. @param {string} account */
  touch(account) {
    const page = this.#pages.get(account);
    if (!page) {
      return;
    }

    this.#snapshots = null;
    this.told.changed(page, false);
    if (this.#changed.size === 0) {
      queueMicrotask(() => this.#tellChanged());
    }

    this.#changed.add(account);
  }

  /** @param {ImEvent} event @param {boolean} changed */
  #tellOf(event, changed) {
    this.#snapshots = changed ? null : this.#snapshots;
    this.hub.tell(event);
    if (changed) {
      this.touch(event.account);
    }
  }

  #tellChanged() {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const account of changed) {
      const page = this.#pages.get(account);
      if (page) {
        this.hub.tell({ type: "PageChanged", account, page: page.snapshot() });
      }
    }
  }

  /** @param {any} gone */
  #remove(gone) {
    this.#pages.delete(gone.account);
    this.#snapshots = null;
    this.told.gone(gone.account);
    this.hub.tell(gone);
  }

  /**
   * The first gap at a place asks to resume; the second shows that resuming does not help: reload.
   * @param {string} account @param {number} expected @param {number} got
   */
  #gap(account, expected, got) {
    if (this.#gaps.get(account) === expected) {
      this.#reload.add(account);
    }

    this.#gaps.set(account, expected);
    this.hub.tell({ type: "GapDetected", account, expected, got });
    return new ImError("internal", `The server left a gap in the events of ${account}: ${got} came instead of ${expected}. Reconnecting.`);
  }
}
