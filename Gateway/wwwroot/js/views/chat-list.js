// Requests, friends, groups: who can be spoken to, and who wants to be.
import { button, h, icon } from "../dom.js";
import { SERVICE, avatar, count, dot, errorWords, nameOf, statusOf, statusWords, when } from "../format.js";
import { app, changed, chatKey, go, openDialog, placeOf, run, task, toast } from "../state.js";
import { t } from "../texts.js";
import { rowKeys } from "./parts.js";

export function chatList(page, place) {
  const last = lastMessages(page);
  const byRecency = (a, b) => (last.get(b)?.at ?? "").localeCompare(last.get(a)?.at ?? "") || rank(page, a) - rank(page, b) || nameOf(page, a).localeCompare(nameOf(page, b));
  const contacts = [...page.contacts.values()].filter(contact => fits(contact, place));
  const of = state => contacts.filter(contact => contact.state === state);
  const friends = of("friend").map(contact => contact.account);
  // Who is no friend but has written, where the account hears from everyone.
  const strangers = [...last.keys()].filter(peer => !peer.startsWith("group:") && peer !== SERVICE && !page.contacts.has(peer) && !place.label && matches([peer], place.filter));
  const service = (last.has(SERVICE) || page.unread.has(SERVICE)) && !place.label && matches([t("service")], place.filter) ? [SERVICE] : [];
  const groups = [...page.groups.keys()].filter(peer => !place.label && matches([page.groups.get(peer).name], place.filter));
  const labels = [...new Set([...page.contacts.values()].flatMap(contact => contact.labels ?? []))].sort();
  const isEmpty = !page.contacts.size && !page.groups.size && !service.length;

  return h("div", { class: "list", onkeydown: rowKeys, key: "chats" },
    h("div", { class: "list-tools" },
      h("input", { type: "search", placeholder: t("search"), "aria-label": t("searchContacts"), value: place.filter, dir: "auto", oninput: event => {
        placeOf(page.account).filter = event.target.value;
        changed();
      } }),
      button("round", t("addContact"), () => openDialog("addContact", { account: page.account }), icon("plus")),
      button("round", t("newGroup"), () => openDialog("newGroup", { account: page.account }), icon("people"))),
    labels.length > 0 && h("div", { class: "chips", role: "group", "aria-label": t("labels") }, labels.map(label => h("button", {
      key: label, type: "button", class: `chip ${place.label === label ? "chosen" : ""}`, "aria-pressed": String(place.label === label), dir: "auto",
      onclick: () => go(page.account, { label: place.label === label ? "" : label }),
    }, label))),
    h("div", { class: "scroll" },
      requests(page, of("pending")),
      rows(page, place, t("notices"), service, last),
      rows(page, place, t("friends"), [...friends, ...strangers].sort(byRecency), last),
      rows(page, place, t("groups"), groups.sort(byRecency), last),
      rows(page, place, t("waiting"), of("requested").map(contact => contact.account).sort(byRecency), last, t("waitingHint")),
      rows(page, place, t("blockedOnes"), of("blocked").map(contact => contact.account).sort(byRecency), last),
      isEmpty ? h("div", { class: "empty" }, h("p", null, t("noContacts")), button("main", t("addContact"), () => openDialog("addContact", { account: page.account })))
        : place.filter && !contacts.length && !groups.length && !service.length && h("p", { class: "empty quiet" }, t("nothingFound"))));
}

function requests(page, pending) {
  if (!pending.length) {
    return null;
  }
  return h("section", { class: "group-of-rows", key: "requests" },
    h("h2", { class: "list-head" }, t("requests")),
    pending.map(contact => {
      const name = `request ${page.account} ${contact.account}`;
      const answer = verb => () => run(name, () => app.client[verb](page.account, contact.account)).then(() => {
        const { error } = task(name);
        if (error) {
          toast(errorWords(error), true);
        }
      });
      return h("div", { class: "row still request", key: contact.account, "data-request": contact.account },
        avatar(nameOf(page, contact.account), contact.account),
        h("div", { class: "row-text" },
          h("strong", { class: "clip", dir: "auto" }, nameOf(page, contact.account)),
          h("span", { class: "quiet small clip", dir: "auto" }, contact.account),
          contact.greeting && h("p", { class: "greeting", dir: "auto" }, contact.greeting),
          h("div", { class: "actions" },
            h("button", { type: "button", class: "main small", disabled: !!task(name).busy, onclick: answer("acceptContact") }, t("accept")),
            h("button", { type: "button", class: "small", disabled: !!task(name).busy, onclick: answer("refuseContact") }, t("refuse")))));
    }));
}

