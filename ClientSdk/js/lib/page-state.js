/** One page as it is kept up to date. */
/** @import { Contact, GroupEntry, ImEvent, Mailbox, MessageReceived, Page, PeerReceipts, Presence, Profile } from "../orleansim.js" */
import { CowMap } from "./cow-map.js";
import { eventsOf, isGroup, without } from "./event-reader.js";
import { mailFrom, mailboxOf, missedOfMail } from "./page-mail.js";
import { groupAfter } from "./page-groups.js";

/** @typedef {"next" | "duplicate" | "gap"} Applied */

export class PageState {
  /** @type {CowMap<Contact>} */ #contacts = new CowMap();
  /** @type {CowMap<unknown>} */ #settings = new CowMap();
  /** @type {CowMap<unknown>} */ #custom = new CowMap();
  /** @type {CowMap<Presence>} */ #presence = new CowMap();
  /** @type {CowMap<number>} */ #unread = new CowMap();
  /** @type {CowMap<GroupEntry>} */ #groups = new CowMap();
  /** @type {CowMap<PeerReceipts>} */ #receipts = new CowMap();
  /** @type {CowMap<Mailbox>} */ #mailboxes = new CowMap();
  /** @type {ImEvent[]} */ #recent = [];
  /** @type {Profile} */ #profile = {};
  /** @type {any} */ #role = "master";
  /** @type {any} */ #via = "";
  /** @type {Page | null} */ #snapshot = null;
  #isLocal;

  // What a page said covers the log up to here. After a resume that is further than what was delivered: the events
  // between are still handed out, but are already part of the state.
  #covered = 0;

  /**
   * @param {string} account
   * @param {any} data Of a `page`, or of {@link record}.
   * @param {{ via: string, recentLimit: number, isLocal?: boolean }} how
   */
  constructor(account, data, { via, recentLimit, isLocal = false }) {
    this.account = account;
    this.cursor = data.cursor ?? 0;
    this.recentLimit = recentLimit;
    this.#isLocal = isLocal;
    this.#refresh(data, via);
    this.#recent = (isLocal ? data.recent ?? [] : eventsOf(data.recent, account)).slice(-recentLimit || Infinity);
  }

