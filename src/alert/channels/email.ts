import type { Channel } from '../channel.js';

export const email: Channel = {
  name: 'email',
  meaning: 'A mail through your SMTP server.',
  open({ emailTo, smtpUrl }) {
    if (smtpUrl === undefined || emailTo.length === 0) return undefined;
    return async ({ id, transition, title, text, html }) => {
      // Loaded with the first mail: most installations send none.
      const { createTransport } = await import('nodemailer');
      const transport = createTransport(smtpUrl, { from: senderOf(smtpUrl, emailTo[0]!) });
      try {
        await transport.sendMail({
          to: [...emailTo],
          subject: `[Truth Ledger] ${transition}: ${title}`.replace(/[\r\n]+/g, ' '),
          text,
          html,
          // The same for every attempt: mail programs show a repeat once.
          messageId: `<${id}@truth-ledger>`,
        });
      } finally {
        transport.close();
      }
    };
  },
};

/** The user of the SMTP address when it is a mail address itself, else one at the domain of the first receiver. */
function senderOf(smtpUrl: string, receiver: string): string {
  const user = decodeURIComponent(new URL(smtpUrl).username);
  return `Truth Ledger <${user.includes('@') ? user : `truth-ledger@${receiver.slice(receiver.lastIndexOf('@') + 1)}`}>`;
}
