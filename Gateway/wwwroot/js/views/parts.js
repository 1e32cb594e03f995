// Pieces that several views use.
import { button, h, icon } from "../dom.js";
import { errorWords } from "../format.js";
import { app, changed, closeDialog, toast } from "../state.js";
import { t } from "../texts.js";

/** A labelled control. */
export function field(label, control, hint) {
  return h("label", { class: "field" }, h("span", { class: "label" }, label), control, hint && h("span", { class: "quiet small" }, hint));
}

export function failure(words) {
  return h("p", { class: "failure", role: "alert", dir: "auto" }, words);
}

export function done(words) {
  return h("p", { class: "done", role: "status", dir: "auto" }, words);
}

/** A modal window. Escape and a click beside it close it; the browser keeps the focus inside. */
export function dialog(title, look, ...children) {
  return h("dialog", {
    key: `dialog ${app.dialog.kind}`,
    class: `window ${look}`,
    "aria-labelledby": "dialog-title",
    mount: el => el.showModal(),
    onclose: () => {
      const { ended, then } = app.dialog ?? {};
      app.dialog = null;
      ended?.();
      then?.();
      changed();
    },
    onclick: event => {
      if (event.target.tagName === "DIALOG") {
        closeDialog();
      }
    },
  },
  h("div", { class: "window-in" },
    h("header", { class: "window-head" },
      h("h2", { id: "dialog-title", dir: "auto" }, title),
      button("round", t("close"), () => closeDialog(), icon("close"))),
    h("div", { class: "window-body" }, children)));
}

/** Choices in one row of which one is chosen: tabs with the arrow keys. */
export function tabs(label, chosen, choices, choose, look = "segments") {
  const keys = choices.map(([key]) => key);
  return h("div", { class: look, role: "tablist", "aria-label": label, onkeydown: event => arrows(event, keys, chosen, choose) },
    choices.map(([key, words, ...more]) => h("button", {
      key, type: "button", role: "tab", "aria-selected": String(key === chosen), tabindex: key === chosen ? "0" : "-1", class: key === chosen ? "chosen" : "", onclick: () => choose(key), "data-key": key,
    }, words, more)));
}

/** Arrow keys, Home and End in a row of tabs; right-to-left turns them round. */
export function arrows(event, keys, chosen, choose) {
  const rtl = document.documentElement.dir === "rtl";
  const step = { ArrowRight: rtl ? -1 : 1, ArrowLeft: rtl ? 1 : -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = keys.indexOf(chosen);
  const next = event.key === "Home" ? 0 : event.key === "End" ? keys.length - 1 : step ? (at + step + keys.length) % keys.length : -1;
  if (next < 0) {
    return;
  }
  event.preventDefault();
  choose(keys[next]);
  const list = event.currentTarget;
  setTimeout(() => list.querySelector(`[role=tab][aria-selected=true]`)?.focus(), 20);
}

/** Arrow keys move between the rows of a list; Tab leaves it. */
export function rowKeys(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.matches("button.row")) {
    return;
  }
  const rows = [...event.currentTarget.querySelectorAll("button.row")];
  const next = rows[rows.indexOf(event.target) + step];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

/** A question with one consequence; answers yes by calling `work`. */
export function ask(title, text, yes, work) {
  app.dialog = { kind: "ask", title, text, yes, work };
  changed();
}

/** Does what was asked for when there is no window left to say how it went: a failure is told at the foot of the page. */
export async function attempt(work) {
  try {
    await work();
  } catch (error) {
    toast(errorWords(error), true);
  }
}
