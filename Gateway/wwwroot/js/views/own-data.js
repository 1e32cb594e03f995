// What only the owner may do with the account: take everything along, and delete it. Both ask for the password again.
import { h } from "../dom.js";
import { errorWords } from "../format.js";
import { app, run, task, toast } from "../state.js";
import { t } from "../texts.js";
import { done, failure, field } from "./parts.js";

export function ownData(page) {
  return [exportForm(page), deleteForm(page)];
}

const wrong = error => error.code === "bad_credentials" ? t("error.bad_credentials") : errorWords(error);

const passwordField = page => [
  h("input", { class: "gone", name: "user", autocomplete: "username", initial: page.account, readOnly: true, tabindex: "-1", "aria-hidden": "true" }),
  field(t("password"), h("input", { name: "password", type: "password", required: true, autocomplete: "current-password", maxlength: 256, dir: "ltr" })),
];

function exportForm(page) {
  const { busy, error, result } = task("dialog.export");
  return h("form", { key: "export", class: "card", onsubmit: event => {
    event.preventDefault();
    const form = event.target;
    void run("dialog.export", () => save(page.account, new FormData(form).get("password"))).then(ok => ok && form.reset());
  } },
  h("h3", null, t("exportAll")),
  h("p", { class: "quiet small" }, t("exportHint", { name: page.account })),
  passwordField(page),
  error && failure(wrong(error)), result && done(t("exported")),
  h("button", { type: "submit", disabled: !!busy }, busy ? t("working") : t("download")));
}

/** As a file, whole or not at all: its last line says that it is. */
async function save(account, password) {
  const blob = await (await app.client.exportAccount({ password })).blob();
  if (!(await blob.slice(-100).text()).includes('{"end":')) {
    throw Object.assign(new Error(t("exportBroken")), { code: "unavailable" });
  }
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `${account}.jsonl` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  return true;
}

function deleteForm(page) {
  const { busy, error } = task("dialog.delete");
  return h("form", { key: "delete", class: "card", onsubmit: event => {
    event.preventDefault();
    const { client } = app;
    const password = new FormData(event.target).get("password");
    void run("dialog.delete", () => client.deleteAccount({ password }).then(() => true)).then(ok => ok && toast(t("deleted", { name: page.account })));
  } },
  h("h3", null, t("deleteAccount")),
  h("p", { class: "quiet small" }, t("deleteHint", { name: page.account })),
  passwordField(page),
  field(t("deleteName", { name: page.account }), h("input", { name: "name", required: true, autocomplete: "off", autocapitalize: "none", spellcheck: false, pattern: page.account.replace(/[.]/g, "\\."), dir: "ltr" })),
  error && failure(wrong(error)),
  h("button", { type: "submit", class: "danger", disabled: !!busy }, t("deleteAccount")));
}
