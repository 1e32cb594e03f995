/**
 * The OrleansIM client for browsers and Node. Names are those of the .NET SDK in camelCase, without `Async`.
 *
 * What comes from the server comes as plain objects and is not to be changed. Times are RFC 3339 texts, as on the wire.
 * Account ids are in lower case. `as` is always the account of the session that acts; a `peer` is an account id, or
 * `group:` and a group id. Every call that asks the server takes an `AbortSignal` and fails with {@link ImError} only.
 */

// --- client -----------------------------------------------------------------------------------------------------------

/** Where and how to connect. Everything has a default. */
export interface ImClientOptions {
  /** The server, an http(s) address. Default: in a browser the origin of the document, else `http://127.0.0.1:5080`. */
  server?: string | URL;
  /** What this device is called in the list of sessions, at most 64 characters. Default: none. */
  device?: string;
  /** A session to go on with, as `signIn` returned it and the app kept it. See {@link ImClient.open} and {@link ImClient.connect}. */
  session?: Session | null;
  /** What friends see at first. Default: online. */
  presence?: { status: OwnStatus; note?: string };
  /** Where pages and unsent messages are kept. Default: {@link IndexedDbStore} where there is one, else {@link MemoryStore}. */
  store?: Store;
  /** How long a request waits for its answer. Default: 30,000 ms. */
  requestTimeoutMs?: number;
  /** The same for what a mail server has to do. Default: 60,000 ms. */
  mailTimeoutMs?: number;
  /** How long a connection may take until all pages are there. Default: 30,000 ms. */
  connectTimeoutMs?: number;
  /** The pauses between attempts to reconnect. */
  reconnect?: ReconnectPolicy;
  /** Events that an iteration ({@link ImClient.events}) holds for a slow reader before it fails. Default: 4,096. */
  eventBuffer?: number;
  /** Newest durable events that a page keeps. Default: 200. */
  recentPerPage?: number;
  /** Messages that may wait to be sent, per client; more are refused with `limit_reached`. Default: 1,000. */
  outboxLimit?: number;
  /** The WebSocket class, as browsers have it; that of the package `ws` fits. Default: the global one (browsers, Node 22). Without one `new ImClient` throws `invalid_argument`. */
  webSocket?: WebSocketClass;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
  /** Told of what a handler of the app threw, and of a store that fails. Default: `console.error`. */
  onError?: (error: unknown) => void;
}

/**
 * The pauses: `initialMs`, doubled with each attempt up to `maxMs`, each shortened by a random part of up to `jitter`
 * (0 to 1). A connection that stayed up longer than `maxMs` starts again at the first. Defaults: 500, 30,000, 0.5.
 */
export interface ReconnectPolicy {
  initialMs?: number;
  maxMs?: number;
  jitter?: number;
}

/** The part of the WebSocket interface that is used. */
export interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
}

export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

/** What an app keeps to go on later without a password. The token is a secret. */
export interface Session {
  account: string;
  token: string;
  via?: "account" | "mailbox" | "jwt";
  expiresAt?: string;
}

/** What shows once more that it is the owner who asks: the account's password, or a fresh token of its issuer. */
export type OwnerProof = { password: string } | { jwt: string };

/** For every call that asks the server. */
export interface CallOptions {
  /** Ends the wait; what was asked may still be done. The promise fails with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * `signedOut`: no session. `local`: {@link ImClient.open} was called, no connection is wanted yet. `connecting`: on the way.
 * `online`: all pages are live. `offline`: no connection; tries again by itself.
 */
export type ConnectionStatus = "signedOut" | "local" | "connecting" | "online" | "offline";

/**
 * A client: one sign-in, a page per account, live events. Handlers run one after the other in the order of events; a
 * page is up to date before its event is told.
 */
export class ImClient {
  constructor(options?: ImClientOptions);

