// Who is let in by invite, and what the service itself has to say.
import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { bubble, eventually, newBrowser, row } from "../support/browser.mjs";
import { password } from "../support/people.mjs";
import { freePort, startServer } from "../support/server.mjs";

const SECRET = "a secret of the operator, long enough";

export async function invites_LetInAndTheServiceSpeaks({ browser }) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "oim-service-"));
  const secretFile = path.join(folder, "secret");
  fs.writeFileSync(secretFile, SECRET);
  const admin = `http://127.0.0.1:${await freePort()}`;
  const server = await startServer(["--Accounts:Registration=Invite", `--Admin:Url=${admin}`, `--Admin:SecretFile=${secretFile}`]);
  try {
    const { code } = await post(`${admin}/v1/invites`, SECRET, { uses: 2 });
    const { secret } = await post(`${admin}/v1/credentials`, SECRET, { name: "app", scopes: ["messages.system"] });

    // A link brings the code along.
    const page = await newBrowser(browser, { url: `${server.url}/#invite=${code}` });
    await page.getByRole("heading", { name: "Create account" }).waitFor();
    assert.equal(await page.getByLabel("Invite code").inputValue(), code);
    await register(page, "ann-1");
    await page.locator(".frame").waitFor();

    await post(`${server.url}/v1/service/messages`, secret, { to: ["ann-1"], body: "Maintenance at noon. <b>Not bold</b>", cid: "1" });
    const notice = row(page, "@service");
    await eventually(() => notice.innerText(), text => /^Service/.test(text) && /Maintenance/.test(text) && /\b1\b/.test(text), "the unread message of the service");
    await notice.click();
    await bubble(page, "Maintenance at noon. <b>Not bold</b>").waitFor();
    assert.equal(await page.locator(".composer").count(), 0, "there is nothing to write to the service with");
    await page.getByText("They cannot be answered.").waitFor();
    await eventually(() => notice.innerText(), text => !/\b1\b/.test(text), "it to be read");
    await page.reload();
    await eventually(() => row(page, "@service").innerText(), text => /Maintenance/.test(text) && !/unread/.test(text), "it to be there, and read, after a reload");

    // Whoever has none is asked for it, and keeps what was typed.
    const other = await newBrowser(browser, server);
    await other.getByRole("button", { name: "Create a new account" }).click();
    assert.equal(await other.getByLabel("Invite code").count(), 0, "nobody is asked before it is known");
    await register(other, "bob-1");
    await other.getByText("You need an invite to create an account here. Enter its code.").waitFor();
    await other.getByLabel("Invite code").fill("wrong");
    await other.locator("button[type=submit]").click();
    await other.getByText("this code is not valid").waitFor();
    assert.equal(await other.locator("input[name=login]").inputValue(), "bob-1");
    await other.getByLabel("Invite code").fill(code.toUpperCase());
    await other.locator("button[type=submit]").click();
    await other.locator(".frame").waitFor();
  } finally {
    await server.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function register(page, account) {
  await page.locator("input[name=login]").fill(account);
  await page.locator("input[name=password]").fill(password);
  await page.locator("button[type=submit]").click();
}

async function post(url, secret, body) {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json", authorization: `Bearer ${secret}` }, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${url}: ${answer.status}`);
  return await answer.json();
}
