// A contact: what the account calls it, which addresses are its, and what can be done with it.
import { button, h } from "../dom.js";
import { avatar, errorWords, nameOf, statusWords } from "../format.js";
import { app, closeDialog, go, run, task } from "../state.js";
import { t } from "../texts.js";
import { partiesOf, refreshParties } from "./mail.js";
import { ask, attempt, dialog, done, failure, field } from "./parts.js";

export function contactDialog(page, peer) {
  const contact = page.contacts.get(peer) ?? { account: peer, displayName: peer, state: "none" };
  const name = nameOf(page, peer);
  const act = (verb, close) => () => void run("dialog.act", () => app.client[verb](page.account, peer)).then(() => close && !task("dialog.act").error && closeDialog());
  const sure = (title, text, verb) => () => {
    closeDialog(() => ask(title, text, title, () => void attempt(() => app.client[verb](page.account, peer))));
  };
  const { error } = task("dialog.act");
  return dialog(name, "",
    h("div", { class: "own-head" }, avatar(name, peer, "large"),
      h("div", { class: "clip-box" }, h("p", { dir: "auto" }, contact.displayName), h("p", { class: "quiet", dir: "ltr" }, peer), h("p", { class: "quiet small", dir: "auto" }, contact.state === "friend" ? statusWords(page, peer) : t(`contact.${contact.state}`)))),
    contact.description && h("p", { dir: "auto" }, contact.description),
    contact.state === "friend" && remarkForm(page, contact),
    contact.state === "friend" && addresses(page, contact),
    error && failure(errorWords(error)),
    h("div", { class: "actions" },
      (contact.state === "none" || contact.state === "requested") && button("", t("askFriend"), act("requestContact")),
      contact.state === "pending" && [button("main", t("accept"), act("acceptContact")), button("", t("refuse"), act("refuseContact", true))],
      contact.state === "blocked" ? button("", t("unblock"), act("unblockContact")) : button("danger", t("block"), sure(t("block"), t("blockHint", { name }), "blockContact")),
      contact.state !== "none" && contact.state !== "blocked" && button("danger", t("removeContact"), sure(t("removeContact"), t("removeHint", { name }), "removeContact"))));
}

function remarkForm(page, contact) {
  const { busy, error, result } = task("dialog.remark");
  return h("form", { key: "remark", onsubmit: event => {
    event.preventDefault();
    const data = new FormData(event.target);
    const labels = data.get("labels").split(/[,，、]/).map(label => label.trim()).filter(Boolean);
    void run("dialog.remark", () => app.client.setContact(page.account, contact.account, { remark: data.get("remark").trim(), labels: [...new Set(labels)] }));
  } },
  field(t("remark"), h("input", { name: "remark", initial: contact.remark ?? "", dir: "auto", maxlength: 512 }), t("remarkHint")),
  field(t("labels"), h("input", { name: "labels", initial: (contact.labels ?? []).join(", "), dir: "auto" }), t("labelsHint")),
  error && failure(errorWords(error)), result && done(t("saved")),
  h("button", { type: "submit", disabled: !!busy }, t("save")));
}

/** The friend's addresses; those that the account mapped can be taken away again. */
function addresses(page, contact) {
  const mapped = new Set((contact.mapped ?? []).map(address => address.toLowerCase()));
  const known = [...page.mailboxes.values()].flatMap(mailbox => partiesOf(page, mailbox).list ?? []).filter(who => who.friend?.account !== contact.account);
  const { busy, error } = task("dialog.map");
  const change = work => run("dialog.map", work).then(() => {
    const ok = !task("dialog.map").error;
    if (ok) {
      refreshParties(page);
    }
    return ok;
  });
  return h("section", { key: "addresses" },
    h("h3", null, t("mailAddresses")),
    contact.emails?.length ? h("ul", { class: "members" }, contact.emails.map(address => h("li", { key: address, class: "row-line" },
      h("span", { class: "grow clip", dir: "auto" }, address),
      mapped.has(address.toLowerCase()) ? button("small", t("unmap"), () => void change(() => app.client.unmapAddress(page.account, address))) : h("span", { class: "quiet small" }, t("theirOwn")))))
      : h("p", { class: "quiet small" }, t("noAddresses")),
    page.mailboxes.size > 0 && h("form", { class: "row-line", onsubmit: async event => {
      event.preventDefault();
      const form = event.target;
      const address = new FormData(form).get("address").trim();
      if (await change(() => app.client.mapAddress(page.account, address, contact.account))) {
        form.reset();
      }
    } },
    h("input", { class: "grow", name: "address", required: true, list: "known-parties", dir: "auto", placeholder: t("addressOfFriend"), "aria-label": t("addressOfFriend"), maxlength: 254 }),
    h("datalist", { id: "known-parties" }, known.map(who => h("option", { key: who.address, value: who.address }, who.name ?? ""))),
    h("button", { type: "submit", disabled: !!busy }, t("add"))),
    error && failure(errorWords(error)));
}

export function addContactDialog(page) {
  const { busy, error, result } = task("dialog.add");
  return dialog(t("addContact"), "narrow",
    h("form", { onsubmit: event => {
      event.preventDefault();
      const data = new FormData(event.target);
      const form = event.target;
      void run("dialog.add", () => app.client.requestContact(page.account, data.get("account").trim().toLowerCase(), data.get("greeting").trim() || undefined)).then(state => {
        if (state === "friend") {
          closeDialog();
          go(page.account, { section: "chats", peer: data.get("account").trim().toLowerCase() });
        } else if (state) {
          form.reset();
        }
      });
    } },
    field(t("account"), h("input", { name: "account", required: true, maxlength: 32, autocapitalize: "none", spellcheck: "false", autocomplete: "off", dir: "ltr", mount: el => el.focus() })),
    field(t("greeting"), h("textarea", { name: "greeting", rows: 2, maxlength: 512, dir: "auto" }), t("greetingHint", { name: page.account })),
    error && failure(errorWords(error)), result && done(t("requestSent")),
    h("div", { class: "actions end" }, button("", t("close"), () => closeDialog()), h("button", { type: "submit", class: "main", disabled: !!busy }, busy ? t("working") : t("sendRequest")))));
}
