// What is on the screen. What is known about accounts is the client's; here is only where the person is and what they do.
import { keepPlace } from "./keep.js";

export const app = {
  /** @type {import("/sdk/orleansim.js").ImClient | null} */
  client: null,
  phase: "starting",
  account: null,
  places: new Map(),
  drafts: new Map(),
  older: new Map(),
  typing: new Map(),
  groups: new Map(),
  mails: new Map(),
  parties: new Map(),
  tasks: new Map(),
  dialog: null,
  toasts: [],
  said: "",
  signedOutBy: null,
};

let redraw = () => {};
let waiting = false;

export function onDraw(handler) {
  redraw = handler;
}

/** Draws once for all changes of a moment; a hidden tab has no frames, and is drawn all the same. */
export function changed() {
  if (!waiting) {
    waiting = true;
    queueMicrotask(() => setTimeout(() => {
      waiting = false;
      redraw();
    }));
  }
}

/** Where the person is on an account's page. */
export function placeOf(account) {
  if (!app.places.has(account)) {
    app.places.set(account, { section: "chats", peer: null, list: "mails", filter: "", label: "", mailbox: null, open: null });
  }
  return app.places.get(account);
}

export function go(account, change = {}) {
  app.account = account;
  Object.assign(placeOf(account), change);
  keepPlace({ account, places: [...app.places].map(([name, p]) => [name, { ...p, filter: "", open: p.open?.kind === "write" ? null : p.open }]) });
  changed();
}

export function thePage() {
  return app.client?.pages.get(app.account);
}

export const chatKey = (as, peer) => `${as}\n${peer}`;

/** One thing at a time under a name: `busy`, then `error` or `result` for the view that shows it. */
export async function run(name, work) {
  if (app.tasks.get(name)?.busy) {
    return undefined;
  }
  app.tasks.set(name, { busy: true });
  changed();
  try {
    const result = await work();
    app.tasks.set(name, { busy: false, result });
    return result;
  } catch (error) {
    app.tasks.set(name, { busy: false, error });
    return undefined;
  } finally {
    changed();
  }
}

export function task(name) {
  return app.tasks.get(name) ?? {};
}

function forget(prefix) {
  for (const name of app.tasks.keys()) {
    if (name.startsWith(prefix)) {
      app.tasks.delete(name);
    }
  }
}

export function openDialog(kind, about = {}) {
  forget("dialog.");
  app.dialog = { kind, ...about };
  changed();
}

/** Closing gives the focus back to what opened it; `then` is done once it is closed, which the browser tells later. */
export function closeDialog(then) {
  if (app.dialog && typeof then === "function") {
    app.dialog.then = then;
  }
  document.querySelector("dialog[open]")?.close();
}

/** For a moment at the foot of the page, and for screen readers. */
export function toast(text, isError = false) {
  const entry = { text, isError, key: Math.random().toString(36) };
  app.toasts = [...app.toasts.slice(-2), entry];
  setTimeout(() => {
    app.toasts = app.toasts.filter(other => other !== entry);
    changed();
  }, isError ? 9_000 : 5_000);
  changed();
}
