/** The calls that are not on the stream. */
import { ImError, errorOf } from "./errors.js";
import { unreachable } from "./wrong-address.js";

export class HttpApi {
  /** @param {import("./options.js").Options} options */
  constructor(options) {
    this.options = options;
  }

  /**
   * Posts and leaves the body to whoever reads it, as long as that takes.
   * @param {string} path @param {unknown} body @param {{ token: string, signal?: AbortSignal }} options
   * @returns {Promise<Response>}
   */
  async download(path, body, { token, signal }) {
    signal?.throwIfAborted();
    try {
      const response = await this.options.fetch(new URL(path, this.options.server), {
        method: "POST",
        headers: { "content-type": "application/json", authorization: "Bearer " + token },
        body: JSON.stringify(body),
        ...(signal && { signal }),
        redirect: "error",
        credentials: "omit",
        cache: "no-store",
      });
      if (!response.ok) {
        throw refusal(response, await response.text());
      }

      return response;
    } catch (broken) {
      signal?.throwIfAborted();
      throw unreachable(this.options.server, broken);
    }
  }

  /**
   * @param {string} path
   * @param {unknown} body
   * @param {{ token?: string, signal?: AbortSignal, timeoutMs?: number }} [options]
   * @returns {Promise<any>} The body of the answer.
   */
  async post(path, body, { token, signal, timeoutMs = this.options.requestTimeoutMs } = {}) {
    signal?.throwIfAborted();
    const stop = new AbortController();
    const aborted = () => stop.abort();
    signal?.addEventListener("abort", aborted, { once: true });
    const timer = setTimeout(aborted, timeoutMs);
    try {
      const response = await this.options.fetch(new URL(path, this.options.server), {
        method: "POST",
        headers: { "content-type": "application/json", ...(token && { authorization: "Bearer " + token }) },
        body: JSON.stringify(body),
        signal: stop.signal,
        // A password goes to this address or nowhere, and the token is the only credential.
        redirect: "error",
        credentials: "omit",
        cache: "no-store",
      });
      const text = await response.text();
      if (!response.ok) {
        throw refusal(response, text);
      }

      return text ? JSON.parse(text) : {};
    } catch (broken) {
      signal?.throwIfAborted();
      throw stop.signal.aborted ? new ImError("unavailable", `No answer from the server within ${timeoutMs / 1000} s.`)
        : unreachable(this.options.server, broken);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", aborted);
    }
  }
}

/** @param {Response} response @param {string} text */
function refusal(response, text) {
  const retryAfterMs = Number(response.headers.get("retry-after")) * 1000;
  try {
    const { error } = JSON.parse(text);
    if (typeof error.code === "string") {
      return errorOf({ retryAfterMs, ...error });
    }
  } catch {
    // Not from the server but from something before it.
  }

  const code = response.status === 429 ? "slow_down" : response.status >= 500 ? "unavailable" : "internal";
  return errorOf({ code, message: `The server answered ${response.status} and nothing that can be read.`, retryAfterMs });
}