  /** The session that is open or was given; null when signed out. Its token is a secret. */
  readonly session: Session | null;
  /** The account that signed in; null when signed out. */
  readonly account: string | null;
  /** The server's id of the live session, as in {@link listSessions}; null before the first connection. */
  readonly sessionId: string | null;
  readonly status: ConnectionStatus;
  /**
   * The pages by account id, the account that signed in first. Each is a snapshot that never changes: ask again for the
   * current one (a page that did not change is the same object).
   */
  readonly pages: ReadonlyMap<string, Page>;
  /** A page by account id in any case. */
  page(account: string): Page | undefined;

  /** Makes an account. Does not sign in. `invite` is the code of one, where the service wants it (else `bad_invite`). */
  register(account: string, password: string, options?: { displayName?: string; email?: string; invite?: string } & CallOptions): Promise<string>;
  /**
   * Signs in with an account id or the address of a bound mailbox; returns when all pages are there. The app may keep the
   * session. Pages and unsent messages of an earlier session of this account on this device are taken up. Where the stream
   * cannot be opened it fails, and {@link session} is there for {@link connect}.
   */
  signIn(login: string, password: string, options?: CallOptions): Promise<Session>;
  /**
   * As {@link signIn}, with a token of the app's own sign-in: an OpenID ID token, or any JSON Web Token of an issuer that the
   * server's operator has configured. Any token that signs in nobody is `bad_credentials`; the server's log says why.
   */
  signInWithJwt(jwt: string, options?: CallOptions): Promise<Session>;
  /**
   * Takes up a session without a connection: pages, contacts and unsent messages of the local store are there when it
   * returns. Default: the session of the options.
   */
  open(session?: Session | null): Promise<void>;
  /**
   * Takes up a session ({@link open}) and connects; returns when all pages are live. While the server cannot be reached it
   * keeps trying. Fails when the session is refused (`SignedOut` is told) or the signal ends it.
   */
  connect(session?: Session | null, options?: CallOptions): Promise<void>;
  /** Tries to reconnect now instead of after the pause. */
  reconnect(): void;
  /**
   * Ends the session at the server, forgets it and clears its pages and its local store, unsent messages too. Fails when the
   * server cannot be told, after all that was done here: the token lives on until it expires.
   */
  signOut(options?: { everywhere?: boolean } & CallOptions): Promise<void>;
  /** Ends all other sessions of the account; this one goes on. */
  changePassword(oldPassword: string, newPassword: string, options?: CallOptions): Promise<void>;
  /**
   * Downloads everything the server keeps about the signed-in account, except what opens something: lines of JSON
   * (docs/protocol.md, "Export"). Resolves with the response when they begin to come; read its `body` as a stream, or
   * `blob()` it. Whole if the last line is `{"end":…}`.
   */
  exportAccount(proof: OwnerProof, options?: CallOptions): Promise<Response>;
  /**
   * Deletes the signed-in account, for good: its log, contacts, groups, links and mailboxes. What it wrote to others stays
   * with them, under an id that nobody gets again. Signs out then, and clears pages and the local store. Refused, the session
   * goes on.
   */
  deleteAccount(proof: OwnerProof, options?: CallOptions): Promise<void>;
  /** Ends the connection and lets go of the store; the session, its pages and unsent messages stay for the next time. */
  close(): Promise<void>;

  /**
   * Calls a handler for each event of a type (`*`: of every type), of one page or of all. A type that is none is refused with
   * `invalid_argument`, as in {@link once} and {@link events}.
   * @returns Ends it.
   */
  on<T extends ImEventType>(type: T, handler: (event: ImEventOf<T>) => unknown, options?: ListenOptions): () => void;
  on(type: "*", handler: (event: ImEvent) => unknown, options?: ListenOptions): () => void;
  /** The next event of a type that passes the filter. */
  once<T extends ImEventType>(type: T, options?: ListenOptions & { where?: (event: ImEventOf<T>) => boolean }): Promise<ImEventOf<T>>;
  /**
   * Iterates over events: first a `PageOpened` for each open page (and `Ready` when online), then what happens. It holds
   * `eventBuffer` events for a slow reader; when they are more it fails with `limit_reached`, rather than losing some
   * in silence: read {@link pages} and iterate anew. Ends at {@link close}.
   */
  events(options?: ListenOptions & { types?: readonly ImEventType[] }): AsyncIterableIterator<ImEvent>;

