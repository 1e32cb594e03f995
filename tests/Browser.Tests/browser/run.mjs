// Runs the scenarios in one browser against one server and says a line of JSON about each.
// Usage: node --experimental-websocket run.mjs [part of a scenario's name]
import { faults, launch } from "./support/browser.mjs";
import { mail } from "./support/mail.mjs";
import { leaveAll } from "./support/people.mjs";
import { startServer } from "./support/server.mjs";
import * as dashboard from "./scenarios/dashboard.mjs";
import * as groups from "./scenarios/groups.mjs";
import * as links from "./scenarios/links.mjs";
import * as mails from "./scenarios/mails.mjs";
import * as pages from "./scenarios/pages.mjs";
import * as pictures from "./scenarios/pictures.mjs";
import * as restart from "./scenarios/restart.mjs";
import * as safety from "./scenarios/safety.mjs";
import * as service from "./scenarios/service.mjs";
import * as settings from "./scenarios/settings.mjs";

const PATIENCE = 180_000;
const filter = process.argv[2] ?? "";
const wanted = Object.entries({ ...pages, ...groups, ...links, ...restart, ...safety, ...service, ...settings, ...dashboard, ...mails, ...(process.env.ORLEANSIM_PICTURES ? pictures : {}) }).filter(([name]) => name.includes(filter));

const say = line => process.stdout.write(`${JSON.stringify(line)}\n`);
const server = await startServer(mail?.settings ?? []);
const browser = await launch();
let failed = 0;
try {
  for (const [scenario, run] of wanted) {
    const begin = Date.now();
    faults.length = 0;
    if ((run.needsMail && !mail) || (run.needsDashboard && !process.env.ORLEANSIM_DASHBOARD)) {
      say({ scenario, skipped: run.needsMail ? "there is no mail server" : "this build has no dashboard" });
      continue;
    }
    let late;
    try {
      await Promise.race([run({ browser, server }), new Promise((_, reject) => { late = setTimeout(() => reject(new Error(`It took more than ${PATIENCE / 1000} s.`)), PATIENCE); })]);
      if (faults.length) {
        throw new Error(`The page reported: ${faults.join("\n")}`);
      }
      say({ scenario, ok: true, ms: Date.now() - begin });
    } catch (error) {
      failed++;
      say({ scenario, ok: false, ms: Date.now() - begin, error: error.stack ?? String(error), faults });
    } finally {
      clearTimeout(late);
      await leaveAll();
      await Promise.all(browser.contexts().map(context => context.close().catch(() => {})));
    }
  }
} finally {
  await browser.close();
  await server.dispose();
}
process.exit(failed ? 1 : 0);
