// Writing a mail to friends and addresses; each recipient's fate is told by itself.
import { button, h, icon } from "../dom.js";
import { errorWords, nameOf, reasonWords } from "../format.js";
import { app, changed, go, run, task } from "../state.js";
import { t } from "../texts.js";
import { partiesOf } from "./mail.js";
import { failure, field } from "./parts.js";

export function writeMail(page, place, mailbox, open) {
  open.cid ??= crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
  const name = `write ${open.cid}`;
  const { busy, error, result } = task(name);
  const known = partiesOf(page, mailbox).list ?? [];
  return h("section", { key: `write ${open.cid}`, class: "pane mail-open", "aria-label": t("writeMail") },
    h("header", { class: "main-head" },
      button("round back", t("back"), () => go(page.account, { open: null }), icon("back")),
      h("div", { class: "grow clip-box" }, h("h2", null, open.replyTo ? t("reply") : t("writeMail")), h("p", { class: "quiet small clip", dir: "auto" }, t("from", { address: mailbox.address })))),
    result ? fates(page, result) : h("form", { class: "scroll mail-body", onsubmit: event => {
      event.preventDefault();
      addTyped(page, open, event.target.elements.namedItem("to"));
      submit(page, mailbox, open, name, event.target);
    } },
    recipients(page, open, known),
    field(t("subject"), h("input", { name: "subject", dir: "auto", maxlength: 512, value: open.subject ?? "", oninput: event => { open.subject = event.target.value; } })),
    field(t("mailText"), h("textarea", { name: "text", rows: 10, dir: "auto", maxlength: 16_000, value: open.text ?? "", oninput: event => { open.text = event.target.value; } })),
    error && failure(errorWords(error)),
    h("div", { class: "actions" },
      h("button", { type: "submit", class: "main", disabled: !!busy || app.client.status !== "online" }, busy ? t("working") : t("send")),
      app.client.status !== "online" && h("span", { class: "quiet small" }, t("needsConnection")))));
}

function recipients(page, open, known) {
  const friends = [...page.contacts.values()].filter(contact => contact.state === "friend");
  return h("div", { class: "field" },
    h("label", { class: "label", for: "mail-to" }, t("to")),
    h("div", { class: "recipients" },
      open.to.map(to => h("span", { key: to, class: "chip chosen" }, h("span", { dir: "auto" }, nameOf(page, to)), button("chip-x", t("removeNamed", { name: nameOf(page, to) }), () => {
        open.to = open.to.filter(other => other !== to);
        changed();
      }, icon("close")))),
      h("input", { id: "mail-to", name: "to", list: "mail-parties", dir: "auto", autocomplete: "off", placeholder: open.to.length ? t("another") : t("friendOrAddress"), "aria-describedby": "mail-to-hint",
        onkeydown: event => {
          if (event.key === "Enter" || event.key === ",") {
            event.preventDefault();
            addTyped(page, open, event.target);
          } else if (event.key === "Backspace" && !event.target.value && open.to.length) {
            open.to = open.to.slice(0, -1);
            changed();
          }
        },
        onchange: event => addTyped(page, open, event.target) }),
      h("datalist", { id: "mail-parties" },
        friends.map(contact => h("option", { key: contact.account, value: contact.account }, nameOf(page, contact.account))),
        known.filter(who => !who.friend).map(who => h("option", { key: who.address, value: who.address }, who.name ?? "")))),
    h("span", { class: "quiet small", id: "mail-to-hint" }, t("toHint")));
}

/** Takes a friend by id or name, or an address. */
function addTyped(page, open, input) {
  const typed = input.value.trim().replace(/,$/, "");
  if (!typed) {
    return;
  }
  const lower = typed.toLowerCase();
  const friend = [...page.contacts.values()].find(contact => contact.state === "friend" && (contact.account === lower || nameOf(page, contact.account).toLowerCase() === lower));
  if (friend || typed.includes("@")) {
    const to = friend?.account ?? typed;
    open.to = open.to.includes(to) ? open.to : [...open.to, to];
    input.value = "";
    input.setCustomValidity("");
  } else {
    input.setCustomValidity(t("noSuchFriend"));
    input.reportValidity();
    input.oninput = () => input.setCustomValidity("");
  }
  changed();
}

function submit(page, mailbox, open, name, form) {
  if (!open.to.length) {
    const input = form.elements.namedItem("to");
    input.setCustomValidity(input.validationMessage || t("toWhom"));
    input.reportValidity();
    input.oninput = () => input.setCustomValidity("");
    return;
  }
  const isAddress = to => to.includes("@");
  void run(name, () => app.client.sendMail(page.account, {
    mailbox: mailbox.address, to: open.to.filter(to => !isAddress(to)), toAddresses: open.to.filter(isAddress), subject: open.subject ?? "", text: open.text ?? "", cid: open.cid, ...(open.replyTo ? { replyTo: open.replyTo } : {}),
  }));
}

function fates(page, { sent, failed }) {
  return h("div", { class: "scroll mail-body", role: "status" },
    h("h3", null, failed.length ? sent.length ? t("partlySent") : t("notSentAtAll") : t("mailSent")),
    h("ul", { class: "fates" },
      sent.map(to => h("li", { key: to, class: "good" }, icon("check"), h("span", { dir: "auto" }, nameOf(page, to)), h("span", { class: "quiet small" }, t("sentWord")))),
      failed.map(({ to, reason, detail }) => h("li", { key: to, class: "bad" }, icon("alert"), h("span", { dir: "auto" }, nameOf(page, to)), h("span", { class: "small", dir: "auto" }, reasonWords(reason), detail && `: ${detail}`)))),
    h("div", { class: "actions" }, button("main", t("done"), () => go(page.account, { open: null }))));
}
