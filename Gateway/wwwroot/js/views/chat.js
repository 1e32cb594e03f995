// A conversation: who speaks as whom, what was said, and how far it got.
import { button, h, icon } from "../dom.js";
import { SERVICE, avatar, clock, day, dot, errorWords, linked, nameOf, statusOf, statusWords, tabName } from "../format.js";
import { app, changed, chatKey, go, openDialog, placeOf, run, task, thePage, toast } from "../state.js";
import { t } from "../texts.js";

const PAGE = 50;
const read = new Map();

export function chat(page, peer) {
  const key = chatKey(page.account, peer);
  const isGroup = peer.startsWith("group:");
  const older = olderOf(page, peer);
  if (isGroup) {
    groupOf(page, peer);
  }
  const lines = app.client.conversation(page.account, peer, older.events);
  return h("section", { key: `chat ${key}`, class: "pane chat", "aria-label": t("chatWith", { name: nameOf(page, peer) }) },
    head(page, peer, isGroup),
    log(page, peer, lines, older, isGroup),
    notice(page, peer, isGroup),
    peer !== SERVICE && composer(page, peer, key));
}

function head(page, peer, isGroup) {
  const typist = app.typing.get(chatKey(page.account, peer));
  const name = nameOf(page, peer);
  return h("header", { class: "main-head" },
    button("round back", t("back"), () => go(page.account, { peer: null }), icon("back")),
    h("span", { class: "avatar-box" }, avatar(name, peer, isGroup ? "square" : ""), !isGroup && peer !== SERVICE && dot(page.isLocal ? "offline" : statusOf(page, peer))),
    h("div", { class: "grow clip-box" },
      h("h2", { class: "clip", dir: "auto" }, name),
      h("p", { class: `small clip ${typist ? "typing" : "quiet"}`, "aria-live": "polite", dir: "auto" },
        peer === SERVICE ? t("serviceHint") : typist ? isGroup ? t("typingNamed", { name: nameOf(page, typist) }) : t("typing")
          : isGroup ? t("membersCount", { n: page.groups.get(peer)?.members ?? 0 }) : statusWords(page, peer))),
    !isGroup && page.mailboxes.size > 0 && page.contacts.get(peer)?.emails?.length > 0 && button("round", t("writeMail"), () => go(page.account, { section: "mail", open: { kind: "write", to: [peer] } }), icon("mail")),
    peer !== SERVICE && button("round", isGroup ? t("groupInfo") : t("contactInfo"), () => openDialog(isGroup ? "group" : "contact", { account: page.account, peer }), icon("info")));
}

// --- what was said ----------------------------------------------------------------------------------------------------

function log(page, peer, lines, older, isGroup) {
  const rows = [];
  let before = null;
  for (const line of lines) {
    if (!before || day(before.at) !== day(line.at)) {
      rows.push(h("p", { class: "day", key: `day ${line.key}` }, h("span", null, day(line.at))));
      before = null;
    }
    const follows = before?.from === line.from && new Date(line.at) - new Date(before.at) < 300_000;
    rows.push(bubble(page, line, follows, isGroup));
    before = line;
  }

  const first = lines[0]?.key;
  return h("div", { key: "log", class: "log", role: "log", tabindex: "0", "aria-label": t("messages"), "aria-busy": String(!!older.busy),
    mount: el => observe(el, page, peer),
    after: el => settle(el, first, lines.at(-1)),
    onscroll: event => {
      const el = event.target;
      el.__stick = el.scrollHeight - el.scrollTop - el.clientHeight < 60;
    } },
  h("div", { class: "older", key: "older" },
    older.error ? h("span", null, errorWords(older.error), " ", button("plain", t("tryAgain"), () => loadOlder(page, peer)))
      : older.busy ? h("span", { class: "quiet small" }, t("loading"))
        : older.more ? button("plain", t("earlier"), () => loadOlder(page, peer))
          : lines.length ? h("span", { class: "quiet small" }, page.isLocal ? t("fromThisDevice") : t("beginning")) : null),
  lines.length === 0 && !older.busy ? h("div", { class: "empty", key: "none" }, h("p", { class: "quiet" }, t("noMessages", { name: nameOf(page, peer) }))) : null,
  rows);
}

