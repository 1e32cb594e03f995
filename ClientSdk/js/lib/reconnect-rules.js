/** Whether and when to connect again. Pure. */
import { CloseCodes, ErrorCodes, ImError } from "./errors.js";

/**
 * How a connection ended.
 * @typedef {{ error: ImError, code: number | null, bye?: { reconnect: boolean } | null, refused?: boolean }} ConnectionEnd
 */

/** @type {Record<number, { reconnect: boolean, error: string, message: string }>} */
const known = {
  [CloseCodes.goingAway]: { reconnect: true, error: "unavailable", message: "The server is going away." },
  [CloseCodes.badToken]: { reconnect: false, error: "unauthenticated", message: "The token is bad or expired. Sign in again." },
  [CloseCodes.protocolError]: { reconnect: false, error: "internal", message: "The server refused what this client sent as against the protocol." },
  [CloseCodes.tooSlow]: { reconnect: true, error: "unavailable", message: "The server closed the stream: this client read too slowly." },
  [CloseCodes.signedOut]: { reconnect: false, error: "unauthenticated", message: "The session was signed out." },
  [CloseCodes.tooManyRequests]: { reconnect: true, error: "slow_down", message: "The server closed the stream: too many requests." },
};

/**
 * @param {number | null} closeCode
 * @param {any} [bye] The data of `bye`, if it came.
 * @returns {ConnectionEnd}
 */
export function endOf(closeCode, bye) {
  const code = typeof bye?.code === "number" ? bye.code : closeCode;
  const row = code === null ? undefined : known[code];
  const error = new ImError(row?.error ?? "unavailable", row?.message ?? `The connection ended (code ${code ?? "none"}).`,
    bye?.afterMs > 0 ? { retryAfterMs: bye.afterMs } : {});
  return { error, code, bye: typeof bye?.reconnect === "boolean" ? { reconnect: bye.reconnect } : null };
}

/** Whether a session goes on after this end. @param {ConnectionEnd} end */
export function goesOn(end) {
  if (end.bye) {
    return end.bye.reconnect;
  }

  const row = end.code === null ? undefined : known[end.code];
  if (row) {
    return row.reconnect;
  }

  // A refusal of hello that only a person can mend ends the session. A code that is not known may be anything: go on.
  return !(end.refused && ErrorCodes[end.error.code] === "never");
}

/** Whether the server asked this client to come again, in so many words. @param {ConnectionEnd} end */
export function isInvitation(end) {
  return !!end.bye?.reconnect || !!(end.code !== null && known[end.code]?.reconnect);
}

/**
 * @param {ConnectionEnd} end
 * @param {number} attempt Attempts since the last stable connection.
 * @param {{ initialMs: number, maxMs: number, jitter: number }} policy
 * @param {number} chance At least 0 and below 1.
 */
export function pauseMs(end, attempt, policy, chance) {
  const asked = end.error.retryAfterMs ?? 0;
  if (attempt === 0 && end.code === CloseCodes.goingAway) {
    return asked;
  }

  return Math.max(growing(attempt, policy, chance), asked);
}

/** @param {number} attempt @param {{ initialMs: number, maxMs: number, jitter: number }} policy @param {number} chance */
export function growing(attempt, policy, chance) {
  return Math.min(policy.initialMs * 2 ** Math.min(attempt, 30), policy.maxMs) * (1 - policy.jitter * chance);
}