  /** @returns {Page} */
  snapshot() {
    return this.#snapshot ??= Object.freeze({
      account: this.account,
      role: this.#role,
      via: this.#via,
      isLocal: this.#isLocal,
      profile: this.#profile,
      contacts: this.#contacts.share(),
      settings: this.#settings.share(),
      custom: this.#custom.share(),
      presence: this.#presence.share(),
      unread: this.#unread.share(),
      groups: this.#groups.share(),
      receipts: this.#receipts.share(),
      mailboxes: this.#mailboxes.share(),
      recent: this.#recent.slice(),
      cursor: this.cursor,
    });
  }

  /** The page as the local store keeps it. Presence is of the moment and not in it. */
  record() {
    return {
      role: this.#role, via: this.#via, profile: this.#profile,
      contacts: [...this.#contacts.share().values()],
      settings: [...this.#settings.share()], custom: [...this.#custom.share()],
      unread: [...this.#unread.share()], receipts: [...this.#receipts.share()],
      groups: [...this.#groups.share().values()], mailboxes: [...this.#mailboxes.share().values()],
      recent: this.#recent, cursor: this.cursor,
    };
  }

  /**
   * Takes the state of a page that goes on where it was; answers what of presence and mail was missed.
   * @param {any} data @param {string} via
   * @returns {ImEvent[]}
   */
  resume(data, via) {
    const presence = this.#presence.share();
    const mailboxes = this.#mailboxes.share();
    this.#isLocal = false;
    this.#refresh(data, via);
    const now = this.#presence.share();
    /** @type {any[]} */
    const missed = [];
    for (const [contact, at] of now) {
      const then = presence.get(contact);
      if (!then || then.status !== at.status || then.note !== at.note || then.lastSeen !== at.lastSeen) {
        missed.push({ type: "PresenceChanged", account: this.account, contact, ...at });
      }
    }

    for (const contact of presence.keys()) {
      if (!now.has(contact)) {
        missed.push({ type: "PresenceChanged", account: this.account, contact, status: "offline" });
      }
    }

    return [...missed, ...missedOfMail(this.account, mailboxes, this.#mailboxes.share())];
  }

  /** Applies a durable event once. @param {ImEvent} event @returns {Applied} */
  applyDurable(event) {
    const seq = event.seq ?? 0;
    if (seq <= this.cursor) {
      return "duplicate";
    }

    if (seq !== this.cursor + 1) {
      return "gap";
    }

    this.#snapshot = null;
    this.cursor = seq;
    if (seq > this.#covered) {
      this.#change(event);
    }

    this.#recent.push(event);
    if (this.#recent.length > this.recentLimit) {
      this.#recent.shift();
    }

    return "next";
  }

  /** Whether it changed the page. @param {ImEvent} event */
  applyEphemeral(event) {
    switch (event.type) {
      case "PresenceChanged":
        if (event.status === "offline" && !event.lastSeen) {
          this.#presence.delete(event.contact);
        } else {
          this.#presence.set(event.contact, without({ status: event.status, note: event.note, lastSeen: event.lastSeen }));
        }

        break;
      case "MailChanged": {
        const { unread, new: newest, badge } = event;
        this.#setMailbox({ ...this.#mailbox(event.mailbox), unread, new: newest, badge });
        break;
      }
      case "ChannelChanged":
        if (event.removed) {
          this.#mailboxes.delete(key(event.mailbox));
          this.#showBadges();
        } else {
          const { state, error, retryAt } = event;
          this.#setMailbox(without({ ...this.#mailbox(event.mailbox), state, error, retryAt }));
        }

        break;
      default:
        return false;
    }

    this.#snapshot = null;
    return true;
  }

  /** The account read its conversation with a peer. @param {string} peer @param {number} upTo */
  markRead(peer, upTo) {
    const oldest = this.#recent[0]?.seq ?? Infinity;
    // What is not known (older than the oldest recent event) stays unread rather than lost.
    if (upTo < this.cursor && oldest > upTo + 1) {
      return;
    }

    this.#snapshot = null;
    const later = upTo >= this.cursor ? [] : /** @type {MessageReceived[]} */ (this.#recent.filter(past =>
      past.type === "MessageReceived" && !past.isOwn && past.seq > upTo && past.peer === peer));
    this.#setUnread(peer, Math.min(this.#unread.get(peer) ?? 0, later.length));
    const group = this.#groups.get(peer);
    if (group && group.mentions > 0) {
      const mentions = Math.min(group.mentions, later.filter(message => this.#mentions(message)).length);
      this.#groups.set(peer, { ...group, mentions });
    }
  }

  /** A mailbox was bound here. What an event has said of it meanwhile is newer. @param {any} mailbox */
  addMailbox(mailbox) {
    if (!this.#mailboxes.get(key(mailbox.address))) {
      this.#snapshot = null;
      this.#setMailbox(mailboxOf(mailbox));
    }
  }

  /** @param {string} address */
  removeMailbox(address) {
    this.#snapshot = null;
    this.#mailboxes.delete(key(address));
    this.#showBadges();
  }

  /** Takes the state of a `page` and leaves the cursor and what was delivered as they are. @param {any} data @param {string} via */
  #refresh(data, via) {
    this.#snapshot = null;
    this.#covered = Math.max(data.cursor ?? 0, this.cursor);
    this.#via = via;
    this.#role = data.role ?? this.#role;
    this.#profile = data.profile ?? this.#profile;
    replace(this.#settings, data.settings);
    replace(this.#custom, data.custom);
    replace(this.#presence, data.presence);
    replace(this.#unread, data.unread, ([, count]) => count > 0);
    replace(this.#receipts, data.receipts);
    replace(this.#groups, data.groups?.map((/** @type {any} */ group) =>
      [`group:${group.id}`, { mentions: 0, ...group, peer: `group:${group.id}` }]));
    replace(this.#mailboxes, data.mailboxes?.map((/** @type {any} */ mailbox) => [key(mailbox.address), mailboxOf(mailbox)]));
    replace(this.#contacts, data.contacts?.map((/** @type {any} */ contact) => [contact.account, contact]), ([, contact]) => contact.state !== "none");
  }

  /** @param {ImEvent} event */
  #change(event) {
    switch (event.type) {
      case "MessageReceived":
        if (!event.isOwn) {
          this.#countMessage(event);
        }

        break;
      case "ReceiptReceived":
        this.#takeReceipt(event);
        break;
      case "ContactChanged":
        if (event.contact.state === "none") {
          this.#contacts.delete(event.contact.account);
        } else {
          // Mail is in pages and in events of its own, not in the log.
          const mail = mailFrom(event.contact.account, this.#mailboxes.share().values());
          this.#contacts.set(event.contact.account, without({ ...event.contact, mail }));
        }

        break;
      case "ProfileChanged":
        this.#profile = event.profile;
        break;
      case "SettingsChanged":
        put(this.#settings, event.key, event.value);
        break;
      case "CustomChanged":
        put(this.#custom, event.key, event.value);
        break;
      case "LinksChanged":
        this.#role = event.members.find(member => member.account === this.account)?.role ?? (event.members.length === 0 ? "master" : this.#role);
        break;
      case "GroupChanged": {
        const after = groupAfter(event, this.#groups.get(event.group));
        if (after) {
          this.#groups.set(event.group, after);
        } else {
          this.#groups.delete(event.group);
          this.#setUnread(event.group, 0);
        }

        break;
      }
    }
  }

  /** @param {MessageReceived} message */
  #countMessage(message) {
    this.#setUnread(message.peer, (this.#unread.get(message.peer) ?? 0) + 1);
    const group = isGroup(message.peer) && this.#groups.get(message.peer);
    if (group && this.#mentions(message)) {
      this.#groups.set(message.peer, { ...group, mentions: group.mentions + 1 });
    }
  }

  /** @param {import("../orleansim.js").ReceiptReceived} receipt */
  #takeReceipt({ by, peer, upTo, what }) {
    if (by === this.account) {
      if (what === "read") {
        this.markRead(peer, upTo);
      }

      return;
    }

    const had = this.#receipts.get(peer) ?? { delivered: 0, read: 0 };
    this.#receipts.set(peer, {
      delivered: Math.max(had.delivered, upTo),
      read: what === "read" ? Math.max(had.read, upTo) : had.read,
    });
  }

  /** @param {MessageReceived} message */
  #mentions(message) {
    return message.mentions.includes(this.account);
  }

  /** @param {string} peer @param {number} count */
  #setUnread(peer, count) {
    if (count > 0) {
      this.#unread.set(peer, count);
    } else {
      this.#unread.delete(peer);
    }
  }

  /** @param {string} address @returns {Mailbox} */
  #mailbox(address) {
    return this.#mailboxes.get(key(address)) ?? mailboxOf({ address });
  }

  /** @param {Mailbox} mailbox */
  #setMailbox(mailbox) {
    this.#mailboxes.set(key(mailbox.address), mailbox);
    this.#showBadges();
  }

  /** The contacts of a page know what its mailboxes have from them. */
  #showBadges() {
    const mailboxes = [...this.#mailboxes.share().values()];
    for (const [account, contact] of this.#contacts.share()) {
      const mail = mailFrom(account, mailboxes);
      if (mail?.unread !== contact.mail?.unread || mail?.latest !== contact.mail?.latest) {
        this.#contacts.set(account, without({ ...contact, mail }));
      }
    }
  }
}

/** @param {string} address */
function key(address) {
  return address.toLowerCase();
}

/**
 * @param {CowMap<any>} map
 * @param {any} given Entries, or an object of them; what is not given stays.
 * @param {(entry: [string, any]) => boolean} [only]
 */
function replace(map, given, only = () => true) {
  if (given) {
    map.replace((Array.isArray(given) ? given : Object.entries(given)).filter(only));
  }
}

/** @param {CowMap<unknown>} map @param {string} name @param {unknown} value */
function put(map, name, value) {
  if (value === null) {
    map.delete(name);
  } else {
    map.set(name, value);
  }
}
