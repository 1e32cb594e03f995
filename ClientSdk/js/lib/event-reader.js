/** From frames to events. Tolerates what it does not know; what is missing reads as empty. */
/** @import { ImEvent } from "../orleansim.js" */

/** Who messages of the service itself are from: no account can have that id. */
export const SERVICE = "@service";

/** @param {unknown} value */
const list = value => Array.isArray(value) ? value : [];

/** @type {Record<string, (data: any, account: string) => Record<string, unknown>>} */
const readers = {
  message: (data, account) => {
    const isOwn = data.from === account;
    return {
      type: "MessageReceived", id: data.id, from: data.from, to: data.to, body: String(data.body ?? ""), kind: data.kind ?? "text",
      mentions: list(data.mentions), cid: data.cid, sentAt: data.sentAt,
      peer: isOwn || isGroup(data.to) ? data.to : data.from, isOwn, isFromService: data.from === SERVICE,
    };
  },
  receipt: data => ({ type: "ReceiptReceived", by: data.by, peer: data.peer, upTo: data.upTo, what: data.what }),
  contact: data => ({ type: "ContactChanged", contact: data.contact ?? {} }),
  profile: data => ({ type: "ProfileChanged", profile: data.profile ?? {} }),
  settings: data => ({ type: "SettingsChanged", key: data.key, value: data.value ?? null }),
  custom: data => ({ type: "CustomChanged", key: data.key, value: data.value ?? null }),
  link: data => ({ type: "LinksChanged", members: list(data.members), rejected: list(data.rejected) }),
  group: data => ({
    type: "GroupChanged", group: data.group, what: data.what, by: data.by, accounts: list(data.accounts), role: data.role,
    owner: data.owner, name: data.name ?? "", memberInvites: !!data.memberInvites, members: data.members ?? 0,
  }),
  presence: data => ({ type: "PresenceChanged", contact: data.contact, status: data.status, note: data.note, lastSeen: data.lastSeen }),
  typing: data => ({ type: "TypingChanged", from: data.from, to: data.to, on: !!data.on, peer: isGroup(data.to) ? data.to : data.from }),
  mail: data => ({ type: "MailChanged", mailbox: data.mailbox, unread: data.unread ?? 0, new: list(data.new), badge: data.badge ?? {} }),
  channel: data => ({
    type: "ChannelChanged", mailbox: data.mailbox, state: data.state, error: data.error, retryAt: data.retryAt, removed: !!data.removed,
  }),
  pageGone: data => ({ type: "PageGone", reason: data.reason }),
};

/**
 * @param {any} frame
 * @param {string} [page] The page, where the frame does not say.
 * @returns {ImEvent}
 */
export function eventOf(frame, page = "") {
  const account = frame.account ?? page;
  const data = frame.data ?? {};
  const reader = Object.hasOwn(readers, frame.ev) ? readers[frame.ev] : undefined;
  const event = { ...(reader ? reader(data, account) : { type: "UnknownEvent", name: frame.ev, data }), account };
  return /** @type {any} */ (without(typeof frame.seq === "number" ? { ...event, seq: frame.seq } : event));
}

/** @param {unknown} frames @param {string} page */
export function eventsOf(frames, page) {
  return list(frames).map(frame => eventOf(frame, page));
}

/** @param {unknown} peer */
export function isGroup(peer) {
  return typeof peer === "string" && peer.startsWith("group:");
}

/** What is undefined is not there. @template {object} T @param {T} value @returns {T} */
export function without(value) {
  for (const key of Object.keys(value)) {
    if (/** @type {any} */ (value)[key] === undefined) {
      delete (/** @type {any} */ (value)[key]);
    }
  }

  return value;
}
