// The mail side of an account: mailboxes, newest mails and mail contacts, with friends shown at their addresses.
import { button, h, icon } from "../dom.js";
import { avatar, dot, errorWords, moment, nameOf, named, statusOf, statusWords, when } from "../format.js";
import { app, changed, chatKey, go, openDialog, run, task, toast } from "../state.js";
import { t } from "../texts.js";
import { ownCard } from "./overview.js";
import { rowKeys, tabs } from "./parts.js";
import { writeMail } from "./write-mail.js";

function theMailbox(page, place) {
  return page.mailboxes.get(place.mailbox) ?? page.mailboxes.values().next().value;
}

export function mailList(page, place) {
  const mailbox = theMailbox(page, place);
  if (!mailbox) {
    return h("div", { class: "list", key: "mail" }, h("div", { class: "empty" }, h("p", null, t("noMailbox")), h("p", { class: "quiet small" }, t("noMailboxHint")), button("main", t("bindMailbox"), () => openDialog("bind", { account: page.account }))));
  }
  return h("div", { class: "list", key: "mail", onkeydown: rowKeys },
    mailboxBar(page, place, mailbox),
    tabs(t("mailLists"), place.list, [["mails", t("mails")], ["contacts", t("mailContacts")], ["friends", t("friends")]], list => {
      const known = app.parties.get(chatKey(page.account, mailbox.address));
      if (known) {
        known.fetched = false;
      }
      go(page.account, { list });
    }, "segments slim"),
    h("div", { class: "scroll", key: `${mailbox.address} ${place.list}` },
      place.list === "contacts" ? contacts(page, place, mailbox) : place.list === "friends" ? friends(page) : mails(page, place, mailbox)));
}

function mailboxBar(page, place, mailbox) {
  const all = [...page.mailboxes.values()];
  return h("div", { class: "mailbox-bar", "data-channel": mailbox.state },
    h("div", { class: "row-line" },
      all.length > 1
        ? h("select", { class: "grow", "aria-label": t("mailbox"), value: mailbox.address, onchange: event => go(page.account, { mailbox: event.target.value, open: null }) }, all.map(m => h("option", { key: m.address, value: m.address }, m.unread ? `${m.address} (${m.unread})` : m.address)))
        : h("strong", { class: "clip grow", dir: "auto" }, mailbox.address),
      button("round", t("writeMail"), () => go(page.account, { open: { kind: "write", to: [] } }), icon("pencil")),
      button("round", t("mailboxSettings"), () => openDialog("mailboxes", { account: page.account }), icon("gear"))),
    h("p", { class: `small clip channel ${mailbox.state}`, role: "status" }, page.isLocal ? t("channelUnknown") : channelWords(mailbox), mailbox.unread > 0 ? ` · ${t("unreadMails", { n: mailbox.unread })}` : ""));
}

/** The state of a channel in a sentence. */
export function channelWords(mailbox) {
  if (mailbox.state !== "failed") {
    return t(`channel.${mailbox.state}`);
  }
  const what = mailbox.error?.code === "mail_auth_failed" ? t("channel.badPassword") : t("channel.failed");
  return mailbox.retryAt ? `${what} ${t("triesAgain", { when: when(mailbox.retryAt) })}` : what;
}

// --- mails ------------------------------------------------------------------------------------------------------------

function mails(page, place, mailbox) {
  const key = chatKey(page.account, mailbox.address);
  const known = app.mails.get(key);
  const list = merged(known?.list, mailbox.new);
  const { error } = task(`mails ${key}`);
  if ((!known || known.stale) && app.client.status === "online" && mailbox.state === "open") {
    app.mails.set(key, { ...known, stale: false, newest: mailbox.new[0]?.uid ?? 0 });
    // Not while this is being drawn.
    setTimeout(() => void run(`mails ${key}`, async () => {
      const { mails } = await app.client.listMails(page.account, mailbox.address, { limit: 50 });
      app.mails.set(key, { ...app.mails.get(key), list: mails });
    }));
  }
  return [
    error && h("p", { class: "failure", key: "error" }, errorWords(error), " ", button("plain", t("tryAgain"), () => {
      app.mails.delete(key);
      changed();
    })),
    list.map(mail => mailRow(page, place, mailbox, mail)),
    !list.length && h("p", { class: "empty quiet", key: "none" }, task(`mails ${key}`).busy ? t("loading") : t("noMails")),
  ];
}

/** What was listed, and what came since. */
function merged(list, fresh) {
  const byUid = new Map((list ?? []).map(mail => [mail.uid, mail]));
  for (const mail of fresh) {
    byUid.set(mail.uid, mail);
  }
  return [...byUid.values()].sort((a, b) => b.date.localeCompare(a.date) || b.uid - a.uid);
}

/** Who it is from: the friend's name where there is one, in place of the address. */
function partyName(page, party) {
  return party.friend ? nameOf(page, party.friend.account) === party.friend.account ? party.friend.name : nameOf(page, party.friend.account) : party.name || party.address;
}

