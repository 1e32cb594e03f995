/** One socket from connect to close. */
/** @import { WebSocketLike } from "../orleansim.js" */
import { ImError } from "./errors.js";

export class Connection {
  /** @type {WebSocketLike} */
  #socket;
  /** @type {(end: { code: number | null, error: ImError | null }) => void} */
  #ended;
  #over = false;
  #lastSent = Date.now();
  #lastReceived = Date.now();
  #pingedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #heartbeatMs = 0;
  #ping = () => {};

  /**
   * @param {{ webSocket: import("../orleansim.js").WebSocketClass, stream: string }} options
   * @param {{ opened: () => void, frame: (frame: any) => void, ended: (end: { code: number | null, error: ImError | null }) => void }} told
   */
  constructor({ webSocket, stream }, { opened, frame, ended }) {
    this.#ended = ended;
    this.#socket = new webSocket(stream, ["orleansim.v1"]);
    this.#socket.onopen = opened;
    // Node 20 says no more than this when a connection cannot be made; elsewhere a close follows that says as little.
    this.#socket.onerror = () => this.#end(1006, null);
    this.#socket.onmessage = event => {
      this.#lastReceived = Date.now();
      if (!this.#over) {
        this.#take(event.data, frame);
      }
    };
    this.#socket.onclose = event => this.#end(event?.code ?? null, null);
  }

  /** @param {string} frame */
  write(frame) {
    if (!this.#over) {
      this.#lastSent = Date.now();
      this.#socket.send(frame);
    }
  }

  /**
   * Pings when nothing was sent, or nothing came, for one heartbeat; breaks off when a ping is not answered within another.
   * Timers of a tab in the background and of a device that slept are late: that alone is no silence.
   * @param {number} heartbeatMs
   * @param {() => void} ping
   */
  keepAlive(heartbeatMs, ping) {
    this.#heartbeatMs = heartbeatMs;
    this.#ping = ping;
    this.#watch(heartbeatMs);
  }

  /** Asks for a sign of life now, and does not wait long for it. */
  probe() {
    if (!this.#over && this.#heartbeatMs > 0) {
      const limit = Math.min(this.#heartbeatMs, 5000);
      this.#sendPing();
      this.#watch(limit, limit);
    }
  }

  /** Breaks it off. Does not wait for the other side, which may be gone. @param {ImError} error */
  abort(error) {
    this.#end(null, error);
    this.#close();
  }

  /** Says goodbye. */
  close() {
    this.#end(1000, null);
    this.#close();
  }

  /** @param {unknown} data @param {(frame: any) => void} frame */
  #take(data, frame) {
    try {
      frame(JSON.parse(/** @type {string} */ (data)));
    } catch (broken) {
      this.abort(broken instanceof ImError ? broken
        : new ImError("internal", "The client failed on what the server sent: " + broken, { cause: broken }));
    }
  }

  /** @param {number} inMs @param {number} [patience] */
  #watch(inMs, patience = this.#heartbeatMs) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const now = Date.now();
      const unanswered = this.#pingedAt > 0 && this.#lastReceived < this.#pingedAt;
      if (unanswered && now - this.#pingedAt >= patience) {
        this.abort(new ImError("unavailable", `The server was silent for ${(now - this.#lastReceived) / 1000} s.`));
        return;
      }

      const quiet = now - Math.min(this.#lastSent, this.#lastReceived);
      if (!unanswered && quiet >= this.#heartbeatMs) {
        this.#sendPing();
        this.#watch(this.#heartbeatMs);
        return;
      }

      this.#watch(Math.max(this.#heartbeatMs - quiet, 10));
    }, inMs);
  }

  #sendPing() {
    this.#pingedAt = Date.now();
    this.#ping();
  }

  /** @param {number | null} code @param {ImError | null} error */
  #end(code, error) {
    if (!this.#over) {
      this.#over = true;
      clearTimeout(this.#timer);
      this.#ended({ code, error });
    }
  }

  #close() {
    try {
      this.#socket.close(1000);
    } catch {
      // Not open yet, or closed already.
    }
  }
}
