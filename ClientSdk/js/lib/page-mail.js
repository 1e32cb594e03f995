/** The mailboxes of a page, and what they have from each friend. Pure. */
/** @import { ImEvent, Mailbox } from "../orleansim.js" */

/** A mailbox with what may be missing. @param {any} mailbox @returns {Mailbox} */
export function mailboxOf(mailbox) {
  return { state: "opening", ...mailbox, new: mailbox.new ?? [], badge: mailbox.badge ?? {} };
}

/**
 * What the mailboxes have from a friend; undefined if nothing.
 * @param {string} friend
 * @param {Iterable<Mailbox>} mailboxes
 */
export function mailFrom(friend, mailboxes) {
  let unread = 0;
  /** @type {import("../orleansim.js").MailSummary | undefined} */
  let newest;
  for (const mailbox of mailboxes) {
    if (!Object.hasOwn(mailbox.badge, friend)) {
      continue;
    }

    unread += mailbox.badge[friend] ?? 0;
    for (const mail of mailbox.new) {
      if (mail.from?.friend?.account === friend && (!newest || mail.date > newest.date)) {
        newest = mail;
      }
    }
  }

  return unread === 0 ? undefined : { unread, ...(newest ? { latest: newest.subject } : {}) };
}

/**
 * What became of the mailboxes while nobody could be told, as the events that would have said so.
 * @param {string} account
 * @param {ReadonlyMap<string, Mailbox>} before
 * @param {ReadonlyMap<string, Mailbox>} after
 * @returns {ImEvent[]}
 */
export function missedOfMail(account, before, after) {
  /** @type {any[]} */
  const missed = [];
  for (const [key, mailbox] of before) {
    if (!after.has(key)) {
      missed.push({ type: "ChannelChanged", account, mailbox: mailbox.address, state: "closed", removed: true });
    }
  }

  for (const [key, now] of after) {
    const then = before.get(key);
    const mailbox = now.address;
    if (then?.state !== now.state || then.retryAt !== now.retryAt || !same(then.error, now.error)) {
      const { state, error, retryAt } = now;
      missed.push({ type: "ChannelChanged", account, mailbox, state, ...(error && { error }), ...(retryAt && { retryAt }), removed: false });
    }

    if (then?.unread !== now.unread || !same(then?.new, now.new)) {
      missed.push({ type: "MailChanged", account, mailbox, unread: now.unread ?? 0, new: now.new, badge: now.badge });
    }
  }

  return missed;
}

/** @param {unknown} one @param {unknown} other */
function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}
