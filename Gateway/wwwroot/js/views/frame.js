// The frame around everything: one tab per account, and the page of the chosen one.
import { button, h, icon } from "../dom.js";
import { count, dot, mailUnreadOf, ownAvatar, ownStatus, tabName, unreadOf } from "../format.js";
import { app, go, openDialog, placeOf, thePage } from "../state.js";
import { t } from "../texts.js";
import { chat } from "./chat.js";
import { chatList } from "./chat-list.js";
import { mailList, mailMain } from "./mail.js";
import { overview } from "./overview.js";
import { arrows, tabs } from "./parts.js";

export function frame() {
  const page = thePage() ?? app.client.pages.values().next().value;
  if (!page) {
    return h("main", { class: "splash" }, h("p", { class: "quiet" }, t(`status.${app.client.status}`)));
  }
  const place = placeOf(page.account);
  const isOpen = place.section === "chats" ? place.peer : place.open;
  return h("div", { key: "frame", class: `frame ${isOpen ? "is-open" : ""}` },
    h("header", { class: "top" },
      accountTabs(page),
      connection(),
      button("round", t("linkSettings"), () => openDialog("links"), icon("link")),
      button("round", t("settings"), () => openDialog("settings", { account: page.account }), icon("gear"))),
    h("main", { class: "page-box" },
      h("h1", { class: "sr" }, t("pageOf", { name: tabName(page) })),
      h("div", { class: "page", role: "tabpanel", id: "page", "aria-label": t("pageOf", { name: tabName(page) }), key: `page ${page.account}` },
        h("section", { class: "side", "aria-label": t("lists") },
          self(page),
          tabs(t("sections"), place.section, [
            ["chats", t("chats"), unreadOf(page) > 0 && h("span", { class: "badge" }, count(unreadOf(page)))],
            ["mail", t("mail"), mailUnreadOf(page) > 0 && h("span", { class: "badge calm" }, count(mailUnreadOf(page)))],
          ], section => go(page.account, { section })),
          place.section === "mail" ? mailList(page, place) : chatList(page, place)),
        place.section === "mail" ? mailMain(page, place) : place.peer ? chat(page, place.peer) : overview(page))));
}

function accountTabs(chosen) {
  const pages = [...app.client.pages.values()];
  return h("div", { class: "accounts", role: "tablist", "aria-label": t("accounts"), onkeydown: event => arrows(event, pages.map(p => p.account), chosen.account, account => go(account)) },
    pages.map(page => {
      const unread = unreadOf(page);
      const isChosen = page.account === chosen.account;
      return h("button", {
        key: page.account, type: "button", role: "tab", id: `tab ${page.account}`, "aria-controls": "page", "aria-selected": String(isChosen), tabindex: isChosen ? "0" : "-1",
        class: `account-tab ${isChosen ? "chosen" : ""} ${unread ? "blink" : ""}`, title: page.account, "data-account": page.account,
        onclick: () => go(page.account), after: isChosen ? keepInView : undefined,
      },
      dot(page.isLocal ? "offline" : ownStatus(page)),
      h("span", { class: "clip", dir: "auto" }, tabName(page)),
      unread > 0 && h("span", { class: "badge" }, count(unread), h("span", { class: "sr" }, t("unreadWord"))));
    }));
}

function keepInView(el) {
  const row = el.parentElement;
  if (row && row.scrollWidth > row.clientWidth && el.dataset.seen !== "1") {
    el.scrollIntoView({ inline: "nearest", block: "nearest" });
  }
}

/** Always there, so that nothing moves when it changes. */
function connection() {
  const status = app.client.status;
  return h("div", { class: `connection ${status}`, role: "status" },
    h("span", { class: "clip", title: t(`status.${status}.long`, null, "") }, t(`status.${status}`)),
    status === "offline" && button("plain small", t("tryNow"), () => app.client.reconnect()));
}

const STATUSES = ["online", "away", "busy", "invisible"];

function self(page) {
  const status = ownStatus(page);
  const presence = page.presence.get(page.account);
  return h("div", { class: "self" },
    ownAvatar(page),
    h("div", { class: "self-text" },
      h("strong", { class: "clip", dir: "auto" }, tabName(page)),
      h("span", { class: "quiet small clip", dir: "auto" }, page.account, page.role === "master" && app.client.pages.size > 1 ? ` · ${t("master")}` : "", presence?.note ? ` · ${presence.note}` : "")),
    h("label", { class: `status-pick ${status}` },
      h("span", { class: "sr" }, t("yourStatus")),
      h("select", {
        value: STATUSES.includes(status) ? status : "online", disabled: app.client.status !== "online",
        onchange: event => void app.client.setPresence(event.target.value, { as: page.account, note: presence?.note }).catch(() => {}),
      }, STATUSES.map(value => h("option", { key: value, value }, t(value))))));
}
