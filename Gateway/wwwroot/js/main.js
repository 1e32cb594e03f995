// Starts the client, listens to it and draws.
import { ImClient } from "/sdk/orleansim.js";
import { draw, h } from "./dom.js";
import { nameOf, tabName, unreadOf, errorWords } from "./format.js";
import { forgetSession, keepSession, keptPlace, keptSession, preference } from "./keep.js";
import { app, changed, chatKey, go, onDraw, placeOf, thePage, toast } from "./state.js";
import { direction, language, t } from "./texts.js";
import { readWhatIsSeen } from "./views/chat.js";
import { dialogs } from "./views/dialogs.js";
import { frame } from "./views/frame.js";
import { signInPage } from "./views/sign-in.js";

const root = document.getElementById("app");

function render() {
  document.documentElement.lang = language();
  document.documentElement.dir = direction();
  draw(root,
    app.phase === "starting" ? h("main", { class: "splash", "aria-busy": "true" }, h("span", { class: "sr" }, t("loading")))
      : app.phase === "signIn" ? signInPage(signIn, register) : frame(),
    dialogs(signOut),
    h("div", { class: "toasts", role: "status", "aria-live": "polite" }, app.toasts.map(toast => h("div", { key: toast.key, class: toast.isError ? "toast bad" : "toast", dir: "auto" }, toast.text))),
    h("div", { class: "sr", "aria-live": "polite", "data-said": true }, app.said));

  let unread = 0;
  if (app.phase === "in") {
    for (const page of app.client.pages.values()) {
      unread += unreadOf(page);
    }
  }
  const title = app.phase === "in" && thePage() ? `${tabName(thePage())} · OrleansIM` : "OrleansIM";
  document.title = unread ? `(${unread}) ${title}` : title;
}

function makeClient(session) {
  const client = new ImClient({ session, device: deviceName(), onError: error => console.error(error) });
  client.on("*", event => hear(client, event));
  return client;
}

function deviceName() {
  const agent = navigator.userAgent;
  const browser = /Firefox\//.test(agent) ? "Firefox" : /Edg\//.test(agent) ? "Edge" : /Chrom/.test(agent) ? "Chrome" : /Safari\//.test(agent) ? "Safari" : "Browser";
  const system = /Android/.test(agent) ? "Android" : /iPhone|iPad/.test(agent) ? "iOS" : /Windows/.test(agent) ? "Windows" : /Mac OS/.test(agent) ? "macOS" : /Linux/.test(agent) ? "Linux" : "";
  return system ? `${browser}, ${system}` : browser;
}

// --- signing in and out -----------------------------------------------------------------------------------------------

async function signIn(login, password, stay) {
  const client = makeClient(null);
  try {
    const session = await client.signIn(login, password);
    await keepSession(session, stay);
    enter(client);
  } catch (error) {
    await client.close().catch(() => {});
    throw error;
  }
}

async function register(account, password, { displayName, invite }, stay) {
  const client = new ImClient({ device: deviceName() });
  try {
    await client.register(account, password, { ...displayName && { displayName }, ...invite && { invite } });
  } finally {
    await client.close().catch(() => {});
  }
  await signIn(account, password, stay);
}

function enter(client) {
  app.client = client;
  app.phase = "in";
  app.signedOutBy = null;
  const place = keptPlace();
  for (const [account, kept] of place?.places ?? []) {
    if (client.pages.has(account)) {
      Object.assign(placeOf(account), kept);
    }
  }
  if (!place && client.session?.via === "mailbox") {
    placeOf(client.account).section = "mail";
  }
  go(client.pages.has(place?.account) ? place.account : client.account);
}

function leave(error) {
  const { client } = app;
  Object.assign(app, { client: null, phase: "signIn", account: null, dialog: null, signedOutBy: error ?? null });
  for (const map of [app.places, app.drafts, app.older, app.typing, app.groups, app.mails, app.parties, app.tasks]) {
    map.clear();
  }
  changed();
  return client;
}

async function signOut(everywhere = false) {
  const client = app.client;
  leave(null);
  await forgetSession();
  try {
    await client.signOut({ everywhere });
  } catch (error) {
    toast(errorWords(error), true);
  }
  await client.close().catch(() => {});
}

// --- what happens -----------------------------------------------------------------------------------------------------

