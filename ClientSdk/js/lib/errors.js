/** What can go wrong, and what a client does about it: the tables of the protocol. */

/** @type {Readonly<Record<string, "never" | "later" | "now">>} */
export const ErrorCodes = Object.freeze({
  bad_credentials: "never",
  unauthenticated: "never",
  forbidden: "never",
  unknown_account: "never",
  unknown_op: "never",
  invalid_argument: "never",
  account_taken: "never",
  bad_invite: "never",
  already_linked: "never",
  self: "never",
  disabled: "never",
  not_friends: "never",
  blocked: "never",
  too_large: "never",
  slow_down: "later",
  last_master: "never",
  limit_reached: "never",
  unknown_mailbox: "never",
  mailbox_taken: "never",
  mail_auth_failed: "never",
  mail_unreachable: "later",
  mail_refused: "never",
  conflict: "now",
  unavailable: "later",
  internal: "later",
});

export const CloseCodes = Object.freeze(/** @type {const} */ ({
  goingAway: 4000,
  badToken: 4001,
  protocolError: 4002,
  tooSlow: 4003,
  signedOut: 4004,
  tooManyRequests: 4008,
}));

// A timer that is set for more than 24.8 days goes off at once.
const mostPauseMs = 24 * 60 * 60 * 1000;

export class ImError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{ retryAfterMs?: number, cause?: unknown }} [options]
   */
  constructor(code, message, { retryAfterMs, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ImError";
    this.code = code;
    this.retryAfterMs = retryAfterMs === undefined ? undefined : Math.min(retryAfterMs, mostPauseMs);
  }

  get canRetry() {
    return (ErrorCodes[this.code] ?? "never") !== "never";
  }
}

/** The client was closed, which trying again does not mend. */
export class ClosedError extends ImError {
  constructor(more = "") {
    super("unavailable", "The client was closed." + more);
  }

  get canRetry() {
    return false;
  }
}

/**
 * What the server said was wrong.
 * @param {any} error
 */
export function errorOf(error) {
  const after = Number(error?.retryAfterMs);
  return new ImError(String(error?.code ?? "internal"), String(error?.message ?? "The server gave no reason."),
    after > 0 ? { retryAfterMs: after } : {});
}

/** @param {unknown} broken @param {string} what */
export function unavailable(broken, what) {
  return broken instanceof ImError ? broken
    : new ImError("unavailable", what + (broken instanceof Error && broken.message ? ": " + broken.message : "."), { cause: broken });
}