  /**
   * Sends a message. It goes to the local store at once and out as soon as there is a connection, again and again under
   * the same `cid` until the server answers, which delivers it once. The promise ends with that answer, however long it
   * takes. A refusal that trying again cannot mend fails it, and it stays in {@link outbox} as `failed`. Messages to one
   * peer go out one after the other, in the order of the calls. The signal takes it back if it has not been sent off yet.
   */
  send(as: string, to: string, body: string, options?: SendOptions): Promise<SentMessage>;
  /** The same without waiting for the server; follow it with `OutgoingChanged`. */
  enqueue(as: string, to: string, body: string, options?: SendOptions): OutgoingMessage;
  /** What was sent from here: queued, failed, and sent since the client was made; oldest first. */
  outbox(as?: string, peer?: string): readonly OutgoingMessage[];
  /** Queues a failed message again, under its cid. */
  retry(cid: string): OutgoingMessage;
  /** Takes a queued or failed message out. False if it is not there, or may have been sent already. */
  discard(cid: string): boolean;
  /** The state of a message of the page's own account; null for one that was received. */
  stateOf(message: MessageReceived): MessageState | null;
  /**
   * The conversation with a peer as it is to be shown: messages of the page, those of `older` (from {@link history}) before
   * them, and what waits in the outbox at the end. Nothing twice.
   */
  conversation(as: string, peer: string, older?: readonly ImEvent[]): readonly ChatLine[];

  /** Durable events: the newest, those before a seq, or those after one; oldest first. */
  history(as: string, options?: { peer?: string; before?: number; after?: number; limit?: number } & CallOptions): Promise<HistoryPage>;
  /** Marks a conversation as read up to a seq of `as`'s log. Default: everything that is there. */
  markRead(as: string, peer: string, upTo?: number, options?: CallOptions): Promise<void>;
  /** Say it again every few seconds while it goes on; the server ends it by itself. May be lost. */
  setTyping(as: string, to: string, on: boolean, options?: CallOptions): Promise<void>;
  /** How long an answer takes, in ms. */
  ping(options?: CallOptions): Promise<number>;

  /** What friends see, of one account or (default) of all; said again with each reconnect. */
  setPresence(status: OwnStatus, options?: { note?: string; as?: string } & CallOptions): Promise<void>;

  requestContact(as: string, account: string, greeting?: string, options?: CallOptions): Promise<ContactState>;
  acceptContact(as: string, account: string, options?: CallOptions): Promise<ContactState>;
  refuseContact(as: string, account: string, options?: CallOptions): Promise<ContactState>;
  removeContact(as: string, account: string, options?: CallOptions): Promise<ContactState>;
  blockContact(as: string, account: string, options?: CallOptions): Promise<ContactState>;
  unblockContact(as: string, account: string, options?: CallOptions): Promise<ContactState>;
  setContact(as: string, account: string, change: { remark?: string; settings?: unknown; labels?: readonly string[] }, options?: CallOptions): Promise<Contact>;

  createGroup(as: string, name: string, members?: readonly string[], options?: CallOptions): Promise<GroupInvitation>;
  inviteToGroup(as: string, group: string, accounts: readonly string[], options?: CallOptions): Promise<GroupInvitation>;
  leaveGroup(as: string, group: string, options?: CallOptions): Promise<void>;
  kickFromGroup(as: string, group: string, account: string, options?: CallOptions): Promise<Group>;
  setGroupRole(as: string, group: string, account: string, role: GroupRole, options?: CallOptions): Promise<Group>;
  setGroup(as: string, group: string, change: { name?: string; memberInvites?: boolean }, options?: CallOptions): Promise<Group>;
  getGroup(as: string, group: string, options?: CallOptions): Promise<Group>;

