// A server that says what the test wants, over a WebSocket and a fetch of its own.
import assert from "node:assert/strict";
import { ImClient, MemoryStore } from "../../orleansim.js";

const limitMs = 60_000;

/** What a promise brings, or an error that says what was waited for. */
export async function soon(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${limitMs / 1000} s for ${what}.`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until a condition holds. */
export async function eventually(condition, what) {
  for (const end = Date.now() + limitMs; !(await condition());) {
    if (Date.now() > end) {
      throw new Error(`Waited ${limitMs / 1000} s until ${what}.`);
    }

    await new Promise(resolve => setTimeout(resolve, 2));
  }
}

/** Lets everything run that can run without a timer. */
export async function settle() {
  for (let i = 0; i < 5; i++) {
    await new Promise(resolve => setImmediate(resolve));
  }
}

class Queue {
  items = [];
  waiting = [];

  push(item) {
    const next = this.waiting.shift();
    next ? next(item) : this.items.push(item);
  }

  next(what) {
    return this.items.length > 0 ? Promise.resolve(this.items.shift())
      : soon(new Promise(resolve => this.waiting.push(resolve)), what);
  }
}

/** The server's end of one connection. */
export class Stream {
  frames = new Queue();
  all = [];
  isClosed = false;

  constructor(socket) {
    this.socket = socket;
  }

  /** The next request, which has to be this op. */
  async expect(op) {
    const frame = await this.frames.next(`a request (${op})`);
    assert.equal(frame.op, op);
    return frame;
  }

  say(frame) {
    this.socket.onmessage?.({ data: JSON.stringify(frame) });
  }

  raw(data) {
    this.socket.onmessage?.({ data });
  }

  answer(frame, ok = {}) {
    this.say({ re: frame.id, ok });
  }

  refuse(frame, code, more = {}) {
    this.say({ re: frame.id, err: { code, message: `No: ${code}.`, ...more } });
  }

  event(account, seq, ev, data) {
    this.say({ ev, account, ...(seq && { seq }), data });
  }

  message(account, seq, data) {
    this.event(account, seq, "message", { id: `m${seq}`, from: "ben", to: account, body: `text ${seq}`, kind: "text", sentAt: "2026-01-01T00:00:00.000Z", ...data });
  }

  /** Answers hello and shows the pages. */
  async greet(pages = { ann: {} }, { heartbeatMs = 60_000, role = "master" } = {}) {
    const hello = await this.expect("hello");
    const accounts = Object.keys(pages).map((account, i) => ({ account, role, via: i === 0 ? "account" : "link" }));
    this.answer(hello, { session: "s1", accounts, heartbeatMs });
    for (const [account, data] of Object.entries(pages)) {
      this.page(account, data);
    }

    this.say({ ev: "ready", data: {} });
    return hello;
  }

  page(account, data = {}) {
    this.say({ ev: "page", account, data: pageOf(account, data) });
  }

  bye(code, data = {}) {
    this.say({ ev: "bye", data: { code, ...data } });
    this.close(code);
  }

  /** Closes, as the client sees it. */
  close(code = 1006) {
    this.isClosed = true;
    this.socket.onclose?.({ code });
  }
}

export function pageOf(account, data) {
  return {
    profile: { account, displayName: account }, role: "master", settings: {}, custom: {}, contacts: [], groups: [],
    presence: { [account]: { status: "online" } }, unread: {}, receipts: {}, recent: [], mailboxes: [], cursor: 0, resumed: false, ...data,
  };
}

export class ScriptedServer {
  streams = new Queue();
  count = 0;
  isDown = false;
  /** Answers of HTTP calls by path: [status, body]. */
  http = { "/v1/login": [200, { account: "ann", token: "t", via: "account", expiresAt: "2030-01-01T00:00:00.000Z" }], "/v1/logout": [204], "/v1/password": [204] };
  calls = [];

  get webSocket() {
    const server = this;
    return class {
      readyState = 0;

      constructor(url, protocols) {
        assert.equal(url, "ws://im.test/v1/stream");
        assert.deepEqual(protocols, ["orleansim.v1"]);
        server.count++;
        setImmediate(() => {
          if (server.isDown) {
            this.onclose?.({ code: 1006 });
            return;
          }

          this.stream = new Stream(this);
          this.readyState = 1;
          server.streams.push(this.stream);
          this.onopen?.({});
        });
      }

      send(text) {
        const frame = JSON.parse(text);
        this.stream.all.push(frame);
        if (!this.stream.isClosed) {
          this.stream.frames.push(frame);
        }
      }

      close() {
        if (this.stream) {
          this.stream.isClosed = true;
        }
      }
    };
  }

  get fetch() {
    return async (url, init) => {
      const path = url.pathname;
      this.calls.push({ path, body: JSON.parse(init.body), headers: init.headers, redirect: init.redirect });
      const answer = typeof this.http[path] === "function" ? await this.http[path]() : this.http[path];
      if (!answer) {
        throw new TypeError("fetch failed");
      }

      const [status, body, headers] = answer;
      return new Response(body === undefined ? null : JSON.stringify(body), { status, headers });
    };
  }

  /** The next connection. */
  next() {
    return this.streams.next("a connection");
  }

  client(options = {}) {
    const client = new ImClient({
      server: "http://im.test", webSocket: this.webSocket, fetch: this.fetch, store: new MemoryStore(),
      session: { account: "ann", token: "t" }, reconnect: { initialMs: 1, maxMs: 4, jitter: 0 }, ...options,
    });
    const told = [];
    client.on("*", event => told.push(event));
    return Object.assign(client, { told, ofType: type => told.filter(event => event.type === type) });
  }

  /** A client that is online, and its stream. */
  async online(pages = { ann: {} }, options = {}, hello = {}) {
    const client = this.client(options);
    const connected = client.connect();
    const stream = await this.next();
    await stream.greet(pages, hello);
    await soon(connected, "the client to be ready");
    return { client, stream };
  }
}
