// Profile, privacy, custom data and devices; and that every text is there in every language.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ImClient, MemoryStore } from "../../../../ClientSdk/js/orleansim.js";
import { eventually, signedIn, tab } from "../support/browser.mjs";
import { account, client, friends, password, until } from "../support/people.mjs";

export async function settings_AreSavedAndShown({ browser, server }) {
  const ann = await account(server, "ann", "Ann");
  const im = await client(server, ann);
  const page = await signedIn(browser, server, ann);
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const window = page.getByRole("dialog");
  await window.getByLabel("Display name").fill("Ann B.");
  await window.getByLabel("Description").fill("Here and there");
  await window.getByRole("button", { name: "Save" }).click();
  await window.getByText("Saved.").waitFor();
  await eventually(() => tab(page, ann).innerText(), text => /Ann B\./.test(text), "the new name on the tab");
  await until(() => im.page(ann).profile.description === "Here and there", "the profile on the other device");

  await window.getByRole("tab", { name: "Privacy" }).click();
  await window.getByLabel("Who may write to you").selectOption("everyone");
  await until(() => im.page(ann).settings.get("privacy.messages") === "everyone", "the setting on the other device");

  await window.getByRole("tab", { name: "Custom data" }).click();
  await window.getByLabel("Name", { exact: true }).fill("pet");
  await window.getByLabel("Value").fill("{\"kind\":\"cat\"}");
  await window.getByRole("button", { name: "Save" }).click();
  await until(() => im.page(ann).custom.get("pet")?.kind === "cat", "the custom data on the other device");
  await window.getByRole("button", { name: "Remove pet" }).click();
  await until(() => !im.page(ann).custom.has("pet"), "the custom data to go");

  await window.getByRole("tab", { name: "Devices" }).click();
  await eventually(() => window.locator(".members li").count(), n => n === 2, "two devices");
  await window.getByRole("button", { name: "Sign out", exact: true }).first().click();
  await until(() => im.status === "signedOut", "the other device to be signed out");

  await window.getByRole("tab", { name: "Passwords" }).click();
  await window.getByLabel("Name of the program").fill("Thunderbird");
  await window.getByRole("button", { name: "Make one" }).click();
  await eventually(() => window.locator("code").innerText(), text => text.length >= 12, "the app password, once");
  await window.getByRole("button", { name: "Revoke" }).click();
  await eventually(() => window.getByRole("button", { name: "Revoke" }).count(), n => n === 0, "the app password to go");

  await window.getByRole("tab", { name: "This device" }).click();
  await window.getByLabel("Language").selectOption("zh");
  await eventually(() => window.locator("h2").innerText(), text => /设置/.test(text), "Chinese");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "zh");
  await page.context().close();
}

export async function devices_AreListedWithTheirUseAndShutOutOneByOne({ browser, server }) {
  const ann = await account(server, "ann", "Ann");
  const [phone, tablet] = [await client(server, ann, "phone"), await client(server, ann, "tablet")];
  const left = phone.session;
  await phone.close();
  await tablet.createAppPassword(ann, "Thunderbird");
  const page = await signedIn(browser, server, ann);
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const window = page.getByRole("dialog");
  await window.getByRole("tab", { name: "Devices" }).click();
  const row = text => window.locator(".members li", { hasText: text });
  const count = n => eventually(() => window.locator(".members li").count(), found => found === n, `${n} in the list`);
  await count(4);
  assert.match(await row("phone").innerText(), /Not connected · since .+ · last used /);
  assert.match(await row("Thunderbird").innerText(), /app password · .*never used/i);
  assert.doesNotMatch(await row("tablet").innerText(), /Not connected/);
  assert.equal(await row("this one").getByRole("button").count(), 0);

  await row("phone").getByRole("button", { name: "Sign out" }).click();
  await count(3);
  await assert.rejects(new ImClient({ server: server.url, store: new MemoryStore(), session: left }).connect(), { code: "unauthenticated" });
  await row("Thunderbird").getByRole("button", { name: "Revoke" }).click();
  await count(2);
  assert.deepEqual(await tablet.listAppPasswords(ann), []);
  await row("tablet").getByRole("button", { name: "Sign out" }).click();
  await count(1);
  await until(() => tablet.status === "signedOut", "the tablet to be signed out");
  await row("this one").waitFor();
  await page.context().close();
}

export async function ownData_IsDownloadedAndTheAccountIsDeleted({ browser, server }) {
  const [ann, bob] = [await account(server, "ann", "Ann"), await account(server, "bob", "Bob")];
  const open = await friends(server, [bob, ann]);
  await open.get(bob).send(bob, ann, "to be taken along");
  const page = await signedIn(browser, server, ann);
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  const window = page.getByRole("dialog");
  await window.getByRole("tab", { name: "Your data" }).click();
  const [taking, ending] = [window.locator("form").nth(0), window.locator("form").nth(1)];
  await taking.getByLabel("Password").fill("not the password");
  await taking.getByRole("button", { name: "Download" }).click();
  await taking.getByText("The password is not right.").waitFor();
  await taking.getByLabel("Password").fill(password);
  const [download] = await Promise.all([page.waitForEvent("download"), taking.getByRole("button", { name: "Download" }).click()]);
  assert.equal(download.suggestedFilename(), `${ann}.jsonl`);
  const lines = fs.readFileSync(await download.path(), "utf8").trimEnd().split("\n").map(line => JSON.parse(line));
  assert.ok(lines.some(line => line.event?.data.body === "to be taken along"));
  assert.ok(lines.at(-1).end);

  await ending.getByLabel("Password").fill(password);
  await ending.getByLabel(`Type ${ann} to confirm`).fill(bob);
  await ending.getByRole("button", { name: "Delete account" }).click();
  assert.equal(await ending.getByLabel(`Type ${ann} to confirm`).evaluate(input => input.validity.patternMismatch), true);
  await ending.getByLabel(`Type ${ann} to confirm`).fill(ann);
  await ending.getByRole("button", { name: "Delete account" }).click();
  await page.locator("input[name=login]").waitFor();
  await until(() => !open.get(bob).page(bob).contacts.has(ann), "the contact to go at bob");
  await page.reload();
  await page.locator("input[name=login]").waitFor();
  await page.context().close();
}

export async function texts_AreInEveryLanguage({ browser, server }) {
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../../Gateway/wwwroot/js");
  const source = fs.readdirSync(root, { recursive: true }).filter(file => file.endsWith(".js")).map(file => fs.readFileSync(path.join(root, file), "utf8")).join("\n");
  const table = fs.readFileSync(path.join(root, "texts.js"), "utf8");
  const keys = new Map([...table.matchAll(/^ {2}"?([\w.]+)"?: (\[.*\]),$/gm)].map(match => [match[1], JSON.parse(match[2])]));
  assert.ok(keys.size > 200, `only ${keys.size} texts were found`);
  for (const match of source.matchAll(/\bt\("([^"]+)"/g)) {
    assert.ok(keys.has(match[1]), `there is no text "${match[1]}"`);
  }
  for (const [key, texts] of keys) {
    assert.equal(texts.length, 2, key);
    const [english, chinese] = texts.map(text => [...text.matchAll(/\{\w+\}/g)].map(match => match[0]).sort().join());
    assert.equal(english, chinese, `the placeholders of "${key}"`);
  }
  const page = await browser.newPage();
  assert.equal((await page.goto(server.url)).headers()["content-security-policy"]?.includes("unsafe"), false);
  await page.close();
}
