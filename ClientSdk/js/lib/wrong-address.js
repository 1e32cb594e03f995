/** What is said of a server that cannot be reached, and what to do about it. Browsers do not tell a script why. */
import { ImError } from "./errors.js";

/** @param {URL} server @param {unknown} broken @returns {ImError} */
export function unreachable(server, broken) {
  return broken instanceof ImError ? broken : new ImError("unavailable", why(server, broken), { cause: broken });
}

/** @param {URL} server @param {unknown} broken */
function why(server, broken) {
  // Node says no more than that it failed; what it met is the cause, which may be one failure for each address of a name.
  const met = /** @type {any} */ (broken)?.cause;
  const code = String(met?.code ?? "");
  const reason = met?.message || code || (broken instanceof Error ? broken.message : "") || String(broken);
  if (/CERT|UNABLE_TO_VERIFY/.test(code)) {
    return `${server.href} has a certificate that is not trusted here (${reason}). Give the file with it, or with the one it is signed with, as NODE_EXTRA_CA_CERTS.`;
  }

  if (/^ERR_(SSL|TLS)/.test(code)) {
    return `${server.href} cannot be reached by TLS (${code}). If it speaks http, its address is ${server.href.replace(/^https/, "http")}.`;
  }

  // Who waits for TLS closes the connection without a word.
  if (code === "UND_ERR_SOCKET" && server.protocol === "http:") {
    return `${server.href} does not answer (${reason}). If it speaks https, its address is ${server.href.replace(/^http/, "https")}.`;
  }

  return `${server.href} cannot be reached: ${reason}`;
}
