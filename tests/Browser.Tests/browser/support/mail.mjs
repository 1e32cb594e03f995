// Hands mails to the mail server of the run, by LMTP.
import net from "node:net";

/** What the run was given: `{ settings, lmtpPort, mailboxes: [{ address, password }] }`, or null where there is no mail server. */
export const mail = JSON.parse(process.env.ORLEANSIM_MAIL || "null");
let taken = 0;

export function mailbox() {
  return mail.mailboxes[taken++];
}

export async function deliver(to, { from, name, subject, text }) {
  const header = value => /^[\x20-\x7e]*$/.test(value) ? value : `=?utf-8?B?${Buffer.from(value).toString("base64")}?=`;
  const sender = name ? `${/^[\w ]+$/.test(name) ? name : `=?utf-8?B?${Buffer.from(name).toString("base64")}?=`} <${from}>` : from;
  const message = [`From: ${sender}`, `To: <${to.address}>`, `Subject: ${header(subject)}`, `Date: ${new Date().toUTCString().replace("GMT", "+0000")}`, `Message-ID: <${Math.random().toString(36).slice(2)}@example.test>`, "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64", "", Buffer.from(text).toString("base64"), "."].join("\r\n");
  const socket = net.connect(mail.lmtpPort, "127.0.0.1");
  socket.setTimeout(20_000, () => socket.destroy(new Error("the mail server did not answer")));
  const answers = lines(socket);
  const expect = async code => {
    for (;;) {
      const { value, done } = await answers.next();
      if (done || !value.startsWith(code)) {
        throw new Error(`LMTP: ${value}`);
      }
      if (value[3] !== "-") {
        return;
      }
    }
  };
  await expect("220");
  for (const [line, code] of [["LHLO test", "250"], ["MAIL FROM:<sender@example.test>", "250"], [`RCPT TO:<${to.address}>`, "250"], ["DATA", "354"], [message, "250"], ["QUIT", "221"]]) {
    socket.write(`${line}\r\n`);
    await expect(code);
  }
  socket.destroy();
}

async function* lines(socket) {
  let rest = "";
  for await (const data of socket) {
    rest += data;
    const whole = rest.split("\r\n");
    rest = whole.pop();
    yield* whole;
  }
}
