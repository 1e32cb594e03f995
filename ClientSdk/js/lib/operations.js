/** What asks the server and hands back its answer, by subject. */
/** @import * as api from "../orleansim.js" */
import { ImError } from "./errors.js";
import { eventsOf, without } from "./event-reader.js";
import { randomId } from "./tabs.js";

/** @typedef {import("../orleansim.js").CallOptions} Call */

const askAgainMs = 1000;

export class Operations {
  // --- messages

  /** @param {string} as @param {{ peer?: string, before?: number, after?: number, limit?: number } & Call} [options] */
  async history(as, { peer, before, after, limit, signal } = {}) {
    const { events, more } = await this.request("history", without({ as, peer, before, after, limit }), { signal });
    return { events: eventsOf(events, as.toLowerCase()), more: !!more };
  }

  /** @param {string} as @param {string} peer @param {number} [upTo] @param {Call} [options] */
  async markRead(as, peer, upTo, { signal } = {}) {
    const seq = upTo ?? this.livePage(as)?.cursor ?? 0;
    await this.request("read", { as, peer, upTo: seq }, { signal });
    this.livePage(as)?.markRead(peer, seq);
    this.touch(as);
  }

  /** @param {string} as @param {string} to @param {boolean} on @param {Call} [options] */
  async setTyping(as, to, on, { signal } = {}) {
    await this.request("typing", { as, to, on }, { signal });
  }

  /** @param {Call} [options] */
  async ping({ signal } = {}) {
    const sent = performance.now();
    await this.request("ping", {}, { signal });
    return performance.now() - sent;
  }

  /** @param {api.OwnStatus} status @param {{ note?: string, as?: string } & Call} [options] */
  async setPresence(status, { note, as, signal } = {}) {
    await this.request("presence", without({ as, status, note }), { signal });
    this.say(as, without({ status, note }));
  }

  // --- contacts

  /** @param {string} as @param {string} account @param {string} [greeting] @param {Call} [options] */
  async requestContact(as, account, greeting, options) {
    return this.#contact("request", as, account, options, { greeting });
  }

  /** @param {string} as @param {string} account @param {Call} [options] */
  async acceptContact(as, account, options) {
    return this.#contact("accept", as, account, options);
  }

  /** @param {string} as @param {string} account @param {Call} [options] */
  async refuseContact(as, account, options) {
    return this.#contact("refuse", as, account, options);
  }

  /** @param {string} as @param {string} account @param {Call} [options] */
  async removeContact(as, account, options) {
    return this.#contact("remove", as, account, options);
  }

  /** @param {string} as @param {string} account @param {Call} [options] */
  async blockContact(as, account, options) {
    return this.#contact("block", as, account, options);
  }

  /** @param {string} as @param {string} account @param {Call} [options] */
  async unblockContact(as, account, options) {
    return this.#contact("unblock", as, account, options);
  }

  /** @param {string} as @param {string} account @param {{ remark?: string, settings?: unknown, labels?: readonly string[] }} change @param {Call} [options] */
  async setContact(as, account, { remark, settings, labels }, { signal } = {}) {
    return (await this.request("contacts.set", without({ as, account, remark, settings, labels }), { signal })).contact;
  }

  // --- groups

  /** @param {string} as @param {string} name @param {readonly string[]} [members] @param {Call} [options] */
  async createGroup(as, name, members, { signal } = {}) {
    return invitationOf(await this.request("groups.create", without({ as, name, members }), { signal }));
  }

  /** @param {string} as @param {string} group @param {readonly string[]} accounts @param {Call} [options] */
  async inviteToGroup(as, group, accounts, { signal } = {}) {
    return invitationOf(await this.request("groups.invite", { as, group, accounts }, { signal }));
  }

  /** @param {string} as @param {string} group @param {Call} [options] */
  async leaveGroup(as, group, { signal } = {}) {
    await this.request("groups.leave", { as, group }, { signal });
  }

  /** @param {string} as @param {string} group @param {string} account @param {Call} [options] */
  async kickFromGroup(as, group, account, { signal } = {}) {
    return groupOf(await this.request("groups.kick", { as, group, account }, { signal }));
  }

  /** @param {string} as @param {string} group @param {string} account @param {api.GroupRole} role @param {Call} [options] */
  async setGroupRole(as, group, account, role, { signal } = {}) {
    return groupOf(await this.request("groups.role", { as, group, account, role }, { signal }));
  }

