// Settings of an account: profile, privacy, custom data, devices and passwords; and of this device.
import { button, h, icon } from "../dom.js";
import { errorWords, when } from "../format.js";
import { preference, setPreference } from "../keep.js";
import { app, changed, closeDialog, run, task } from "../state.js";
import { languagePicker, t } from "../texts.js";
import { ask, dialog, done, failure, field, tabs } from "./parts.js";
import { ownData } from "./own-data.js";

export function settingsDialog(page, signOut) {
  const section = app.dialog.section ?? "profile";
  const isOwn = page.account === app.client.account;
  const sections = [["profile", t("profile")], ["privacy", t("privacy")], ["custom", t("customData")], ["devices", t("devices")], ...(isOwn ? [["passwords", t("passwords")], ["data", t("yourData")]] : []), ["here", t("thisDevice")]];
  const show = { profile, privacy, custom, devices, passwords, data: ownData, here };
  return dialog(t("settingsOf", { name: page.account }), "tall",
    tabs(t("settings"), section, sections, next => {
      app.dialog.section = next;
      changed();
    }, "segments wrap"),
    h("div", { key: section, class: "settings" }, show[section](page, signOut)));
}

/** Loads once for this window and after each change. */
function loaded(name, work) {
  const state = task(name);
  if (!state.busy && state.result === undefined && !state.error) {
    setTimeout(() => void run(name, work));
  }
  return state;
}

function profile(page) {
  const { busy, error, result } = task("dialog.profile");
  const of = name => page.profile[name] ?? "";
  return h("form", { onsubmit: event => {
    event.preventDefault();
    const data = new FormData(event.target);
    const change = Object.fromEntries(["displayName", "email", "description"].map(name => [name, data.get(name).trim()]).filter(([name, value]) => value !== of(name)));
    void run("dialog.profile", async () => Object.keys(change).length ? await app.client.setProfile(page.account, change) : page.profile);
  } },
  field(t("displayName"), h("input", { name: "displayName", initial: of("displayName"), maxlength: 512, dir: "auto" })),
  field(t("email"), h("input", { name: "email", initial: of("email"), maxlength: 254, dir: "auto", inputmode: "email" }), t("emailHint")),
  field(t("description"), h("textarea", { name: "description", initial: of("description"), rows: 3, maxlength: 512, dir: "auto" })),
  note(page),
  error && failure(errorWords(error)), result && done(t("saved")),
  h("button", { type: "submit", class: "main", disabled: !!busy }, t("save")));
}

function note(page) {
  const own = page.presence.get(page.account);
  const status = ["online", "away", "busy", "invisible"].includes(own?.status) ? own.status : "online";
  return field(t("statusNote"), h("input", { name: "note", initial: own?.note ?? "", maxlength: 512, dir: "auto", onchange: event => void app.client.setPresence(status, { as: page.account, note: event.target.value.trim() }).catch(() => {}) }));
}

const PRIVACY = { "privacy.messages": ["friends", "everyone"], "privacy.receipts": ["friends", "nobody"], "privacy.presence": ["friends", "nobody"], "privacy.lastSeen": ["nobody", "friends"] };

function privacy(page) {
  const { busy, error } = task("dialog.privacy");
  return [
    Object.entries(PRIVACY).map(([key, values]) => field(t(key), h("select", { key, name: key, disabled: !!busy, value: page.settings.get(key) ?? values[0], onchange: event => void run("dialog.privacy", () => app.client.setPrivacy(page.account, key, event.target.value)) }, values.map(value => h("option", { key: value, value }, t(`who.${value}`)))))),
    error && failure(errorWords(error)),
  ];
}

