/** A conversation as it is to be shown. Pure. */
/** @import { ChatLine, ImEvent, MessageReceived, OutgoingMessage, Page } from "../orleansim.js" */
import { without } from "./event-reader.js";
import { stateAt } from "./outbox.js";

/**
 * @param {string} peer
 * @param {Page | undefined} page
 * @param {readonly ImEvent[]} older
 * @param {readonly OutgoingMessage[]} outgoing To this peer, oldest first.
 * @param {(message: MessageReceived) => OutgoingMessage | undefined} matchOf
 * @returns {ChatLine[]}
 */
export function linesOf(peer, page, older, outgoing, matchOf) {
  /** @type {Map<number, MessageReceived>} */
  const messages = new Map();
  for (const event of [...older, ...page?.recent ?? []]) {
    if (event.type === "MessageReceived" && event.peer === peer) {
      messages.set(event.seq, event);
    }
  }

  const shown = new Set();
  const lines = [...messages.values()].sort((one, other) => one.seq - other.seq).map(message => {
    const sent = message.isOwn ? matchOf(message) : undefined;
    if (sent) {
      shown.add(sent.cid);
    }

    const { from, to, body, kind, mentions, isOwn, id, seq } = message;
    const cid = message.cid ?? sent?.cid;
    return without({
      key: cid ? `cid:${cid}` : `id:${id}`, from, to, body, kind, mentions, at: message.sentAt, isOwn,
      state: isOwn ? stateAt(seq, page?.receipts.get(peer)) : null, id, seq, cid,
    });
  });
  const waiting = outgoing.filter(message => !shown.has(message.cid) && !(message.seq !== undefined && message.seq <= (page?.cursor ?? 0)));
  return [...lines, ...waiting.map(({ cid, as, to, body, kind, mentions, queuedAt, sentAt, state, id, seq, error }) =>
    without({ key: `cid:${cid}`, from: as, to, body, kind, mentions, at: sentAt ?? queuedAt, isOwn: true, state, id, seq, cid, error }))];
}
