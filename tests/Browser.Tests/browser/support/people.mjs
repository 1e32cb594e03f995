// People at the other end: accounts made over HTTP, and clients of the JavaScript SDK that speak for them.
import { ImClient, MemoryStore } from "../../../../ClientSdk/js/orleansim.js";

export const password = "password-1";
const clients = new Set();
let made = 0;

/** A new account; its id begins with the name. */
export async function account(server, name, displayName = name, email) {
  const id = `${name}${++made}`;
  const answer = await fetch(`${server.url}/v1/accounts`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ account: id, password, displayName, ...(email ? { email } : {}) }) });
  if (answer.status !== 201) {
    throw new Error(`${id} could not be registered: ${await answer.text()}`);
  }
  return id;
}

/** Signs in without a browser. */
export async function client(server, id, device = "test") {
  const im = new ImClient({ server: server.url, store: new MemoryStore(), device, reconnect: { initialMs: 100, maxMs: 500 } });
  clients.add(im);
  await im.signIn(id, password);
  return im;
}

export async function befriend(one, other) {
  await one.requestContact(one.account, other.account);
  await until(() => other.page(other.account).contacts.get(one.account)?.state === "pending", `the request of ${one.account}`);
  await other.acceptContact(other.account, one.account);
  await until(() => one.page(one.account).contacts.get(other.account)?.state === "friend", `${other.account} to be a friend`);
}

/** Makes the accounts friends and signs them out again. */
export async function friends(server, ...pairs) {
  const open = new Map();
  for (const [one, other] of pairs) {
    for (const id of [one, other]) {
      if (!open.has(id)) {
        open.set(id, await client(server, id));
      }
    }
    await befriend(open.get(one), open.get(other));
  }
  return open;
}

/** Links accounts to the first. */
export async function link(server, master, ...others) {
  const im = await client(server, master);
  const { rejected } = await im.addLinks(others.map(id => ({ account: id, password })));
  if (rejected.length) {
    throw new Error(`Not linked: ${JSON.stringify(rejected)}`);
  }
  await im.close();
}

export async function until(condition, what, ms = 60_000) {
  const end = Date.now() + ms;
  let last;
  for (;;) {
    try {
      last = await condition();
      if (last) {
        return last;
      }
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`Waited ${ms / 1000} s for ${what}; saw ${last instanceof Error ? last.message : JSON.stringify(last)}`);
    }
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

export async function leaveAll() {
  await Promise.all([...clients].map(im => im.close().catch(() => {})));
  clients.clear();
}
