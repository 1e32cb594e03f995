// What stands where nothing is open: who one is here.
import { button, h, icon } from "../dom.js";
import { ownAvatar, statusWords, tabName } from "../format.js";
import { app, go, openDialog } from "../state.js";
import { t } from "../texts.js";

export function overview(page) {
  return h("section", { key: "overview", class: "pane overview", "aria-label": t("yourAccount") },
    ownCard(page),
    h("p", { class: "quiet center" }, page.contacts.size || page.groups.size ? t("chooseChat") : t("noContacts")));
}

/** The account's own info: name, id, address, description, custom data, mailboxes. */
export function ownCard(page) {
  const { profile } = page;
  const custom = [...page.custom].slice(0, 6);
  return h("div", { class: "card own-card", key: "own" },
    h("div", { class: "own-head" },
      ownAvatar(page, "large"),
      h("div", { class: "clip-box" },
        h("h2", { dir: "auto", class: "clip" }, tabName(page)),
        h("p", { class: "quiet", dir: "ltr" }, page.account),
        h("p", { class: "small quiet", dir: "auto" }, statusWords(page, page.account)))),
    profile.description && h("p", { dir: "auto" }, profile.description),
    h("dl", null,
      profile.email && [h("dt", { key: "e" }, t("email")), h("dd", { key: "ev", dir: "auto" }, profile.email)],
      page.mailboxes.size > 0 && [h("dt", { key: "m" }, t("mailboxes")), [...page.mailboxes.values()].map(mailbox => h("dd", { key: mailbox.address, dir: "auto" }, mailbox.address, h("span", { class: "quiet small" }, ` · ${t(`channel.${mailbox.state}`)}`)))],
      custom.map(([key, value]) => [h("dt", { key: `c ${key}`, dir: "auto" }, key), h("dd", { key: `cv ${key}`, dir: "auto" }, typeof value === "string" ? value : JSON.stringify(value))]),
      page.via === "mailbox" && [h("dt", { key: "v" }, t("signedInWith")), h("dd", { key: "vv" }, t("aMailbox"))]),
    h("div", { class: "actions" },
      button("", t("editProfile"), () => openDialog("settings", { account: page.account }), icon("pencil"), t("editProfile")),
      page.mailboxes.size === 0 ? button("", t("bindMailbox"), () => openDialog("bind", { account: page.account }), icon("mail"), t("bindMailbox"))
        : button("", t("writeMail"), () => go(page.account, { section: "mail", open: { kind: "write", to: [] } }), icon("mail"), t("writeMail")),
      app.client.pages.size === 1 && button("", t("linkAccounts"), () => openDialog("links"), icon("link"), t("linkAccounts"))));
}
