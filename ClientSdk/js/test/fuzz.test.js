// What a server says that is broken or lies: whatever it is, the client is whole afterwards. Always the same frames;
// ORLEANSIM_FUZZ_INPUTS and ORLEANSIM_FUZZ_SEED make more and others.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ScriptedServer, settle, soon } from "./support/scripted.js";

const most = Number(process.env.ORLEANSIM_FUZZ_INPUTS ?? 800);
const seed = Number(process.env.ORLEANSIM_FUZZ_SEED ?? 20261126);
const at = "2026-01-01T00:00:00.000Z";
const seeds = [
  { re: 1, ok: {} },
  { re: 1, err: { code: "slow_down", message: "Later.", retryAfterMs: 5 } },
  { ev: "message", account: "ann", seq: 1, data: { id: "m1", from: "ben", to: "ann", body: "hi", kind: "text", sentAt: at, mentions: ["ann"] } },
  { ev: "receipt", account: "ann", seq: 1, data: { by: "ben", peer: "ben", upTo: 1, what: "read" } },
  { ev: "contact", account: "ann", seq: 1, data: { contact: { account: "ben", displayName: "Ben", state: "friend", labels: ["a"], mail: { unread: 1, latest: "x" } } } },
  { ev: "profile", account: "ann", seq: 1, data: { profile: { account: "ann", displayName: "Ann" } } },
  { ev: "settings", account: "ann", seq: 1, data: { key: "theme", value: { dark: true } } },
  { ev: "custom", account: "ann", seq: 1, data: { key: "pet", value: null } },
  { ev: "link", account: "ann", seq: 1, data: { members: [{ account: "ann", role: "master", since: at }], rejected: [] } },
  { ev: "group", account: "ann", seq: 1, data: { group: "group:g1", what: "joined", by: "ben", accounts: ["ann"], name: "G", memberInvites: true, members: 2 } },
  { ev: "presence", account: "ann", data: { contact: "ben", status: "online", note: "n" } },
  { ev: "typing", account: "ann", data: { from: "ben", to: "ann", on: true } },
  { ev: "mail", account: "ann", data: { mailbox: "a@b.test", unread: 1, new: [{ uid: 1, from: { address: "c@d.test" }, subject: "s", preview: "p", date: at, unread: true }], badge: { ben: 1 } } },
  { ev: "channel", account: "ann", data: { mailbox: "a@b.test", state: "failed", error: { code: "mail_unreachable", message: "No." } } },
  { ev: "page", account: "ann", data: { profile: { account: "ann", displayName: "Ann" }, role: "master", settings: {}, custom: {}, contacts: [], groups: [], presence: {}, unread: { ben: 1 }, receipts: {}, recent: [], mailboxes: [], cursor: 3, resumed: true } },
  { ev: "ready", data: {} },
];
const strange = [null, true, 0, -1, 0.5, 1e308, 2 ** 53, "", "__proto__", "constructor", "group:", "@service", "\ud800", "x".repeat(5000), [], {}, [null], [[]], { account: null }, { toString: 1 }, JSON.parse('{"__proto__":{"polluted":1}}')];

/** A generator of numbers below a limit that is the same each time. */
function numbers(state) {
  return limit => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * limit);
  };
}

/** Changes a value, or one in it, or one in that. */
function mutated(value, random) {
  if (value === null || typeof value !== "object" || random(4) === 0) {
    return strange[random(strange.length)];
  }

  const keys = Object.keys(value);
  const copy = Array.isArray(value) ? [...value] : { ...value };
  const key = keys[random(keys.length)];
  if (key === undefined || random(8) === 0) {
    copy[["seq", "ev", "re", "data", "account", "0"][random(6)]] = strange[random(strange.length)];
  } else if (random(6) === 0) {
    delete copy[key];
  } else {
    copy[key] = mutated(value[key], random);
  }

  return copy;
}

function input(random) {
  let frame = seeds[random(seeds.length)];
  for (let times = 1 + random(3); times > 0; times--) {
    frame = mutated(frame, random);
  }

  const text = JSON.stringify(frame);
  switch (random(12)) {
    case 0: return text.slice(0, random(text.length + 1));
    case 1: return text.slice(0, random(text.length + 1)) + String.fromCharCode(random(0x10000)) + text.slice(random(text.length + 1));
    case 2: return [undefined, null, new ArrayBuffer(3), 7][random(4)];
    default: return text;
  }
}

test("Frames_BrokenOrLying_LeaveAClientThatGoesOn", async () => {
  const random = numbers(seed);
  const reports = [];
  const unhandled = [];
  const onUnhandled = error => unhandled.push(error);
  process.on("unhandledRejection", onUnhandled);
  const server = new ScriptedServer();
  let { client, stream } = await server.online({ ann: {} }, { onError: error => reports.push(error) });
  try {
    for (let inputs = 0; inputs < most; inputs++) {
      stream.raw(input(random));
      if (client.status === "signedOut") {
        // A bye, or a token that it was told is bad: a client that is not signed in any more is as it should be.
        ({ client, stream } = await server.online({ ann: {} }, { onError: error => reports.push(error) }));
      } else if (stream.isClosed) {
        stream = await server.next();
        await stream.greet();
      }
    }

    await settle();
    if (stream.isClosed) {
      stream = await server.next();
      await stream.greet();
    }

    stream.page("ann", { cursor: 0 });
    const heard = client.once("MessageReceived", { where: event => event.body === "still here" });
    stream.message("ann", 1, { body: "still here" });
    await soon(heard, `a message after ${most} inputs of seed ${seed}`);
    await settle();
    assert.equal({}.polluted, undefined);
    assert.deepEqual(unhandled, []);
    assert.deepEqual(reports.map(String), []);
  } finally {
    process.off("unhandledRejection", onUnhandled);
    await client.close();
  }
});
