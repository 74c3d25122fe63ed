/** Other sides of alert channels: a web server and a real mail server on loopback that keep what they are sent. */

import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { SMTPServer } from "smtp-server";
import { atEnd } from "#test/helpers/at-end.ts";

export interface WebReceiver {
  readonly url: string;
  readonly got: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
  /** What it answers from now on. */
  status: number;
}

export async function webReceiver(): Promise<WebReceiver> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      receiver.got.push({ headers: request.headers, body });
      response.writeHead(receiver.status, { location: "http://169.254.169.254/" }).end("ok");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const receiver: WebReceiver = {
    url: `http://127.0.0.1:${port}/hook/very-secret-path`,
    got: [],
    status: 200,
  };
  return receiver;
}

export interface MailReceiver {
  readonly port: number;
  readonly got: { readonly to: readonly string[]; readonly text: string }[];
}

export async function mailReceiver(): Promise<MailReceiver> {
  const got: MailReceiver["got"] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, session, done) => {
      text(stream).then((message) => {
        got.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: message });
        done();
      }, done);
    },
  });
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, "127.0.0.1", () => {
      resolve((listening.address() as AddressInfo).port);
    });
  });
  atEnd(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return { port, got };
}