  /** Changes what is given; an empty text clears. */
  setProfile(as: string, change: { displayName?: string; email?: string; description?: string; avatar?: string }, options?: CallOptions): Promise<Profile>;
  /** Any JSON of at most 8 KiB; null removes the key. */
  setSetting(as: string, key: string, value: unknown, options?: CallOptions): Promise<void>;
  setPrivacy<K extends keyof PrivacyValues>(as: string, setting: K, value: PrivacyValues[K] | null, options?: CallOptions): Promise<void>;
  /** Free-form data of the account (game, pet, anything). As for settings. */
  setCustom(as: string, key: string, value: unknown, options?: CallOptions): Promise<void>;

  listLinks(options?: CallOptions): Promise<LinkGroup>;
  /** Passwords and tokens are checked by the server and kept by nobody. */
  addLinks(accounts: readonly LinkRequest[], options?: CallOptions): Promise<LinkResult>;
  removeLink(account: string, options?: CallOptions): Promise<void>;
  setRole(account: string, role: LinkRole, options?: CallOptions): Promise<void>;

  /** Everything that gets at an account, the oldest first: its sessions and, of the account that signed in, its app passwords. */
  listDevices(as: string, options?: CallOptions): Promise<readonly Device[]>;
  /** Shuts one out: ends the session, or revokes the app password. */
  revokeDevice(as: string, device: Device, options?: CallOptions): Promise<void>;
  listSessions(as: string, options?: CallOptions): Promise<readonly DeviceSession[]>;
  /** @param options `as`: the account whose session it is. Default: the one that signed in. */
  endSession(session: string, options?: { as?: string } & CallOptions): Promise<void>;

  /**
   * App passwords: secrets for one mail program each, which open the friends' address book (CardDAV) and nothing else. Only for
   * the account that signed in. The secret is never seen again. Servers without an address book answer `unknown_op`.
   */
  createAppPassword(as: string, name: string, options?: CallOptions): Promise<NewAppPassword>;
  listAppPasswords(as: string, options?: CallOptions): Promise<readonly AppPassword[]>;
  revokeAppPassword(as: string, id: string, options?: CallOptions): Promise<void>;

  bindMailbox(as: string, mailbox: MailboxBinding, options?: CallOptions): Promise<Mailbox>;
  unbindMailbox(as: string, mailbox: string, options?: CallOptions): Promise<void>;
  /** Mail contacts by name. All of them (no `query`) are kept in the local store. */
  findMailContacts(as: string, mailbox: string, options?: { query?: string; limit?: number } & CallOptions): Promise<readonly MailParty[]>;
  /** Mail contacts as they were found last, from the local store; needs no connection. */
  storedMailContacts(as: string, mailbox: string): Promise<readonly MailParty[]>;
  mapAddress(as: string, address: string, friend: string, options?: CallOptions): Promise<void>;
  unmapAddress(as: string, address: string, options?: CallOptions): Promise<void>;
  /** Newest first. */
  listMails(as: string, mailbox: string, options?: { unreadOnly?: boolean; limit?: number } & CallOptions): Promise<MailList>;
  /**
   * Sends a mail once per `cid` and says what became of each recipient. A connection that breaks meanwhile does not end
   * it: it is asked again under the same cid. After a failure send again with the same cid to be sure.
   */
  sendMail(as: string, mail: OutgoingMail, options?: CallOptions): Promise<SentMail>;

