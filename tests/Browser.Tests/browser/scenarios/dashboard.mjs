// Orleans' dashboard under the policy it is sent with: whatever that refuses is an error in the console, and fails.
import assert from "node:assert/strict";
import path from "node:path";
import { eventually, newBrowser } from "../support/browser.mjs";
import { startServerWithAdmin } from "../support/server.mjs";

export async function dashboard_ShowsGrainsAndAsksNobodyElse({ browser }) {
  const server = await startServerWithAdmin(["--Admin:Dashboard=true"]);
  const { admin, secret } = server;
  try {
    const registered = await fetch(`${server.url}/v1/accounts`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ account: "ann-1", password: "correct horse battery" }) });
    assert.equal(registered.status, 201);

    const page = await newBrowser(browser, { url: "about:blank" }, { httpCredentials: { username: "operator", password: secret } });
    const elsewhere = [];
    page.on("request", request => { if (!request.url().startsWith(`${admin}/dashboard/`) && !request.url().startsWith("data:")) elsewhere.push(request.url()); });
    await page.goto(`${admin}/dashboard/`);
    await page.getByText("Overview").first().waitFor();
    await page.locator("canvas").first().waitFor();
    await page.goto(`${admin}/dashboard/#/grains`);
    await page.getByText("AccountGrain").first().waitFor();
    const fonts = await page.evaluate(async () => (await document.fonts.ready, [...document.fonts].map(font => font.status)));
    assert.ok(fonts.includes("loaded") && !fonts.includes("error"), `its icons are there: ${fonts}`);
    await picture(page, "grains");
    await page.goto(`${admin}/dashboard/#/trace`);
    await eventually(() => page.locator("body").innerText(), text => /switched off here/.test(text), "the log to be refused");
    await picture(page, "trace");
    assert.deepEqual(elsewhere, []);
    await page.context().close();
  } finally {
    await server.dispose();
  }
}

dashboard_ShowsGrainsAndAsksNobodyElse.needsDashboard = true;

// For the eye: ORLEANSIM_PICTURES names a folder.
async function picture(page, name) {
  if (process.env.ORLEANSIM_PICTURES) {
    await page.screenshot({ path: path.join(process.env.ORLEANSIM_PICTURES, `dashboard-${name}.png`) });
  }
}
