// Signing in with an account or a mailbox, and making an account.
import { h } from "../dom.js";
import { errorWords } from "../format.js";
import { app, changed, run, task } from "../state.js";
import { languagePicker, t } from "../texts.js";
import { failure, field } from "./parts.js";

// A link may bring the code of an invite: …/#invite=CODE. What follows # is sent to no server.
let code = new URLSearchParams(location.hash.slice(1)).get("invite")?.slice(0, 64) ?? "";
let isNew = code !== "";
let typed = "";

export function signInPage(signIn, register) {
  const { busy, error } = task("signIn");
  const wantsInvite = code !== "" || error?.code === "bad_invite";
  const submit = event => {
    event.preventDefault();
    const form = new FormData(event.target);
    const text = name => String(form.get(name) ?? "");
    const stay = form.get("stay") !== null;
    const login = text("login").trim();
    const invite = text("invite").trim();
    code = invite || code;
    app.signedOutBy = null;
    void run("signIn", () => isNew ? register(login, text("password"), { displayName: text("displayName").trim(), invite }, stay) : signIn(login, text("password"), stay));
  };
  const choose = value => () => {
    typed = document.querySelector("input[name=login]")?.value ?? "";
    isNew = value;
    app.tasks.delete("signIn");
    changed();
  };

  return h("main", { key: "signIn", class: "gate" },
    h("div", { class: "card gate-card" },
      h("img", { class: "logo", src: "/icon.svg", alt: "" }),
      h("h1", null, isNew ? t("createAccount") : t("signIn")),
      h("p", { class: "quiet" }, isNew ? t("createHint") : t("signInHint")),
      app.signedOutBy && h("p", { class: "notice", role: "alert" }, endWords(app.signedOutBy)),
      h("form", { key: isNew ? "new" : "known", onsubmit: submit },
        field(isNew ? t("account") : t("accountOrMailbox"), h("input", { name: "login", required: true, autocomplete: "username", autocapitalize: "none", spellcheck: "false", dir: "ltr", maxlength: 254, "aria-describedby": isNew ? "id-hint" : null, mount: el => (el.value = typed, el.focus()) })),
        isNew && h("p", { class: "quiet small", id: "id-hint" }, t("accountRule")),
        isNew && field(t("displayName"), h("input", { name: "displayName", autocomplete: "name", dir: "auto", maxlength: 64 })),
        field(t("password"), h("input", { name: "password", type: "password", required: true, autocomplete: isNew ? "new-password" : "current-password", maxlength: 256, dir: "ltr" })),
        isNew && wantsInvite && field(t("invite"), h("input", { name: "invite", required: true, autocomplete: "off", autocapitalize: "none", spellcheck: "false", dir: "ltr", maxlength: 64, mount: el => (el.value = code) })),
        h("label", { class: "check" }, h("input", { type: "checkbox", name: "stay" }), h("span", null, t("staySignedIn"))),
        error && failure(error.code === "bad_credentials" ? t("badCredentials") : error.code === "bad_invite" && !code ? t("inviteNeeded") : errorWords(error)),
        h("button", { type: "submit", class: "main wide", disabled: !!busy }, busy ? t("working") : isNew ? t("createAccount") : t("signIn"))),
      h("p", { class: "center" }, h("button", { type: "button", class: "plain", onclick: choose(!isNew) }, isNew ? t("haveAccount") : t("noAccount")))),
    h("div", { class: "gate-foot" }, languagePicker(changed)));
}

function endWords(error) {
  return error.code === "unauthenticated" ? t("sessionEnded") : errorWords(error);
}
