// How things are said: names, times, texts with links. All of it makes text, never markup.
import { h, icon } from "./dom.js";
import { language, t } from "./texts.js";

/** Who messages of the service itself are from. No account can have that id, whatever it calls itself. */
export const SERVICE = "@service";

/** What an account calls a contact, a group or itself. */
export function nameOf(page, peer) {
  if (peer === SERVICE) {
    return t("service");
  }
  if (!page) {
    return peer;
  }
  if (peer === page.account) {
    return page.profile.displayName || peer;
  }
  const contact = page.contacts.get(peer);
  return contact?.remark || contact?.displayName || page.groups.get(peer)?.name || peer;
}

export function tabName(page) {
  return page.profile.displayName || page.account;
}

/** What the account itself shows; friends see the same, apart from `invisible`. */
export function ownStatus(page) {
  return page.presence.get(page.account)?.status ?? "offline";
}

export function statusOf(page, account) {
  return page.presence.get(account)?.status ?? "offline";
}

/** A status in words, with the note, or when somebody was there last. */
export function statusWords(page, account) {
  const presence = page.presence.get(account);
  const status = presence?.status ?? "offline";
  if (page.isLocal) {
    return t("presenceUnknown");
  }
  if (status === "offline" && presence?.lastSeen) {
    return t("lastSeen", { when: when(presence.lastSeen) });
  }
  return presence?.note ? `${t(status)} · ${presence.note}` : t(status);
}

export function unreadOf(page) {
  let sum = 0;
  for (const count of page.unread.values()) {
    sum += count;
  }
  return sum;
}

export function mailUnreadOf(page) {
  let sum = 0;
  for (const mailbox of page.mailboxes.values()) {
    sum += mailbox.unread ?? 0;
  }
  return sum;
}

export function count(n) {
  return n > 99 ? "99+" : String(n);
}

const formats = new Map();
function format(kind, options) {
  // Of the browser's own tags the one of the language: it knows the region.
  const locale = navigator.languages.find(tag => tag.startsWith(language())) ?? language();
  const key = `${locale} ${kind}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(locale, options));
  }
  return formats.get(key);
}

export function clock(at) {
  const date = new Date(at);
  return isNaN(date) ? "" : format("clock", { hour: "2-digit", minute: "2-digit" }).format(date);
}

const startOfDay = date => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

export function day(at) {
  const date = new Date(at);
  if (isNaN(date)) {
    return "";
  }
  const days = Math.round((startOfDay(new Date()) - startOfDay(date)) / 86_400_000);
  return days === 0 ? t("today") : days === 1 ? t("yesterday") : format("day", { weekday: "short", day: "numeric", month: "long", year: "numeric" }).format(date);
}

/** Short: the time today, else the day. */
export function when(at) {
  const date = new Date(at);
  if (isNaN(date)) {
    return "";
  }
  return startOfDay(date) === startOfDay(new Date()) ? clock(at) : format("date", { day: "numeric", month: "short" }).format(date);
}

export function moment(at) {
  const date = new Date(at);
  return isNaN(date) ? "" : format("moment", { dateStyle: "medium", timeStyle: "short" }).format(date);
}

const LINK = /\bhttps?:\/\/[^\s<>"'`]+/giu;

/** Text whose http(s) addresses can be followed; nothing else of it is ever more than text. */
export function linked(text) {
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(/[.,;:!?)\]}。，；：！？）]+$/u, "");
    if (!isWeb(address)) {
      continue;
    }
    parts.push(text.slice(end, match.index), h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address));
    end = match.index + address.length;
  }
  parts.push(text.slice(end));
  return parts.filter(part => part !== "");
}

function isWeb(address) {
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:";
  } catch {
    return false;
  }
}

/** A preview with the names of friends beside their addresses. */
export function named(preview, mentions) {
  let parts = [preview];
  for (const { address, friend } of mentions ?? []) {
    if (!friend) {
      continue;
    }
    parts = parts.flatMap(part => {
      const at = typeof part === "string" ? part.toLowerCase().indexOf(address.toLowerCase()) : -1;
      return at < 0 ? [part] : [part.slice(0, at), h("bdi", { class: "mention", title: address }, friend.name), part.slice(at + address.length)];
    });
  }
  return parts.filter(part => part !== "");
}

/** One or two letters and a colour that stay the same; of the service a sign that no person has. */
export function avatar(name, id, look = "") {
  if (id === SERVICE) {
    return h("span", { class: `avatar service ${look}`, "aria-hidden": "true" }, icon("bell"));
  }
  const letters = Array.from(name.trim())[0]?.toLocaleUpperCase(language()) ?? "?";
  let hash = 0;
  for (const c of id) {
    hash = (hash * 31 + c.codePointAt(0)) >>> 0;
  }
  return h("span", { class: `avatar hue${hash % 8} ${look}`, "aria-hidden": "true" }, letters);
}

/** A picture that an account may have of itself. Only data that is in it: nothing is fetched from elsewhere. */
export function ownAvatar(page, look = "") {
  const picture = page.profile.avatar;
  return picture && /^data:image\/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+$/.test(picture)
    ? h("img", { class: `avatar ${look}`, src: picture, alt: "" })
    : avatar(tabName(page), page.account, look);
}

/** The dot of a status. Its words are for those who do not see it. */
export function dot(status, words = t(status)) {
  return h("span", { class: `dot ${status}` }, h("span", { class: "sr" }, words));
}

/** An error in words of the reader's language; the server's own say more where there are none. */
export function errorWords(error) {
  const known = t(`error.${error?.code}`, null, "");
  const said = error?.message ?? "";
  if (error?.code === "invalid_argument" || error?.code === "conflict" || error?.code === "mail_unreachable" || error?.code === "mail_refused") {
    return [known, said].filter(Boolean).join(" ");
  }
  return known || said || t("error.internal");
}

/** Why somebody was not linked, added or written to. */
export function reasonWords(reason) {
  return t(`reason.${reason}`, null, "") || t(`error.${reason}`, null, "") || reason;
}