  /** @param {string} as @param {string} group @param {{ name?: string, memberInvites?: boolean }} change @param {Call} [options] */
  async setGroup(as, group, { name, memberInvites }, { signal } = {}) {
    return groupOf(await this.request("groups.set", without({ as, group, name, memberInvites }), { signal }));
  }

  /** @param {string} as @param {string} group @param {Call} [options] */
  async getGroup(as, group, { signal } = {}) {
    return groupOf(await this.request("groups.get", { as, group }, { signal }));
  }

  // --- profile, settings, custom data

  /** @param {string} as @param {{ displayName?: string, email?: string, description?: string, avatar?: string }} change @param {Call} [options] */
  async setProfile(as, { displayName, email, description, avatar }, { signal } = {}) {
    return (await this.request("profile.set", without({ as, displayName, email, description, avatar }), { signal })).profile;
  }

  /** @param {string} as @param {string} key @param {unknown} value @param {Call} [options] */
  async setSetting(as, key, value, { signal } = {}) {
    await this.request("settings.set", { as, key, value: value ?? null }, { signal });
  }

  /** @param {string} as @param {string} setting @param {string | null} value @param {Call} [options] */
  async setPrivacy(as, setting, value, options) {
    await this.setSetting(as, setting, value, options);
  }

  /** @param {string} as @param {string} key @param {unknown} value @param {Call} [options] */
  async setCustom(as, key, value, { signal } = {}) {
    await this.request("custom.set", { as, key, value: value ?? null }, { signal });
  }

  // --- links

  /** @param {Call} [options] @returns {Promise<api.LinkGroup>} */
  async listLinks({ signal } = {}) {
    return { members: [], ...await this.request("link.list", {}, { signal }) };
  }

  /** @param {readonly api.LinkRequest[]} accounts @param {Call} [options] @returns {Promise<api.LinkResult>} */
  async addLinks(accounts, { signal } = {}) {
    const asked = accounts.map(({ account, password, jwt, role }) => without({ account, password, jwt, role }));
    return { linked: [], rejected: [], ...await this.request("link.add", { accounts: asked }, { signal }) };
  }

  /** @param {string} account @param {Call} [options] */
  async removeLink(account, { signal } = {}) {
    await this.request("link.remove", { account }, { signal });
  }

  /** @param {string} account @param {api.LinkRole} role @param {Call} [options] */
  async setRole(account, role, { signal } = {}) {
    await this.request("link.role", { account, role }, { signal });
  }

  // --- devices

  /** @param {string} as @param {Call} [options] @returns {Promise<api.DeviceSession[]>} */
  async listSessions(as, { signal } = {}) {
    return (await this.request("sessions.list", { as }, { signal })).sessions ?? [];
  }

  /** @param {string} as @param {Call} [options] @returns {Promise<api.Device[]>} */
  async listDevices(as, { signal } = {}) {
    return (await this.request("devices.list", { as }, { signal })).devices ?? [];
  }

  /** @param {string} as @param {api.Device} device @param {Call} [options] */
  async revokeDevice(as, { kind, id }, { signal } = {}) {
    await (kind === "appPassword" ? this.revokeAppPassword(as, id, { signal }) : this.endSession(id, { as, signal }));
  }

  /** @param {string} session @param {{ as?: string } & Call} [options] */
  async endSession(session, { as, signal } = {}) {
    await this.request("sessions.end", without({ as, session }), { signal });
  }

  /** @param {string} as @param {string} name @param {Call} [options] @returns {Promise<api.NewAppPassword>} */
  async createAppPassword(as, name, { signal } = {}) {
    return this.request("appPasswords.create", { as, name }, { signal });
  }

  /** @param {string} as @param {Call} [options] @returns {Promise<api.AppPassword[]>} */
  async listAppPasswords(as, { signal } = {}) {
    return (await this.request("appPasswords.list", { as }, { signal })).appPasswords ?? [];
  }

  /** @param {string} as @param {string} id @param {Call} [options] */
  async revokeAppPassword(as, id, { signal } = {}) {
    await this.request("appPasswords.revoke", { as, appPassword: id }, { signal });
  }

  // --- mail

  /** @param {string} as @param {api.MailboxBinding} mailbox @param {Call} [options] @returns {Promise<api.Mailbox>} */
  async bindMailbox(as, { address, auth, imap, smtp, carddav }, { signal } = {}) {
    const { mailbox } = await this.#mail("bind", without({ as, address, auth, imap, smtp, carddav }), signal);
    this.livePage(as)?.addMailbox(mailbox);
    this.touch(as);
    return { new: [], badge: {}, ...mailbox };
  }

