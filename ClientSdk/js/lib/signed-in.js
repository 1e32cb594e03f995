/** What there is of one session: its local copy, its outbox, its stream. */
/** @import { ConnectionStatus, Session } from "../orleansim.js" */
import { ClosedError, CloseCodes, ImError } from "./errors.js";
import { LocalCopy } from "./local-copy.js";
import { Outbox } from "./outbox.js";
import { PageBook } from "./page-book.js";
import { StreamSession } from "./stream-session.js";
import { Tabs } from "./tabs.js";

export class SignedIn {
  /** @type {StreamSession | null} */
  stream = null;
  /** @type {Map<string, import("../orleansim.js").MailParty[]>} */
  mailContacts = new Map();
  /** This client is ending the session itself: the server saying so is no error. */
  signingOut = false;
  #over = false;
  #finished = Promise.resolve();
  #loaded;

  /**
   * @param {import("./options.js").Options} options
   * @param {Session} session
   * @param {import("./event-hub.js").EventHub} hub
   * @param {(status: ConnectionStatus) => void} setStatus
   */
  constructor(options, session, hub, setStatus) {
    this.options = options;
    this.session = session;
    this.hub = hub;
    this.setStatus = setStatus;
    const scope = `${options.server.href} ${session.account}`;
    this.copy = new LocalCopy(options.store, scope, options.onError);
    this.tabs = new Tabs(scope, session.token, {
      signedOut: () => void this.finish(CloseCodes.signedOut, new ImError("unauthenticated", "The session was signed out.")),
      // By a client with another session of this account; this one goes on.
      cleared: () => this.#saveAll(),
    });
    this.pages = new PageBook(options, hub, {
      changed: (page, reloaded) => {
        this.copy.savePage(page, reloaded);
        this.outbox.applyReceipts(page.account, page.snapshot().receipts);
      },
      gone: account => {
        this.outbox.dropAccount(account);
        void this.copy.dropAccount(account);
      },
    });
    this.outbox = new Outbox(options, {
      ask: fields => this.requests.ask("send", fields, { timeoutMs: options.requestTimeoutMs, resend: true }),
      page: as => this.pages.find(as),
      tell: event => hub.tell(event),
    }, this.copy, this.tabs.owner);
    this.#loaded = this.#load();
  }

  /** Pages and unsent messages of the local store are there. */
  get loaded() {
    return this.#loaded;
  }

  get isOver() {
    return this.#over;
  }

  /** The requests of the stream, if it was begun. */
  get requests() {
    if (!this.stream) {
      throw new ImError("unavailable", "There is no connection. Call connect first.");
    }

    return this.stream.requests;
  }

  /** Connects, once. @param {boolean} keepsTrying @returns {Promise<void>} */
  connect(keepsTrying) {
    if (!this.stream) {
      this.stream = new StreamSession(this.options, this.session, this.pages, {
        live: () => {
          this.outbox.goOnline();
          void this.#takeUp();
        },
        down: () => this.outbox.goOffline(),
        over: (closeCode, error) => void this.finish(closeCode, this.signingOut && closeCode === CloseCodes.signedOut ? null : error),
        status: status => this.#over || this.setStatus(status),
      });
      void this.stream.run(keepsTrying);
    }

    return this.stream.ready;
  }

  /**
   * The session is over. Signed out means that nothing stays on this device; a token that expired does not: what waits
   * is sent after the next sign-in. Ends when the store is as it stays, also for who comes second.
   * @param {number | null} closeCode
   * @param {ImError | null} error
   * @param {boolean} [forget]
   */
  finish(closeCode, error, forget = closeCode === CloseCodes.signedOut) {
    if (!this.#over) {
      this.#finished = this.#finish(closeCode, error, forget);
    }

    return this.#finished;
  }

  /** @param {number | null} closeCode @param {ImError | null} error @param {boolean} forget */
  async #finish(closeCode, error, forget) {
    this.#end(error ?? new ImError("unauthenticated", "Signed out."));
    if (forget) {
      this.outbox.forget();
      this.tabs.tellSignedOut();
    }

    const kept = forget ? this.copy.clear() : this.copy.close();
    this.setStatus("signedOut");
    this.hub.tell({ type: "SignedOut", account: "", closeCode, error });
    await kept;
    if (forget) {
      this.tabs.tellCleared();
    }

    this.tabs.close();
  }

  /** Lets go of everything; the session stays for the next time. */
  async close() {
    if (!this.#over) {
      this.#end(new ClosedError(" What was not sent is sent the next time."));
      await this.copy.close();
      this.tabs.close();
    }

    await this.#finished;
  }

  /** @param {ImError} reason */
  #end(reason) {
    this.#over = true;
    this.pages.endSession();
    this.outbox.close(reason);
    this.stream?.stop(reason);
  }

  async #load() {
    const found = await this.copy.load();
    if (this.#over) {
      return;
    }

    this.mailContacts = found.mailContacts;
    const first = this.session.account;
    for (const account of [...found.pages.keys()].sort((one, other) => Number(other === first) - Number(one === first))) {
      this.pages.restore(account, found.pages.get(account));
    }

    this.outbox.adopt(found.outgoing, await this.tabs.living().catch(() => null));
  }

  #saveAll() {
    this.outbox.saveAll();
    for (const account of this.pages.snapshots.keys()) {
      const page = this.pages.find(account);
      if (page && !this.#over) {
        this.copy.savePage(page, false);
      }
    }
  }

  /** Another tab may have been closed with messages that were not sent. */
  async #takeUp() {
    const living = await this.tabs.living().catch(() => null);
    if (living && !this.#over) {
      const { outgoing } = await this.copy.load();
      if (!this.#over) {
        this.outbox.adopt(outgoing, living);
      }
    }
  }
}
