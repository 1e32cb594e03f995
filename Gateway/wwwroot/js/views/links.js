// Link settings: which accounts belong together, with which roles, and who was rejected and why.
import { button, h, icon } from "../dom.js";
import { avatar, errorWords, reasonWords, tabName } from "../format.js";
import { app, changed, closeDialog, run, task } from "../state.js";
import { t } from "../texts.js";
import { ask, attempt, dialog, failure } from "./parts.js";

let rows = [];
let nextRow = 1;
const newRow = () => ({ key: nextRow++ });

export function linksDialog() {
  const own = app.client.page(app.client.account);
  const isMaster = own?.role !== "secondary";
  if (!app.dialog.watches) {
    app.dialog.watches = true;
    rows = [newRow()];
    const ended = app.client.on("LinksChanged", () => void load());
    app.dialog.ended = ended;
    setTimeout(() => void load());
  }
  const { result, error } = task("dialog.links");
  return dialog(t("linkSettings"), "", h("p", { class: "quiet" }, isMaster ? t("linkHint") : t("secondaryHint")),
    error && failure(errorWords(error)),
    members(result?.members ?? null, own?.account, isMaster),
    isMaster && adding());
}

async function load() {
  app.tasks.delete("dialog.links.once");
  const list = await run("dialog.links.once", () => app.client.listLinks());
  const failed = task("dialog.links.once").error;
  if (list || failed) {
    app.tasks.set("dialog.links", failed ? { error: failed } : { result: list });
    changed();
  }
}

function members(list, own, isMaster) {
  if (!list) {
    return h("p", { class: "quiet", key: "loading" }, t("loading"));
  }
  const all = list.length ? list : [{ account: own, role: "master" }];
  const { error } = task("dialog.change");
  return h("section", { key: "members", "aria-label": t("linkedAccounts") },
    h("ul", { class: "members" }, all.map(({ account, role }) => {
      const page = app.client.page(account);
      return h("li", { key: account, class: "row still", "data-member": account },
        avatar(page ? tabName(page) : account, account),
        h("span", { class: "row-text" }, h("strong", { class: "clip", dir: "auto" }, page ? tabName(page) : account), h("span", { class: "quiet small clip" }, account, account === own ? ` · ${t("signedInHere")}` : "")),
        list.length > 0 && h("select", { "aria-label": t("roleOf", { name: account }), value: role, disabled: !isMaster || !!task("dialog.change").busy, onchange: event => change(event.target, role, () => app.client.setRole(account, event.target.value)) },
          h("option", { key: "m", value: "master" }, t("master")), h("option", { key: "s", value: "secondary" }, t("secondary"))),
        list.length > 0 && (account === own
          ? button("small", t("leave"), () => leaveGroup(own))
          : isMaster && button("small", t("remove"), () => void run("dialog.change", () => app.client.removeLink(account)).then(load))));
    })),
    error && failure(errorWords(error)),
    list.length === 0 && h("p", { class: "quiet" }, t("notLinked")));
}

function change(select, before, work) {
  void run("dialog.change", work).then(() => {
    if (task("dialog.change").error) {
      select.value = before;
    }
    return load();
  });
}

function leaveGroup(own) {
  closeDialog(() => ask(t("leaveLinks"), t("leaveLinksHint"), t("leave"), () => void attempt(() => app.client.removeLink(own))));
}

function adding() {
  const { busy, error, result } = task("dialog.add");
  return h("form", { key: "adding", class: "card", autocomplete: "off", onsubmit: event => {
    event.preventDefault();
    void add(event.target);
  } },
  h("h3", null, t("addAccounts")),
  h("p", { class: "quiet small" }, t("addAccountsHint")),
  rows.map((row, i) => h("fieldset", { key: row.key, class: "link-row" },
    h("legend", { class: "sr" }, t("accountNumber", { n: i + 1 })),
    h("input", { name: `account${row.key}`, placeholder: t("account"), "aria-label": t("account"), required: true, maxlength: 32, autocomplete: "off", autocapitalize: "none", spellcheck: "false", dir: "ltr", mount: el => i > 0 && el.focus() }),
    h("input", { name: `password${row.key}`, type: "password", placeholder: t("password"), "aria-label": t("password"), required: true, maxlength: 256, autocomplete: "new-password", dir: "ltr" }),
    h("select", { name: `role${row.key}`, "aria-label": t("role") }, h("option", { key: "s", value: "secondary" }, t("secondary")), h("option", { key: "m", value: "master" }, t("master"))),
    rows.length > 1 && button("round", t("removeRow"), () => {
      rows = rows.filter(other => other !== row);
      changed();
    }, icon("close")))),
  h("div", { class: "actions" },
    button("plain", t("addRow"), () => {
      rows = [...rows, newRow()];
      changed();
    }),
    h("button", { type: "submit", class: "main", disabled: !!busy }, busy ? t("working") : t("link"))),
  error && failure(errorWords(error)),
  result && h("ul", { class: "fates", role: "status", key: "fates" },
    result.linked.map(({ account, role }) => h("li", { key: `l ${account}`, class: "good" }, icon("check"), h("span", { dir: "auto" }, account), h("span", { class: "small quiet" }, t("linkedAs", { role: t(role) })))),
    result.rejected.map(({ account, reason }) => h("li", { key: `r ${account}`, class: "bad", "data-rejected": account, "data-reason": reason }, icon("alert"), h("span", { dir: "auto" }, account), h("span", { class: "small" }, reasonWords(reason)))),
    h("li", { key: "roles", class: "quiet small" }, t("rolesHint"))),
  !result && h("p", { class: "quiet small", key: "roles" }, t("rolesHint")));
}

async function add(form) {
  const data = new FormData(form);
  const accounts = rows.map(row => ({ account: data.get(`account${row.key}`).trim(), password: data.get(`password${row.key}`), role: data.get(`role${row.key}`) }));
  const result = await run("dialog.add", () => app.client.addLinks(accounts));
  if (result) {
    // Who was taken goes; who was not can be mended.
    const linked = new Set(result.linked.map(member => member.account));
    rows = rows.filter((row, i) => !linked.has(accounts[i].account.toLowerCase()));
    rows = rows.length ? rows : [newRow()];
    await load();
  }
}