function party(page, who) {
  const name = partyName(page, who);
  return h("span", { class: "avatar-box" }, avatar(name, who.friend?.account ?? who.address), who.friend && dot(statusOf(page, who.friend.account), statusWords(page, who.friend.account)));
}

function mailRow(page, place, mailbox, mail) {
  const isChosen = place.open?.kind === "mail" && place.open.uid === mail.uid;
  return h("button", { key: `mail ${mail.uid}`, type: "button", class: `row ${isChosen ? "chosen" : ""} ${mail.unread ? "unread" : ""}`, "aria-current": isChosen ? "true" : null, "data-mail": mail.uid,
    onclick: () => go(page.account, { mailbox: mailbox.address, open: { kind: "mail", uid: mail.uid } }) },
  party(page, mail.from),
  h("span", { class: "row-text" },
    h("span", { class: "row-line" }, h("span", { class: `clip grow name ${mail.from.friend ? "friend" : ""}`, dir: "auto", title: mail.from.address }, partyName(page, mail.from)), mail.unread && h("span", { class: "sr" }, t("unreadWord")), h("span", { class: "quiet tiny" }, when(mail.date))),
    h("span", { class: "clip subject", dir: "auto" }, mail.subject || t("noSubject")),
    h("span", { class: "quiet small clip", dir: "auto" }, named(mail.preview, mail.mentions))));
}

// --- contacts and friends ---------------------------------------------------------------------------------------------

/** Mail contacts of a mailbox: from this device at first, then from the server. */
export function partiesOf(page, mailbox) {
  const key = chatKey(page.account, mailbox.address);
  const known = app.parties.get(key) ?? {};
  app.parties.set(key, known);
  if (!known.stored) {
    known.stored = true;
    app.client.storedMailContacts(page.account, mailbox.address).then(list => {
      known.list ??= list;
      changed();
    }, () => {});
  }
  if (!known.fetched && !known.busy && app.client.status === "online") {
    known.busy = true;
    app.client.findMailContacts(page.account, mailbox.address, { limit: 500 })
      .then(list => Object.assign(known, { list, error: null }), error => Object.assign(known, { error }))
      .finally(() => {
        Object.assign(known, { busy: false, fetched: true });
        lookAgain(known);
        changed();
      });
  }
  return known;
}

/** A mailbox that was just opened collects its contacts in the background, and nothing tells when it has. */
function lookAgain(known) {
  known.pause = known.list?.length ? 60_000 : Math.min(60_000, (known.pause ?? 1_000) * 2);
  clearTimeout(known.timer);
  known.timer = setTimeout(() => {
    known.fetched = false;
    changed();
  }, known.pause);
}

export function refreshParties(page) {
  for (const key of [...app.parties.keys(), ...app.mails.keys()]) {
    if (key.startsWith(`${page.account}\n`)) {
      const known = app.parties.get(key);
      if (known) {
        known.fetched = false;
      }
      const mails = app.mails.get(key);
      if (mails) {
        mails.stale = true;
      }
    }
  }
  changed();
}

/** Contacts of the mailbox, and who has written since they were collected. */
function everybody(page, mailbox, list) {
  const byAddress = new Map(list.map(who => [who.address.toLowerCase(), who]));
  for (const { from } of merged(app.mails.get(chatKey(page.account, mailbox.address))?.list, mailbox.new)) {
    if (!byAddress.has(from.address.toLowerCase())) {
      byAddress.set(from.address.toLowerCase(), from);
    }
  }
  return [...byAddress.values()].sort((a, b) => partyName(page, a).localeCompare(partyName(page, b)));
}

function contacts(page, place, mailbox) {
  const known = partiesOf(page, mailbox);
  const list = everybody(page, mailbox, known.list ?? []);
  return [
    known.error && h("p", { class: "failure", key: "error" }, errorWords(known.error), " ", button("plain", t("tryAgain"), () => refreshParties(page))),
    list.map(who => {
      const isChosen = place.open?.kind === "party" && place.open.address === who.address;
      return h("button", { key: who.address, type: "button", class: `row ${isChosen ? "chosen" : ""}`, "data-address": who.address, "aria-current": isChosen ? "true" : null, onclick: () => go(page.account, { open: { kind: "party", address: who.address } }) },
        party(page, who),
        h("span", { class: "row-text" },
          h("span", { class: "clip name", dir: "auto" }, partyName(page, who)),
          h("span", { class: "quiet small clip", dir: "auto" }, who.address, who.friend && ` · ${statusWords(page, who.friend.account)}`)));
    }),
    !list.length && h("p", { class: "empty quiet", key: "none" }, known.busy ? t("loading") : t("noMailContacts")),
  ];
}

