// Who is let in by invite, and what the service itself has to say.
import assert from "node:assert/strict";
import { bubble, eventually, newBrowser, row } from "../support/browser.mjs";
import { password } from "../support/people.mjs";
import { startServerWithAdmin } from "../support/server.mjs";

export async function invites_LetInAndTheServiceSpeaks({ browser }) {
  const server = await startServerWithAdmin(["--Accounts:Registration=Invite"]);
  try {
    const { code } = await post(`${server.admin}/v1/invites`, server.secret, { uses: 2 });
    const { secret } = await post(`${server.admin}/v1/credentials`, server.secret, { name: "app", scopes: ["messages.system"] });

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