  /** Any op of the protocol; the answer's `ok`. */
  request(op: string, fields?: Record<string, unknown>, options?: { timeoutMs?: number } & CallOptions): Promise<any>;
}

export interface ListenOptions {
  /** Only events of this page. Default: of all, and those without a page. */
  account?: string;
  /** Ends it. */
  signal?: AbortSignal;
}

/** What went wrong. The only error that calls of this SDK fail with, apart from an aborted signal's reason. */
export class ImError extends Error {
  constructor(code: string, message: string, options?: { retryAfterMs?: number; cause?: unknown });
  /** One of {@link ErrorCodes}. */
  readonly code: string;
  /** When to try again, if the server said so. */
  readonly retryAfterMs: number | undefined;
  /** Whether sending the same again can help; not when the client was closed. */
  readonly canRetry: boolean;
}

/** Error codes, and whether sending the same again can help. */
export const ErrorCodes: Readonly<Record<string, "never" | "later" | "now">>;
/** Close codes of the stream. */
export const CloseCodes: Readonly<{
  goingAway: 4000; badToken: 4001; protocolError: 4002; tooSlow: 4003; signedOut: 4004; tooManyRequests: 4008;
}>;

// --- pages ------------------------------------------------------------------------------------------------------------

/** Everything about one account at one moment. Never changes. */
export interface Page {
  readonly account: string;
  readonly role: LinkRole;
  /** `account`, `mailbox`, `jwt` or `link`; empty if linked since. */
  readonly via: "account" | "mailbox" | "jwt" | "link" | "";
  /** From the local store; not confirmed by the server yet. */
  readonly isLocal: boolean;
  readonly profile: Profile;
  /** By account id; removed ones are not in it. */
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly settings: ReadonlyMap<string, unknown>;
  readonly custom: ReadonlyMap<string, unknown>;
  /** The account itself and its friends; friends that are not in it are offline. Empty on a local page. */
  readonly presence: ReadonlyMap<string, Presence>;
  /** Unread messages by peer; peers without any are not in it. */
  readonly unread: ReadonlyMap<string, number>;
  /** By `group:` and the id, like the peers. */
  readonly groups: ReadonlyMap<string, GroupEntry>;
  /** How much of this account's messages each peer has. */
  readonly receipts: ReadonlyMap<string, PeerReceipts>;
  /** By address in lower case. */
  readonly mailboxes: ReadonlyMap<string, Mailbox>;
  /** The newest durable events, oldest first. */
  readonly recent: readonly ImEvent[];
  /** The seq of the last durable event that was delivered. */
  readonly cursor: number;
}

export type LinkRole = "master" | "secondary";
export type GroupRole = "owner" | "admin" | "member";
export type OwnStatus = "online" | "away" | "busy" | "invisible";
/** `requested`: asked by this account; `pending`: waits for this account. */
export type ContactState = "requested" | "pending" | "friend" | "blocked" | "none";
export type MessageState = "queued" | "sent" | "delivered" | "read" | "failed";

export interface Profile {
  readonly account?: string;
  readonly displayName?: string;
  readonly email?: string;
  readonly description?: string;
  readonly avatar?: string;
}

export interface Presence {
  readonly status: "online" | "away" | "busy" | "offline" | "invisible";
  readonly note?: string;
  readonly lastSeen?: string;
}

export interface Contact {
  readonly account: string;
  readonly displayName: string;
  readonly state: ContactState;
  readonly remark?: string;
  readonly labels?: readonly string[];
  readonly settings?: any;
  /** All its addresses that this account knows. */
  readonly emails?: readonly string[];
  readonly email?: string;
  readonly mailboxes?: readonly string[];
  /** Those of `emails` that this account has mapped to it. */
  readonly mapped?: readonly string[];
  readonly greeting?: string;
  readonly description?: string;
  /** Unread mail from it; not there for none. On pages only. */
  readonly mail?: { readonly unread: number; readonly latest?: string };
}

export interface GroupEntry {
  readonly id: string;
  /** `group:` and the id. */
  readonly peer: string;
  readonly name: string;
  readonly role: GroupRole;
  readonly members: number;
  /** Unread messages that mention the account. */
  readonly mentions: number;
}

export interface PeerReceipts {
  readonly delivered: number;
  readonly read: number;
}

export interface Mailbox {
  readonly address: string;
  readonly state: "opening" | "open" | "closed" | "failed";
  readonly error?: { readonly code: string; readonly message: string };
  /** When the server tries again by itself. */
  readonly retryAt?: string;
  /** Not there while nothing is known. */
  readonly unread?: number;
  /** The newest unread mails, newest first. */
  readonly new: readonly MailSummary[];
  /** Unread mails by friend. */
  readonly badge: Readonly<Record<string, number>>;
}

export interface MailSummary {
  readonly uid: number;
  readonly from: MailParty;
  readonly subject: string;
  readonly preview: string;
  readonly date: string;
  readonly unread: boolean;
  /** Addresses in the preview that are friends'. */
  readonly mentions?: readonly MailParty[];
}

/** Somebody at a mail address. */
export interface MailParty {
  readonly address: string;
  readonly name?: string;
  readonly friend?: { readonly account: string; readonly name: string };
}

// --- events -----------------------------------------------------------------------------------------------------------

interface EventBase<T extends string> {
  readonly type: T;
  /** The page it belongs to; empty for events of the client itself. */
  readonly account: string;
  /** On durable events: increasing by exactly 1 per account. */
  readonly seq?: number;
}

/** A page is there: from the local store, at sign-in, when linked, or again after a reload. */
export interface PageOpened extends EventBase<"PageOpened"> {
  readonly page: Page;
  /** It replaces one that was there and could not be resumed: draw it anew. */
  readonly reloaded: boolean;
}
/** Something on the page is new; told after the events that changed it, several changes at once may be one. */
export interface PageChanged extends EventBase<"PageChanged"> { readonly page: Page }
export interface PageGone extends EventBase<"PageGone"> {
  readonly reason: "unlinked" | "role" | "credentials_changed" | "disabled" | "deleted";
}
/** All pages of the sign-in are live. Once per sign-in; later `Reconnected`. */
export interface Ready extends EventBase<"Ready"> {}
export interface Reconnecting extends EventBase<"Reconnecting"> {
  readonly attempt: number;
  readonly delayMs: number;
  readonly error: ImError;
}
export interface Reconnected extends EventBase<"Reconnected"> {}
/**
 * The session is over. `error` is null when this client signed out. `closeCode` 4004: signed out elsewhere, the local store
 * is cleared. 4001: the token expired; what waits to be sent is sent after the next sign-in. Pages stay readable until then.
 */
export interface SignedOut extends EventBase<"SignedOut"> {
  readonly closeCode: number | null;
  readonly error: ImError | null;
}
export interface StatusChanged extends EventBase<"StatusChanged"> { readonly status: ConnectionStatus }
/** The server left a gap in the events of a page, which is a bug of the server: the client resumes by itself. Report it. */
export interface GapDetected extends EventBase<"GapDetected"> { readonly expected: number; readonly got: number }

export interface MessageReceived extends EventBase<"MessageReceived"> {
  readonly seq: number;
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly kind: string;
  readonly mentions: readonly string[];
  readonly cid?: string;
  readonly sentAt: string;
  /** The other side of the conversation. */
  readonly peer: string;
  /** The account of the page wrote it. */
  readonly isOwn: boolean;
  /** It is of the service itself (`@service`: its operator, or the app's own servers): show it as that, not as a person's. It cannot be answered. */
  readonly isFromService: boolean;
}
export interface ReceiptReceived extends EventBase<"ReceiptReceived"> {
  readonly seq: number;
  readonly by?: string;
  readonly peer: string;
  readonly upTo: number;
  readonly what: "read" | "delivered";
}
export interface ContactChanged extends EventBase<"ContactChanged"> { readonly seq: number; readonly contact: Contact }
export interface ProfileChanged extends EventBase<"ProfileChanged"> { readonly seq: number; readonly profile: Profile }
/** `value` null: removed. */
export interface SettingsChanged extends EventBase<"SettingsChanged"> { readonly seq: number; readonly key: string; readonly value: any }
export interface CustomChanged extends EventBase<"CustomChanged"> { readonly seq: number; readonly key: string; readonly value: any }
/** No members: not linked any more. */
export interface LinksChanged extends EventBase<"LinksChanged"> {
  readonly seq: number;
  readonly members: readonly LinkMember[];
  readonly rejected: readonly LinkRejection[];
}
export interface GroupChanged extends EventBase<"GroupChanged"> {
  readonly seq: number;
  /** `group:` and the id. */
  readonly group: string;
  readonly what: "created" | "joined" | "left" | "kicked" | "role" | "set";
  readonly by: string;
  readonly accounts: readonly string[];
  readonly role?: GroupRole;
  readonly owner?: string;
  readonly name: string;
  readonly memberInvites: boolean;
  readonly members: number;
}
export interface PresenceChanged extends EventBase<"PresenceChanged">, Presence { readonly contact: string }
export interface TypingChanged extends EventBase<"TypingChanged"> { readonly from: string; readonly to: string; readonly on: boolean; readonly peer: string }
export interface MailChanged extends EventBase<"MailChanged"> {
  readonly mailbox: string;
  readonly unread: number;
  readonly new: readonly MailSummary[];
  readonly badge: Readonly<Record<string, number>>;
}
export interface ChannelChanged extends EventBase<"ChannelChanged"> {
  readonly mailbox: string;
  readonly state: Mailbox["state"];
  readonly error?: { readonly code: string; readonly message: string };
  readonly retryAt?: string;
  /** The mailbox was unbound. */
  readonly removed: boolean;
}
/** A message of the outbox changed its state, came, or (`removed`) went. */
export interface OutgoingChanged extends EventBase<"OutgoingChanged"> {
  readonly message: OutgoingMessage;
  readonly removed: boolean;
}
/** An event that this version does not know. */
export interface UnknownEvent extends EventBase<"UnknownEvent"> { readonly name: string; readonly data: any }

export type ImEvent =
  | PageOpened | PageChanged | PageGone | Ready | Reconnecting | Reconnected | SignedOut | StatusChanged | GapDetected
  | MessageReceived | ReceiptReceived | ContactChanged | ProfileChanged | SettingsChanged | CustomChanged | LinksChanged
  | GroupChanged | PresenceChanged | TypingChanged | MailChanged | ChannelChanged | OutgoingChanged | UnknownEvent;
export type ImEventType = ImEvent["type"];
export type ImEventOf<T extends ImEventType> = Extract<ImEvent, { type: T }>;

// --- requests and answers ---------------------------------------------------------------------------------------------

export interface SendOptions extends CallOptions {
  /** Your own id of the message, at most 64 characters. Default: a new one. */
  cid?: string;
  /** What the body is. Default: `text`. */
  kind?: string;
  /** Members of the group who are to take notice, at most 50. */
  mentions?: readonly string[];
}

export interface SentMessage {
  readonly id: string;
  /** In the log of the sender. */
  readonly seq: number;
  readonly sentAt: string;
  readonly cid: string;
}

/** A message of the outbox at one moment. */
export interface OutgoingMessage {
  readonly cid: string;
  readonly as: string;
  readonly to: string;
  readonly body: string;
  readonly kind: string;
  readonly mentions: readonly string[];
  readonly queuedAt: string;
  readonly state: MessageState;
  /** Why it failed. */
  readonly error?: { readonly code: string; readonly message: string };
  /** When it was sent. */
  readonly id?: string;
  readonly seq?: number;
  readonly sentAt?: string;
}

/** A line of a conversation. */
export interface ChatLine {
  /** Stays the same while the message goes from queued to read. Not unique over conversations. */
  readonly key: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  readonly kind: string;
  readonly mentions: readonly string[];
  /** When it was sent, or queued. */
  readonly at: string;
  readonly isOwn: boolean;
  /** Null for a message that was received. */
  readonly state: MessageState | null;
  readonly id?: string;
  readonly seq?: number;
  readonly cid?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface HistoryPage {
  readonly events: readonly ImEvent[];
  /** More in the direction that was read: ask again with `before` = the first seq of these, or `after` = the last. */
  readonly more: boolean;
}

export interface Group {
  readonly id: string;
  readonly peer: string;
  readonly name: string;
  readonly memberInvites: boolean;
  readonly createdAt: string;
  readonly members: readonly { readonly account: string; readonly role: GroupRole; readonly since: string }[];
}
export interface GroupInvitation {
  readonly group: Group;
  readonly added: readonly string[];
  readonly rejected: readonly LinkRejection[];
}

/** An account with its password, or with a token of its own sign-in ({@link ImClient.signInWithJwt}). */
export interface LinkRequest { account: string; password?: string; jwt?: string; role?: LinkRole }
export interface LinkMember { readonly account: string; readonly role: LinkRole; readonly since?: string }
export interface LinkRejection { readonly account: string; readonly reason: string }
export interface LinkGroup { readonly group?: string; readonly members: readonly LinkMember[] }
export interface LinkResult { readonly linked: readonly LinkMember[]; readonly rejected: readonly LinkRejection[] }

export interface PrivacyValues {
  "privacy.messages": "friends" | "everyone";
  "privacy.receipts": "friends" | "nobody";
  "privacy.presence": "friends" | "nobody";
  "privacy.lastSeen": "nobody" | "friends";
}

export interface Device {
  /** A session is connected; a device is signed in and not connected. */
  readonly kind: "session" | "device" | "appPassword";
  readonly id: string;
  /** Empty for a device that gave no name. */
  readonly name: string;
  readonly createdAt: string;
  /** Of a session or a device: when it signed in. */
  readonly signedInAt?: string;
  readonly connected: boolean;
  /** Of a device give or take a day, and when it signed in if it was never connected. */
  readonly lastUsed?: string;
  /** An IPv4 address or IPv6 /64. */
  readonly from?: string;
  /** Of a session or a device: the account that signed in. */
  readonly signedInAs?: string;
  readonly current: boolean;
}

export interface DeviceSession {
  readonly session: string;
  readonly device?: string;
  readonly signedInAs: string;
  readonly since?: string;
  readonly current: boolean;
}

export interface AppPassword {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  /** To the hour. */
  readonly lastUsed?: string;
}
export interface NewAppPassword { readonly id: string; readonly name: string; readonly password: string }

export interface MailServer { host: string; port: number; security: "tls" | "starttls" | "none" }
export type MailAuth =
  | { type: "password"; user?: string; password: string }
  | { type: "oauth2"; user?: string; accessToken: string; refreshToken?: string; tokenEndpoint?: string; clientId?: string; clientSecret?: string };
/** What is left out the server finds out. */
export interface MailboxBinding {
  address: string;
  auth: MailAuth;
  imap?: MailServer;
  smtp?: MailServer;
  carddav?: { url: string };
}
export interface OutgoingMail {
  /** The mailbox it is sent from. */
  mailbox: string;
  /** Account ids of friends; the server knows their addresses. */
  to?: readonly string[];
  toAddresses?: readonly string[];
  subject: string;
  text: string;
  /** Default: a new one. */
  cid?: string;
  /** The uid of the mail it answers. */
  replyTo?: number;
}
export interface SentMail {
  readonly cid: string;
  readonly sent: readonly string[];
  readonly failed: readonly { readonly to: string; readonly reason: string; readonly detail?: string }[];
}
export interface MailList { readonly unread: number; readonly mails: readonly MailSummary[] }

// --- local store ------------------------------------------------------------------------------------------------------

/** One record of the local store. `value` is JSON. */
export interface StoredRecord {
  key: string;
  value: any;
  /** A record is not replaced by one of a lower rank, so that a slow tab does not undo what a faster one wrote. */
  rank?: number;
}

/**
 * Where a client keeps what it knows, by scope (server and the account that signed in) and key. Records with one key
 * prefix belong to one account of the session.
 */
export interface Store {
  /** All records of a scope. */
  read(scope: string): Promise<StoredRecord[]>;
  /** Puts and removes (`value` undefined) records: all of them or none where the store can. */
  write(scope: string, records: readonly StoredRecord[]): Promise<void>;
  clear(scope: string): Promise<void>;
  close(): Promise<void>;
}

/** Forgets with the process. For tests, and where nothing may be kept. */
export class MemoryStore implements Store {
  read(scope: string): Promise<StoredRecord[]>;
  write(scope: string, records: readonly StoredRecord[]): Promise<void>;
  clear(scope: string): Promise<void>;
  close(): Promise<void>;
}

/** IndexedDB; shared by the tabs of an origin. */
export class IndexedDbStore implements Store {
  /** @param name Of the database. Default: `orleansim`. */
  constructor(name?: string);
  read(scope: string): Promise<StoredRecord[]>;
  write(scope: string, records: readonly StoredRecord[]): Promise<void>;
  clear(scope: string): Promise<void>;
  close(): Promise<void>;
}
