/** The groups of a page. Pure. */
/** @import { GroupChanged, GroupEntry } from "../orleansim.js" */

/**
 * The group as the account of the page sees it after an event; null when it is no member any more.
 * @param {GroupChanged} event
 * @param {GroupEntry | undefined} before
 * @returns {GroupEntry | null}
 */
export function groupAfter(event, before) {
  if ((event.what === "left" || event.what === "kicked") && event.accounts.includes(event.account)) {
    return null;
  }

  return {
    id: event.group.replace(/^group:/, ""),
    peer: event.group,
    name: event.name,
    members: event.members,
    role: roleAfter(event, before?.role ?? "member"),
    mentions: before?.mentions ?? 0,
  };
}

/** @param {GroupChanged} event @param {GroupEntry["role"]} before */
function roleAfter(event, before) {
  if ((event.what === "created" && event.by === event.account) || event.owner === event.account) {
    return "owner";
  }

  return event.what === "role" && event.role && event.accounts.includes(event.account) ? event.role : before;
}