function friends(page) {
  const list = [...page.contacts.values()].filter(contact => contact.state === "friend").sort((a, b) => nameOf(page, a.account).localeCompare(nameOf(page, b.account)));
  return [
    list.map(contact => h("div", { class: "row still", key: contact.account, "data-friend": contact.account },
      h("span", { class: "avatar-box" }, avatar(nameOf(page, contact.account), contact.account), dot(statusOf(page, contact.account))),
      h("span", { class: "row-text" },
        h("span", { class: "clip name", dir: "auto" }, nameOf(page, contact.account)),
        h("span", { class: "quiet small clip", dir: "auto" }, `${contact.account} · ${statusWords(page, contact.account)}`),
        contact.emails?.length > 0 && h("span", { class: "quiet small clip", dir: "auto" }, contact.emails.join(", "))),
      button("round", t("chatWith", { name: nameOf(page, contact.account) }), () => go(page.account, { section: "chats", peer: contact.account }), icon("chat")),
      button("round", t("mailTo", { name: nameOf(page, contact.account) }), () => go(page.account, { open: { kind: "write", to: [contact.account] } }), icon("mail")))),
    !list.length && h("p", { class: "empty quiet", key: "none" }, t("noFriends")),
  ];
}

// --- what is open -----------------------------------------------------------------------------------------------------

export function mailMain(page, place) {
  const mailbox = theMailbox(page, place);
  const { open } = place;
  if (!mailbox || !open) {
    return h("section", { key: "mail overview", class: "pane overview", "aria-label": t("yourAccount") }, ownCard(page), mailbox && h("p", { class: "quiet center" }, t("chooseMail")));
  }
  if (open.kind === "write") {
    return writeMail(page, place, mailbox, open);
  }
  const mail = open.kind === "mail" ? merged(app.mails.get(chatKey(page.account, mailbox.address))?.list, mailbox.new).find(other => other.uid === open.uid) : null;
  const who = mail?.from ?? everybody(page, mailbox, app.parties.get(chatKey(page.account, mailbox.address))?.list ?? []).find(other => other.address === open.address);
  if (!who) {
    return h("section", { key: "gone", class: "pane overview", "aria-label": t("mail") }, h("p", { class: "quiet center" }, task(`mails ${chatKey(page.account, mailbox.address)}`).busy ? t("loading") : t("mailGone")));
  }
  return h("section", { key: `open ${open.uid ?? open.address}`, class: "pane mail-open", "aria-label": mail ? t("mail") : t("mailContact") },
    h("header", { class: "main-head" },
      button("round back", t("back"), () => go(page.account, { open: null }), icon("back")),
      party(page, who),
      h("div", { class: "grow clip-box" },
        h("h2", { class: "clip", dir: "auto" }, partyName(page, who)),
        h("p", { class: "quiet small clip", dir: "auto" }, who.address, who.friend && ` · ${statusWords(page, who.friend.account)}`))),
    h("div", { class: "scroll mail-body" },
      mail && [h("h3", { key: "s", dir: "auto" }, mail.subject || t("noSubject")), h("p", { class: "quiet small", key: "d" }, moment(mail.date), ` → ${mailbox.address}`), h("p", { class: "preview", key: "p", dir: "auto" }, named(mail.preview, mail.mentions)), h("p", { class: "quiet small", key: "b" }, t("previewOnly"))],
      h("div", { class: "actions", key: "a" },
        button("main", mail ? t("reply") : t("writeMail"), () => go(page.account, { open: { kind: "write", to: who.friend ? [who.friend.account] : [who.address], subject: mail ? answerTo(mail.subject) : "", replyTo: mail?.uid } })),
        who.friend && button("", t("chat"), () => go(page.account, { section: "chats", peer: who.friend.account }), icon("chat"), t("chat"))),
      matching(page, who)));
}

const answerTo = subject => /^re:/i.test(subject) ? subject : `Re: ${subject}`;

/** Says whose address it is. The same is done from the friend's side in the contact's window. */
function matching(page, who) {
  const friend = who.friend && page.contacts.get(who.friend.account);
  const isMapped = friend?.mapped?.some(address => address.toLowerCase() === who.address.toLowerCase());
  const name = `map ${page.account} ${who.address}`;
  const { busy, error } = task(name);
  const change = work => void run(name, work).then(() => {
    if (!task(name).error) {
      toast(t("saved"));
      refreshParties(page);
    }
  });
  const choices = [...page.contacts.values()].filter(contact => contact.state === "friend");
  return h("div", { class: "card match", key: "match" },
    h("h3", null, t("whoseAddress")),
    h("p", { class: "quiet small", dir: "auto" }, friend ? isMapped ? t("youMapped", { name: nameOf(page, friend.account) }) : t("theySay", { name: nameOf(page, friend.account) }) : t("nobodyMatched")),
    h("div", { class: "row-line" },
      h("select", { class: "grow", "aria-label": t("whoseAddress"), disabled: !!busy, value: friend?.account ?? "", onchange: event => event.target.value && change(() => app.client.mapAddress(page.account, who.address, event.target.value)) },
        h("option", { key: "", value: "" }, t("chooseFriend")),
        choices.map(contact => h("option", { key: contact.account, value: contact.account }, nameOf(page, contact.account)))),
      isMapped && h("button", { type: "button", disabled: !!busy, onclick: () => change(() => app.client.unmapAddress(page.account, who.address)) }, t("unmap"))),
    error && h("p", { class: "failure", role: "alert" }, errorWords(error)));
}
