import { createTransport } from 'nodemailer';
import { oneLine, type WaitingNotice, waitedText } from './message.ts';
import { type PromiseNotice, promiseTitle, promiseWords } from './promise-notice.ts';

/** A mail server that takes longer than this has failed. */
const sendWithinMs = 15_000;

export interface Mailer {
  /**
   * One plain text for all of them, without anything that reports its being read.
   * @returns how many of them the mail server took
   * @throws when it takes none, or cannot be reached
   */
  send(to: readonly string[], notice: WaitingNotice | PromiseNotice): Promise<number>;
  /**
   * A plain text to a customer who asked for it.
   * @throws when the mail server does not take it, or cannot be reached
   */
  write(letter: Letter): Promise<void>;
  close(): void;
}

export interface Letter {
  readonly to: string;
  /** The same for every try of one letter: mailboxes that get it twice find it as one. */
  readonly id: string;
  /** One line; whatever else is in it is taken out. */
  readonly subject: string;
  readonly text: string;
}

/** @param from an address, or `Name <address>` */
export function createMailer({ smtpUrl, from }: { smtpUrl: string; from: string }): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: sendWithinMs,
    greetingTimeout: sendWithinMs,
    socketTimeout: sendWithinMs,
    dnsTimeout: sendWithinMs,
    // Nothing of a message is ever read from a file or an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const host = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'localhost';
  return {
    async send(to, notice) {
      const { accepted } = await transport.sendMail({
        from,
        // As objects: a comma or a bracket in an address must not make two of it.
        to: to.map((address) => ({ name: '', address })),
        ...('about' in notice
          ? { subject: promiseTitle(notice), text: promiseText(notice) }
          : { subject: subjectOf(notice), text: textOf(notice) }),
        // Found as one message by mailboxes that get it twice.
        messageId: `<${notice.id}@${host}>`,
        headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
      });
      return accepted.length;
    },
    async write({ to, id, subject, text }) {
      await transport.sendMail({
        from,
        to: { name: '', address: to },
        subject: oneLine(subject, 150),
        text,
        messageId: `<${id}@${host}>`,
        headers: { 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' },
      });
    },
    close: () => transport.close(),
  };
}

/** Without the customer's words: subjects stand on locked screens and in the logs of mail servers. */
const subjectOf = ({ site, isTest }: WaitingNotice) =>
  isTest
    ? `Test from ${oneLine(site.title, 80)}: e-mails arrive`
    : `A customer waits for a person at ${oneLine(site.title, 80)}`;

const promiseText = (notice: PromiseNotice) =>
  [
    `${promiseWords(notice)}.`,
    notice.isMissed ? 'The customer has been told, with an apology.' : 'The customer counts on it.',
    `Open the conversation:\n${notice.url}\n`,
  ].join('\n\n');

function textOf({ site, topic, waitedMs, place, url, isTest }: WaitingNotice): string {
  const title = oneLine(site.title, 80);
  if (isTest) {
    return `This is a test. When a customer waits at ${title} and nobody accepts, an e-mail like this one comes.\n\n${url}\n`;
  }
  const lines = [
    `A customer at ${title} has asked for a person, ${waitedText(waitedMs)}, and nobody has accepted yet.`,
    ...(topic === null ? [] : [`They asked: ${oneLine(topic, 300)}`]),
    `Place in the queue: ${place}.`,
    `Open the conversation:\n${url}`,
    'You get this because you answer for this site. It stops as soon as somebody accepts.',
  ];
  return `${lines.join('\n\n')}\n`;
}