function hear(client, event) {
  if (client !== app.client) {
    return;
  }
  switch (event.type) {
    case "MessageReceived": hearMessage(event); break;
    case "TypingChanged": hearTyping(event); break;
    case "PageOpened":
      if (event.reloaded) {
        app.older.clear();
      }
      break;
    case "PageGone":
      toast(t(`gone.${event.reason}`, { account: event.account }));
      if (app.account === event.account) {
        go(client.account);
      }
      break;
    case "GroupChanged":
      app.groups.delete(chatKey(event.account, event.group));
      break;
    case "LinksChanged":
      for (const { account, reason } of event.rejected) {
        toast(t(`gone.${reason}`, { account }), true);
      }
      break;
    case "MailChanged":
      hearMail(event);
      refreshParties(event.account);
      break;
    case "ChannelChanged":
    case "ContactChanged": refreshParties(event.account); break;
    case "OutgoingChanged":
      if (event.message.state === "failed" && !event.removed) {
        app.said = t("saidFailed", { name: nameOf(client.page(event.account), event.message.to) });
      }
      break;
    case "Reconnected": app.said = t("status.online"); break;
    case "SignedOut":
      // By the server, or with the account. Who signs out here has left before.
      void leave(event.error)?.close().catch(() => {});
      void forgetSession();
      return;
  }
  changed();
}

function hearMessage(event) {
  app.typing.delete(chatKey(event.account, event.peer));
  const page = app.client.page(event.account);
  if (event.isOwn || !page?.unread.get(event.peer)) {
    return;
  }
  const from = nameOf(page, event.from);
  app.said = t("saidMessage", { name: from, account: tabName(page), text: event.body.slice(0, 200) });
  notify(`${from} → ${tabName(page)}`, event.body.slice(0, 200), `${event.account} ${event.peer}`, () => go(event.account, { section: "chats", peer: event.peer }));
}

function hearTyping(event) {
  const key = chatKey(event.account, event.peer);
  if (event.on) {
    app.typing.set(key, event.from);
  } else {
    app.typing.delete(key);
  }
}

/** Who is whose, and who has written, may have changed; asked again when it is looked at. */
function refreshParties(account) {
  for (const [key, known] of app.parties) {
    if (key.startsWith(`${account}\n`)) {
      known.fetched = false;
    }
  }
}

function hearMail(event) {
  const page = app.client.page(event.account);
  const known = app.mails.get(chatKey(event.account, event.mailbox));
  if (known) {
    known.stale = true;
  }
  const newest = event.new[0];
  if (page && newest && known?.newest !== undefined && newest.uid > known.newest) {
    notify(`${newest.from.friend?.name ?? newest.from.name ?? newest.from.address} → ${event.mailbox}`, newest.subject, event.mailbox, () => go(event.account, { section: "mail", mailbox: event.mailbox }));
  }
  if (known && newest) {
    known.newest = newest.uid;
  }
}

function notify(title, body, tag, onclick) {
  if (document.visibilityState === "visible" && document.hasFocus()) {
    return;
  }
  if (preference("notify", "off") !== "on" || !("Notification" in window) || Notification.permission !== "granted") {
    return;
  }
  try {
    const note = new Notification(title, { body, tag, icon: "/icon.svg" });
    note.onclick = () => {
      window.focus();
      onclick();
      note.close();
    };
  } catch {
    // Phones allow it to service workers only.
  }
}

async function start() {
  onDraw(() => {
    render();
    readWhatIsSeen();
  });
  window.addEventListener("focus", changed);
  window.addEventListener("online", () => app.client?.reconnect());
  document.addEventListener("visibilitychange", changed);
  // Times like "today" grow old by themselves.
  setInterval(changed, 60_000);
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/sw.js").catch(() => {});
  }

  const session = await keptSession();
  if (!session) {
    app.phase = "signIn";
    changed();
    return;
  }
  const client = makeClient(session);
  app.client = client;
  try {
    await client.open();
    if (client.pages.size) {
      enter(client);
    }
    await client.connect();
    if (app.phase !== "in" && app.client === client) {
      enter(client);
    }
  } catch (error) {
    if (app.client === client) {
      void leave(error)?.close().catch(() => {});
      await forgetSession();
    }
  }
}

document.addEventListener("keydown", event => {
  // Alt and a digit: the tab of that number.
  if (event.altKey && !event.ctrlKey && /^[1-9]$/.test(event.key) && app.phase === "in" && !app.dialog) {
    const account = [...app.client.pages.keys()][event.key - 1];
    if (account) {
      event.preventDefault();
      go(account);
    }
  } else if (event.key === "Escape" && app.phase === "in" && !app.dialog && !event.defaultPrevented) {
    const place = placeOf(app.account);
    if (place.peer || place.open) {
      go(app.account, { peer: place.section === "chats" ? null : place.peer, open: null });
    }
  }
});

void start();