  /** @param {string} as @param {string} mailbox @param {Call} [options] */
  async unbindMailbox(as, mailbox, { signal } = {}) {
    await this.#mail("unbind", { as, address: mailbox }, signal);
    this.livePage(as)?.removeMailbox(mailbox);
    this.touch(as);
    this.keepMailContacts(as, mailbox, []);
  }

  /** @param {string} as @param {string} mailbox @param {{ query?: string, limit?: number } & Call} [options] @returns {Promise<api.MailParty[]>} */
  async findMailContacts(as, mailbox, { query, limit, signal } = {}) {
    const { contacts = [] } = await this.#mail("contacts", without({ as, address: mailbox, query, limit }), signal);
    if (!query) {
      this.keepMailContacts(as, mailbox, contacts);
    }

    return contacts;
  }

  /** @param {string} as @param {string} address @param {string} friend @param {Call} [options] */
  async mapAddress(as, address, friend, { signal } = {}) {
    await this.#mail("map", { as, address, friend }, signal);
  }

  /** @param {string} as @param {string} address @param {Call} [options] */
  async unmapAddress(as, address, { signal } = {}) {
    await this.#mail("unmap", { as, address }, signal);
  }

  /** @param {string} as @param {string} mailbox @param {{ unreadOnly?: boolean, limit?: number } & Call} [options] @returns {Promise<api.MailList>} */
  async listMails(as, mailbox, { unreadOnly = false, limit, signal } = {}) {
    return { unread: 0, mails: [], ...await this.#mail("list", without({ as, address: mailbox, unreadOnly, limit }), signal) };
  }

  /** @param {string} as @param {api.OutgoingMail} mail @param {Call} [options] @returns {Promise<api.SentMail>} */
  async sendMail(as, { mailbox, to, toAddresses, subject, text, cid = randomId(), replyTo }, { signal } = {}) {
    const fields = without({ as, address: mailbox, to, toAddresses, subject, text, cid, replyTo });
    for (const end = Date.now() + this.mailTimeoutMs; ;) {
      try {
        return { cid, sent: [], failed: [], ...await this.#mail("send", fields, signal, true) };
      } catch (error) {
        if (!(error instanceof ImError && error.code === "conflict" && Date.now() + askAgainMs < end)) {
          throw error;
        }

        // An earlier attempt under this cid, whose connection broke, is still with the mail server.
        await new Promise(resolve => setTimeout(resolve, askAgainMs));
      }
    }
  }

  /** @param {string} op @param {Record<string, unknown>} fields @param {AbortSignal | undefined} signal @param {boolean} [resend] */
  #mail(op, fields, signal, resend) {
    return this.request("mail." + op, fields, { signal, timeoutMs: this.mailTimeoutMs, resend });
  }

  /** @param {string} verb @param {string} as @param {string} account @param {Call} [options] @param {Record<string, unknown>} [more] @returns {Promise<api.ContactState>} */
  async #contact(verb, as, account, { signal } = {}, more = {}) {
    return (await this.request("contacts." + verb, without({ as, account, ...more }), { signal })).state ?? "none";
  }

  // --- what the client gives

  /** @param {string} _op @param {Record<string, unknown>} [_fields] @param {{ timeoutMs?: number, signal?: AbortSignal, resend?: boolean }} [_options] @returns {Promise<any>} */
  request(_op, _fields, _options) {
    throw new Error("Not here.");
  }

  /** @protected @returns {number} */
  get mailTimeoutMs() {
    throw new Error("Not here.");
  }

  /** @protected @param {string} _account @returns {import("./page-state.js").PageState | undefined} */
  livePage(_account) {
    throw new Error("Not here.");
  }

  /** @protected @param {string} _account @returns {void} */
  touch(_account) {
    throw new Error("Not here.");
  }

  /** @protected @param {string | undefined} _as @param {{ status: string, note?: string }} _presence @returns {void} */
  say(_as, _presence) {
    throw new Error("Not here.");
  }

  /** @protected @param {string} _as @param {string} _mailbox @param {any[]} _contacts @returns {void} */
  keepMailContacts(_as, _mailbox, _contacts) {
    throw new Error("Not here.");
  }
}

/** @param {any} ok @returns {api.Group} */
function groupOf({ group }) {
  return { ...group, peer: `group:${group.id}` };
}

/** @param {any} ok @returns {api.GroupInvitation} */
function invitationOf(ok) {
  return { group: groupOf(ok), added: ok.added ?? [], rejected: ok.rejected ?? [] };
}