function rows(page, place, title, peers, last, hint) {
  if (!peers.length) {
    return null;
  }
  return h("section", { class: "group-of-rows", key: title },
    h("h2", { class: "list-head" }, title, h("span", { class: "quiet small" }, ` ${peers.length}`)),
    hint && h("p", { class: "quiet small pad" }, hint),
    peers.map(peer => row(page, peer, place.peer === peer, last.get(peer))));
}

function row(page, peer, isChosen, last) {
  const isGroup = peer.startsWith("group:");
  const unread = page.unread.get(peer) ?? 0;
  const contact = page.contacts.get(peer);
  const name = nameOf(page, peer);
  const typist = app.typing.get(chatKey(page.account, peer));
  const mentions = page.groups.get(peer)?.mentions ?? 0;
  const mail = contact?.mail?.unread ?? 0;
  return h("button", {
    key: peer, type: "button", class: `row ${isChosen ? "chosen" : ""} ${unread ? "blink" : ""}`, "aria-current": isChosen ? "true" : null, "data-peer": peer,
    onclick: () => go(page.account, { peer }),
  },
  h("span", { class: "avatar-box" }, avatar(name, peer, isGroup ? "square" : ""), !isGroup && peer !== SERVICE && dot(page.isLocal ? "offline" : statusOf(page, peer), statusWords(page, peer))),
  h("span", { class: "row-text" },
    h("span", { class: "row-line" },
      h("strong", { class: "clip grow", dir: "auto" }, name),
      mail > 0 && h("span", { class: "mail-badge", title: contact.mail.latest ?? "" }, icon("mail"), String(mail), h("span", { class: "sr" }, t("unreadMailsWord"))),
      last && h("span", { class: "quiet tiny" }, when(last.at))),
    h("span", { class: "row-line" },
      typist ? h("span", { class: "typing small clip grow" }, isGroup ? t("typingNamed", { name: nameOf(page, typist) }) : t("typing"))
        : h("span", { class: "quiet small clip grow", dir: "auto" }, last ? last.text : isGroup ? t("membersCount", { n: page.groups.get(peer)?.members ?? 0 }) : statusWords(page, peer)),
      mentions > 0 && h("span", { class: "badge", title: t("mentioned") }, "@"),
      unread > 0 && h("span", { class: "badge" }, count(unread), h("span", { class: "sr" }, t("unreadWord")))),
    contact?.labels?.length > 0 && h("span", { class: "labels" }, contact.labels.map(label => h("span", { class: "label-tag", dir: "auto", key: label }, label)))));
}

function rank(page, peer) {
  return ["online", "busy", "away"].indexOf(statusOf(page, peer)) < 0 ? 1 : 0;
}

function fits(contact, place) {
  return (!place.label || contact.labels?.includes(place.label))
    && matches([contact.account, contact.displayName, contact.remark, ...(contact.labels ?? []), ...(contact.emails ?? [])], place.filter);
}

function matches(texts, filter) {
  const wanted = filter.trim().toLocaleLowerCase();
  return !wanted || texts.some(text => text?.toLocaleLowerCase().includes(wanted));
}

const lastOf = new WeakMap();

/** The newest message with each peer, and what is still to be sent. Kept with the events it was made from. */
function lastMessages(page) {
  let last = lastOf.get(page.recent);
  if (!last) {
    last = new Map();
    for (const event of page.recent) {
      if (event.type === "MessageReceived") {
        last.set(event.peer, { at: event.sentAt, text: (event.isOwn ? `${t("you")}: ` : event.peer.startsWith("group:") ? `${nameOf(page, event.from)}: ` : "") + event.body.slice(0, 120) });
      }
    }
    lastOf.set(page.recent, last);
  }
  return last;
}