function bubble(page, line, follows, isGroup) {
  const sender = nameOf(page, line.from);
  const mentioned = line.mentions.includes(page.account);
  return h("article", { key: line.key, class: `bubble ${line.isOwn ? "own" : "theirs"} ${follows ? "follows" : ""} ${line.state ?? ""} ${mentioned ? "mentioned" : ""}`, "data-state": line.state ?? "received" },
    h("span", { class: "sr" }, line.isOwn ? t("youWrote") : t("theyWrote", { name: sender })),
    isGroup && !line.isOwn && !follows && h("strong", { class: "sender", dir: "auto", "aria-hidden": "true" }, sender),
    line.kind !== "text" && h("span", { class: "kind small" }, line.kind),
    h("span", { class: "body", dir: "auto" }, linked(line.body)),
    h("span", { class: "meta" }, h("time", { datetime: line.at }, clock(line.at)), line.state && stateMark(line)),
    line.state === "failed" && failed(line));
}

const MARKS = { queued: "clock", sent: "check", delivered: "checks", read: "checks", failed: "alert" };

function stateMark(line) {
  return h("span", { class: `mark ${line.state}`, title: t(`state.${line.state}`) }, icon(MARKS[line.state]), h("span", { class: "sr" }, t(`state.${line.state}`)));
}

function failed(line) {
  return h("span", { class: "failed-line" },
    h("span", { dir: "auto" }, `${t("notSent")} ${line.error ? errorWords(line.error) : ""}`),
    h("span", { class: "actions" },
      button("small", t("retry"), () => app.client.retry(line.cid)),
      button("small plain", t("discard"), () => app.client.discard(line.cid))));
}

/** Stays at the end while one is there; stays at what one reads when older lines come before it. */
function settle(el, first, last) {
  if (last?.isOwn && el.__last !== last.key) {
    el.__stick = true;
  }
  if (el.__stick !== false) {
    el.scrollTop = el.scrollHeight;
  } else if (el.__first !== first && el.__height) {
    el.scrollTop += el.scrollHeight - el.__height;
  }
  el.__first = first;
  el.__last = last?.key;
  el.__height = el.scrollHeight;
}

function observe(el, page, peer) {
  const older = olderOf(page, peer);
  if (older.more === undefined && !older.busy) {
    void loadOlder(page, peer);
  }
  new ResizeObserver(() => {
    if (el.__stick !== false) {
      el.scrollTop = el.scrollHeight;
    }
  }).observe(el);
  el.addEventListener("scroll", () => {
    if (el.scrollTop < 40 && el.__stick === false && olderOf(page, peer).more && !olderOf(page, peer).error) {
      void loadOlder(page, peer);
    }
  });
}

/** What is known of a conversation beyond the page, which keeps the newest events only. */
function olderOf(page, peer) {
  const key = chatKey(page.account, peer);
  let older = app.older.get(key);
  if (!older) {
    older = { events: [], seen: null, more: undefined, busy: false, error: null };
    app.older.set(key, older);
  }
  if (older.seen !== page.recent) {
    older.seen = page.recent;
    const last = older.events.at(-1)?.seq ?? 0;
    const news = page.recent.filter(event => event.type === "MessageReceived" && event.peer === peer && event.seq > last);
    if (news.length) {
      older.events = [...older.events, ...news];
    }
  }
  return older;
}

async function loadOlder(page, peer) {
  const older = olderOf(page, peer);
  if (older.busy || app.client.status !== "online") {
    return;
  }
  older.busy = true;
  older.error = null;
  changed();
  try {
    // A page of history may hold receipts only; what is wanted is messages.
    let before = older.before ?? older.events[0]?.seq;
    for (let tries = 0; tries < 5; tries++) {
      const { events, more } = await app.client.history(page.account, { peer, before, limit: PAGE });
      older.more = more;
      const messages = events.filter(event => event.type === "MessageReceived");
      older.events = [...messages, ...older.events];
      before = older.before = events[0]?.seq ?? before;
      if (!more || messages.length > 10) {
        break;
      }
    }
  } catch (error) {
    older.error = error;
  } finally {
    older.busy = false;
    changed();
  }
}

/** What is on the screen of somebody who looks at it has been read. */
export function readWhatIsSeen() {
  const page = app.phase === "in" ? thePage() : null;
  const place = page && placeOf(page.account);
  if (!place || place.section !== "chats" || !place.peer || app.client.status !== "online" || document.visibilityState !== "visible" || !document.hasFocus()) {
    return;
  }
  const older = app.older.get(chatKey(page.account, place.peer));
  if (older && older.more === undefined && !older.busy && !older.error) {
    void loadOlder(page, place.peer);
  }
  const key = chatKey(page.account, place.peer);
  if (page.unread.get(place.peer) > 0 && read.get(key) !== page.cursor) {
    read.set(key, page.cursor);
    app.client.markRead(page.account, place.peer).catch(() => read.delete(key));
  }
}

