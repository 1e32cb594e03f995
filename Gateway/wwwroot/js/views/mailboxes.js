// Binding mailboxes: address and password where the server knows the rest, else the servers too.
import { button, h, icon } from "../dom.js";
import { errorWords } from "../format.js";
import { app, closeDialog, go, openDialog, run, task } from "../state.js";
import { t } from "../texts.js";
import { channelWords } from "./mail.js";
import { ask, attempt, dialog, failure, field } from "./parts.js";

export function mailboxesDialog(page) {
  return dialog(t("mailboxes"), "",
    h("p", { class: "quiet" }, t("mailboxesHint", { name: page.account })),
    page.mailboxes.size ? h("ul", { class: "members" }, [...page.mailboxes.values()].map(mailbox => h("li", { key: mailbox.address, class: "row still", "data-mailbox": mailbox.address },
      icon("mail"),
      h("span", { class: "row-text" },
        h("strong", { class: "clip", dir: "auto" }, mailbox.address),
        h("span", { class: `small channel ${mailbox.state}` }, channelWords(mailbox)),
        mailbox.error?.message && h("span", { class: "quiet small", dir: "auto" }, mailbox.error.message)),
      mailbox.state === "failed" && button("small", t("newPassword"), () => openDialog("bind", { account: page.account, address: mailbox.address })),
      button("small", t("unbind"), () => {
        closeDialog(() => ask(t("unbind"), t("unbindHint", { address: mailbox.address }), t("unbind"), () => void attempt(() => app.client.unbindMailbox(page.account, mailbox.address))));
      })))) : h("p", { class: "quiet" }, t("noMailbox")),
    h("div", { class: "actions" }, button("main", t("bindMailbox"), () => openDialog("bind", { account: page.account }))));
}

const SECURITY = { tls: "TLS", starttls: "STARTTLS", none: "–" };

function serverFields(name, label, port) {
  return h("fieldset", { class: "server" }, h("legend", { class: "label" }, label),
    h("input", { name: `${name}.host`, "aria-label": `${label}: ${t("host")}`, placeholder: t("host"), dir: "ltr", spellcheck: "false", autocapitalize: "none" }),
    h("input", { name: `${name}.port`, "aria-label": `${label}: ${t("port")}`, type: "number", min: 1, max: 65535, placeholder: port, dir: "ltr" }),
    h("select", { name: `${name}.security`, "aria-label": `${label}: ${t("security")}` }, Object.entries(SECURITY).map(([value, words]) => h("option", { key: value, value }, value === "none" ? t("unencrypted") : words))));
}

export function bindDialog(page) {
  const { busy, error } = task("dialog.bind");
  // Nothing is known of the servers of this domain: they have to be named.
  const needsServers = error && (error.code === "invalid_argument" || error.code === "mail_unreachable");
  return dialog(t("bindMailbox"), "narrow",
    h("form", { onsubmit: event => {
      event.preventDefault();
      const binding = bindingOf(new FormData(event.target));
      void run("dialog.bind", () => app.client.bindMailbox(page.account, binding)).then(mailbox => {
        if (mailbox) {
          closeDialog();
          go(page.account, { section: "mail", mailbox: mailbox.address });
        }
      });
    } },
    h("p", { class: "quiet" }, t("bindHint")),
    field(t("mailAddress"), h("input", { name: "address", type: "email", required: true, initial: app.dialog.address, autocomplete: "email", dir: "ltr", maxlength: 254, mount: el => !el.value && el.focus() })),
    field(t("mailPassword"), h("input", { name: "password", type: "password", required: true, autocomplete: "off", dir: "ltr", maxlength: 256 }), t("mailPasswordHint")),
    // Before the servers, which unfold with it: what is below them may be out of sight.
    error && failure(errorWords(error)),
    h("details", { key: "servers", after: el => {
      if (needsServers) {
        el.open = true;
      }
    } },
    h("summary", null, t("serverSettings")),
    h("p", { class: "quiet small" }, t("serverSettingsHint")),
    field(t("mailUser"), h("input", { name: "user", dir: "ltr", autocomplete: "off", autocapitalize: "none", spellcheck: "false" })),
    serverFields("imap", t("imapServer"), "993"),
    serverFields("smtp", t("smtpServer"), "465"),
    field(t("carddavUrl"), h("input", { name: "carddav", type: "url", dir: "ltr", placeholder: "https://" }))),
    h("div", { class: "actions end" }, button("", t("cancel"), () => closeDialog()), h("button", { type: "submit", class: "main", disabled: !!busy }, busy ? t("checkingMail") : t("bind")))));
}

const DEFAULT_PORTS = { imap: { tls: 993, starttls: 143, none: 143 }, smtp: { tls: 465, starttls: 587, none: 587 } };

function bindingOf(data) {
  const text = name => String(data.get(name) ?? "").trim();
  const server = name => {
    const host = text(`${name}.host`);
    const security = text(`${name}.security`);
    return host ? { host, port: Number(text(`${name}.port`)) || DEFAULT_PORTS[name][security], security } : undefined;
  };
  const binding = { address: text("address"), auth: { type: "password", password: String(data.get("password")), ...(text("user") ? { user: text("user") } : {}) } };
  for (const name of ["imap", "smtp"]) {
    if (server(name)) {
      binding[name] = server(name);
    }
  }
  if (text("carddav")) {
    binding.carddav = { url: text("carddav") };
  }
  return binding;
}
