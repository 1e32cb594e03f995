// The real server as a process of its own, on a port and in a folder of its own.
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";

async function freePort() {
  const server = net.createServer();
  await new Promise(resolve => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise(resolve => server.close(resolve));
  return port;
}

export async function startServer(settings = []) {
  const server = new Server(await freePort(), fs.mkdtempSync(path.join(os.tmpdir(), "oim-browser-")), settings);
  await server.start();
  return server;
}

/** One with the admin API: `admin` is where, `secret` opens it. */
export async function startServerWithAdmin(settings = []) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "oim-browser-"));
  const secret = "a secret of the operator, long enough";
  const secretFile = path.join(folder, "secret");
  fs.writeFileSync(secretFile, secret);
  const admin = `http://127.0.0.1:${await freePort()}`;
  const server = Object.assign(new Server(await freePort(), folder, [`--Admin:Url=${admin}`, `--Admin:SecretFile=${secretFile}`, ...settings]), { admin, secret });
  try {
    await server.start();
    return server;
  } catch (error) {
    await server.dispose();
    throw error;
  }
}

class Server {
  #process = null;
  #output = "";

  constructor(port, folder, settings) {
    Object.assign(this, { port, folder, settings, url: `http://127.0.0.1:${port}` });
  }

  async start() {
    const [command, ...first] = JSON.parse(process.env.ORLEANSIM_SERVER);
    this.#process = spawn(command, [...first, `--urls=${this.url}`, `--Storage:DataDirectory=${this.folder}`, "--Accounts:PasswordIterations=1000", "--Gateway:FailedSignInsPerMinute=100000", "--Gateway:DrainTimeout=00:00:02", ...this.settings]);
    const child = this.#process;
    child.stdout.on("data", data => { this.#output = (this.#output + data).slice(-8000); });
    child.stderr.on("data", data => { this.#output = (this.#output + data).slice(-8000); });
    const until = Date.now() + 120_000;
    for (;;) {
      if (child.exitCode !== null || Date.now() > until) {
        throw new Error(`The server did not get ready. It said\n${this.#output}`);
      }
      if (await fetch(`${this.url}/readyz`).then(answer => answer.ok, () => false)) {
        return;
      }
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  }

  async stop() {
    const child = this.#process;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise(resolve => child.once("exit", resolve));
      child.kill("SIGTERM");
      const patience = setTimeout(() => child.kill("SIGKILL"), 30_000);
      await ended;
      clearTimeout(patience);
    }
    this.#process = null;
  }

  async dispose() {
    await this.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