// --- writing ----------------------------------------------------------------------------------------------------------

function notice(page, peer, isGroup) {
  if (peer === SERVICE) {
    return h("p", { class: "chat-notice", key: "notice" }, t("serviceNotice"));
  }
  const contact = page.contacts.get(peer);
  if (isGroup ? page.groups.has(peer) : contact?.state === "friend") {
    return null;
  }
  const name = `contact ${page.account} ${peer}`;
  const act = verb => () => void run(name, () => app.client[verb](page.account, peer)).then(() => task(name).error && toast(errorWords(task(name).error), true));
  if (isGroup) {
    return h("p", { class: "chat-notice", key: "notice" }, t("notMember"));
  }
  return h("div", { class: "chat-notice", key: "notice" },
    h("span", null, contact?.state === "pending" ? t("asksYou") : contact?.state === "requested" ? t("waitsForThem") : contact?.state === "blocked" ? t("youBlocked") : t("notFriend")),
    contact?.state === "pending" ? button("main small", t("accept"), act("acceptContact"))
      : contact?.state === "blocked" ? button("small", t("unblock"), act("unblockContact"))
        : contact?.state !== "requested" && button("small", t("askFriend"), act("requestContact")));
}

function composer(page, peer, key) {
  const draft = app.drafts.get(key) ?? "";
  const isOffline = app.client.status !== "online";
  return h("form", { class: "composer", key: "composer", onsubmit: event => {
    event.preventDefault();
    send(page, peer, key);
    event.target.querySelector("textarea").focus();
  } },
  h("div", { class: "composer-row" },
    h("textarea", {
      key, rows: Math.min(6, draft.split("\n").length), placeholder: t("writeTo", { name: nameOf(page, peer) }), "aria-label": t("message"), "aria-describedby": "speaks", value: draft, dir: "auto", maxlength: 16_000,
      mount: el => matchMedia("(pointer: fine)").matches && el.focus({ preventScroll: true }),
      oninput: event => {
        app.drafts.set(key, event.target.value);
        sayTyping(page, peer, event.target.value !== "");
        changed();
      },
      onkeydown: event => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches) {
          event.preventDefault();
          send(page, peer, key);
        }
      },
    }),
    h("button", { type: "submit", class: "main round-send", "aria-label": t("send"), title: t("send"), disabled: !draft.trim() }, icon("send"))),
  h("p", { class: "speaks quiet small", id: "speaks", "data-as": page.account },
    t("youWriteAs"), " ", h("strong", { dir: "auto" }, tabName(page)), tabName(page) === page.account ? null : h("span", { dir: "ltr" }, ` (${page.account})`),
    isOffline && h("span", null, ` · ${t("sentLater")}`)));
}

let typedAt = 0;
let typedTo = "";

function sayTyping(page, peer, on) {
  const now = Date.now();
  const key = chatKey(page.account, peer);
  if (app.client.status !== "online" || (on && typedTo === key && now - typedAt < 3_000) || (!on && typedTo !== key)) {
    return;
  }
  typedAt = now;
  typedTo = on ? key : "";
  app.client.setTyping(page.account, peer, on).catch(() => {});
}

function send(page, peer, key) {
  const body = (app.drafts.get(key) ?? "").trim();
  if (!body) {
    return;
  }
  try {
    const members = new Set(app.groups.get(key)?.members.map(member => member.account) ?? []);
    const mentions = [...new Set([...body.matchAll(/@([a-z0-9][a-z0-9._-]{0,30}[a-z0-9])/gi)].map(match => match[1].toLowerCase()))].filter(account => members.has(account)).slice(0, 50);
    app.client.enqueue(page.account, peer, body, mentions.length ? { mentions } : {});
    app.drafts.delete(key);
    sayTyping(page, peer, false);
    changed();
  } catch (error) {
    toast(errorWords(error), true);
  }
}

/** The members of a group, once per opening of its conversation. */
export function groupOf(page, peer) {
  const key = chatKey(page.account, peer);
  if (!app.groups.has(key) && app.client.status === "online") {
    app.groups.set(key, null);
    app.client.getGroup(page.account, peer).then(group => {
      app.groups.set(key, group);
      changed();
    }, () => app.groups.delete(key));
  }
  return app.groups.get(key);
}