function custom(page) {
  const { busy, error } = task("dialog.custom");
  const put = (key, value) => run("dialog.custom", () => app.client.setCustom(page.account, key, value));
  return [
    h("p", { class: "quiet", key: "hint" }, t("customHint")),
    h("ul", { class: "members", key: "list" }, [...page.custom].map(([key, value]) => h("li", { key, class: "row-line top-line" },
      h("div", { class: "grow clip-box" }, h("strong", { dir: "auto" }, key), h("pre", { dir: "auto", tabindex: "0", "aria-label": key }, typeof value === "string" ? value : JSON.stringify(value, null, 2))),
      button("round", t("removeNamed", { name: key }), () => void put(key, null), icon("close"))))),
    page.custom.size === 0 && h("p", { class: "quiet small", key: "none" }, t("noCustom")),
    h("form", { key: "form", class: "card", onsubmit: async event => {
      event.preventDefault();
      const form = event.target;
      const data = new FormData(form);
      await put(data.get("key").trim(), parsed(data.get("value")));
      if (!task("dialog.custom").error) {
        form.reset();
      }
    } },
    field(t("key"), h("input", { name: "key", required: true, maxlength: 64, dir: "auto" })),
    field(t("value"), h("textarea", { name: "value", required: true, rows: 2, dir: "auto" }), t("valueHint")),
    error && failure(errorWords(error)),
    h("button", { type: "submit", disabled: !!busy }, t("save"))),
  ];
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function devices(page, signOut) {
  const { result, error } = loaded("dialog.devices", () => app.client.listDevices(page.account));
  const again = () => {
    app.tasks.delete("dialog.devices");
    changed();
  };
  return [
    error && failure(errorWords(error)),
    h("ul", { class: "members", key: "list" }, (result ?? []).map(device => h("li", { key: device.id, class: "row still" },
      h("span", { class: "row-text" },
        h("strong", { class: "clip", dir: "auto" }, device.name || t("unknownDevice")),
        h("span", { class: "quiet small" }, aboutDevice(page, device))),
      !device.current && button("small", t(device.kind === "appPassword" ? "revoke" : "signOut"), () => void run("dialog.end", () => app.client.revokeDevice(page.account, device)).then(again))))),
    !result && !error && h("p", { class: "quiet", key: "loading" }, t("loading")),
    task("dialog.end").error && failure(errorWords(task("dialog.end").error)),
    h("div", { class: "actions", key: "out" },
      button("", t("signOut"), () => void signOut(false)),
      button("danger", t("signOutEverywhere"), () => {
        closeDialog(() => ask(t("signOutEverywhere"), t("signOutEverywhereHint", { name: app.client.account }), t("signOutEverywhere"), () => void signOut(true)));
      })),
    h("p", { class: "quiet small", key: "hint" }, t("signOutHint")),
  ];
}

function aboutDevice(page, device) {
  const isApp = device.kind === "appPassword";
  return [
    device.current && t("thisOne"),
    isApp && t("appPassword"),
    !isApp && device.signedInAs !== page.account && t("signedInAs", { name: device.signedInAs }),
    device.kind === "device" && t("notConnected"),
    t("since", { when: when(device.signedInAt ?? device.createdAt) }),
    device.kind === "device" && device.lastUsed && t("lastUsed", { when: when(device.lastUsed) }),
    isApp && (device.lastUsed ? t("lastUsed", { when: when(device.lastUsed) }) : t("neverUsed")),
    device.from && t("fromAddress", { address: device.from }),
  ].filter(Boolean).join(" · ");
}

function passwords(page) {
  const { busy, error, result } = task("dialog.password");
  return [
    h("form", { key: "own", class: "card", onsubmit: event => {
      event.preventDefault();
      const form = event.target;
      const data = new FormData(form);
      void run("dialog.password", () => app.client.changePassword(data.get("old"), data.get("new")).then(() => true)).then(ok => ok && form.reset());
    } },
    h("h3", null, t("changePassword")),
    h("input", { class: "gone", name: "user", autocomplete: "username", initial: page.account, readOnly: true, tabindex: "-1", "aria-hidden": "true" }),
    field(t("oldPassword"), h("input", { name: "old", type: "password", required: true, autocomplete: "current-password", dir: "ltr" })),
    field(t("newPassword"), h("input", { name: "new", type: "password", required: true, autocomplete: "new-password", maxlength: 256, dir: "ltr" }), t("newPasswordHint")),
    error && failure(error.code === "bad_credentials" ? t("wrongOldPassword") : errorWords(error)), result && done(t("saved")),
    h("button", { type: "submit", disabled: !!busy }, t("changePassword"))),
    appPasswords(page),
  ];
}

/** Passwords for mail programs that show friends as an address book. Servers without them say so. */
function appPasswords(page) {
  const { result, error } = loaded("dialog.apps", () => app.client.request("appPasswords.list", { as: page.account }));
  const made = task("dialog.app");
  const again = () => {
    app.tasks.delete("dialog.apps");
    changed();
  };
  if (error) {
    return error.code === "unknown_op" ? null : failure(errorWords(error));
  }
  return h("form", { key: "apps", class: "card", onsubmit: event => {
    event.preventDefault();
    const form = event.target;
    void run("dialog.app", () => app.client.request("appPasswords.create", { as: page.account, name: new FormData(form).get("name").trim() })).then(ok => {
      if (ok) {
        form.reset();
        again();
      }
    });
  } },
  h("h3", null, t("appPasswords")),
  h("p", { class: "quiet small" }, t("appPasswordsHint", { address: location.origin, name: page.account })),
  h("ul", { class: "members" }, (result?.appPasswords ?? []).map(entry => h("li", { key: entry.id, class: "row-line" },
    h("span", { class: "grow clip", dir: "auto" }, entry.name, h("span", { class: "quiet small" }, ` · ${entry.lastUsed ? t("lastUsed", { when: when(entry.lastUsed) }) : t("neverUsed")}`)),
    button("small", t("revoke"), () => void run("dialog.app", () => app.client.request("appPasswords.revoke", { as: page.account, appPassword: entry.id }).then(() => null)).then(again))))),
  made.result?.password && h("p", { class: "done", role: "status" }, t("appPasswordMade", { name: made.result.name }), " ", h("code", { dir: "ltr" }, made.result.password)),
  made.error && failure(errorWords(made.error)),
  h("div", { class: "row-line" }, h("input", { class: "grow", name: "name", required: true, maxlength: 64, placeholder: t("programName"), "aria-label": t("programName"), dir: "auto" }), h("button", { type: "submit", disabled: !!made.busy }, t("make"))));
}

function here() {
  const canNotify = "Notification" in window;
  const isOn = canNotify && preference("notify", "off") === "on" && Notification.permission === "granted";
  return [
    languagePicker(changed),
    h("label", { class: "check", key: "notify" }, h("input", { type: "checkbox", checked: isOn, disabled: !canNotify || Notification.permission === "denied", onchange: async event => {
      const wanted = event.target.checked;
      setPreference("notify", wanted && await Notification.requestPermission() === "granted" ? "on" : "off");
      changed();
    } }), h("span", null, t("desktopNotes"))),
    canNotify && Notification.permission === "denied" && h("p", { class: "quiet small", key: "denied" }, t("notesDenied")),
    h("p", { class: "quiet small", key: "store" }, t("storedHere")),
  ];
}
