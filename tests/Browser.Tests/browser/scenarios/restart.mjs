// Resume through a restart of the server, and what was written without it, even over a reload.
import assert from "node:assert/strict";
import { bubble, eventually, row, signedIn, write } from "../support/browser.mjs";
import { account, client, friends, until } from "../support/people.mjs";

export async function restart_PagesResumeAndTheOfflineQueueSurvivesAReload({ browser, server }) {
  const [ann, bob, cat] = [await account(server, "ann", "Ann"), await account(server, "bob", "Bob"), await account(server, "cat", "Cat")];
  const open = await friends(server, [bob, ann], [bob, cat]);
  const bobs = open.get(bob);
  await bobs.send(bob, cat, "before");
  await bobs.send(bob, ann, "before");
  const [stays, reloads] = [await signedIn(browser, server, ann), await signedIn(browser, server, cat)];
  for (const page of [stays, reloads]) {
    await row(page, bob).click();
    await bubble(page, "before").waitFor();
  }
  await reloads.evaluate(() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller ? null : new Promise(resolve => navigator.serviceWorker.addEventListener("controllerchange", resolve, { once: true }))));
  // Under the service worker once, so that it has all the files.
  await reloads.reload();
  await eventually(() => reloads.locator(".connection").getAttribute("class"), c => /online/.test(c), "the connection after a reload");
  await bubble(reloads, "before").waitFor();

  await server.stop();
  for (const page of [stays, reloads]) {
    await eventually(() => page.locator(".connection").innerText(), text => /Offline|Connecting/.test(text), "the page to say that it is offline");
  }
  await write(stays, "from the page that stays");
  await write(reloads, "from the page that reloads");
  await eventually(() => bubble(reloads, "from the page that reloads").getAttribute("data-state"), s => s === "queued", "the message to wait");

  await reloads.reload();
  await bubble(reloads, "from the page that reloads").waitFor();
  assert.equal(await bubble(reloads, "from the page that reloads").getAttribute("data-state"), "queued");
  await bubble(reloads, "before").waitFor();
  await eventually(() => reloads.locator(".speaks").innerText(), text => /sent when you are online again/.test(text), "the page to say when it will be sent");

  await server.start();
  const again = await client(server, bob);
  for (const [page, id, text] of [[stays, ann, "from the page that stays"], [reloads, cat, "from the page that reloads"]]) {
    // By itself after a pause that has grown meanwhile, or at once if one asks for it.
    await page.getByRole("button", { name: "Try now" }).click({ timeout: 2_000 }).catch(() => {});
    await eventually(() => page.locator(".connection").getAttribute("class"), c => /online/.test(c), "the connection to come back");
    await eventually(() => bubble(page, text).getAttribute("data-state"), s => s === "sent" || s === "delivered", "the message to be sent");
    await until(() => again.conversation(bob, id).some(line => line.body === text), `"${text}" at bob`);
    const { events } = await again.history(bob, { peer: id });
    assert.equal(events.filter(event => event.body === text).length, 1, "once");
    await again.send(bob, id, `after ${id}`);
    await bubble(page, `after ${id}`).waitFor();
    assert.equal(await bubble(page, text).count(), 1);
    assert.equal(await bubble(page, "before").count(), 1);
  }
  await Promise.all([stays, reloads].map(page => page.context().close()));
}

export async function signOut_ForgetsEverythingOfTheAccount({ browser, server }) {
  const [ann, bob] = [await account(server, "ann", "Ann"), await account(server, "bob", "Bob")];
  const open = await friends(server, [bob, ann]);
  await open.get(bob).send(bob, ann, "a secret of ours");
  const page = await signedIn(browser, server, ann);
  await row(page, bob).click();
  await bubble(page, "a secret of ours").waitFor();
  await page.locator(".composer textarea").fill("half a draft");
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.getByRole("tab", { name: "Devices" }).click();
  await page.locator(".settings > .actions").getByRole("button", { name: "Sign out", exact: true }).click();
  await page.locator("input[name=login]").waitFor();
  const left = () => page.evaluate(async () => {
    const all = { session: { ...sessionStorage }, records: [] };
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const store of db.objectStoreNames) {
        all.records.push(...await new Promise((resolve, reject) => {
          const request = db.transaction(store).objectStore(store).getAll();
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        }));
      }
      db.close();
    }
    return JSON.stringify(all);
  });
  await eventually(left, text => !text.includes("secret") && !text.includes(ann) && !text.includes("token"), "the local stores to be empty");
  await page.reload();
  await page.locator("input[name=login]").waitFor();
  await page.context().close();
}
