import { ActivityHandler, MessageFactory, type TurnContext } from 'botbuilder-core';

/**
 * A bot as companies write them with the Bot Framework SDK: it knows refunds, hands over with the event that the
 * SDK's EventFactory makes, and keeps what it hears of handoffs.
 */
export class RefundBot extends ActivityHandler {
  readonly handoffs: unknown[] = [];
  readonly handbacks: unknown[] = [];
  private decision = '';

  constructor() {
    super();
    this.onMembersAdded(async (context, next) => {
      await context.sendActivity('Welcome to the refund desk.');
      await next();
    });
    this.onMessage(async (context, next) => {
      await this.answer(context, context.activity.text);
      await next();
    });
    this.onEvent(async (context, next) => {
      const { name, value } = context.activity;
      if (name === 'handoff.status') this.handoffs.push(value);
      if (name === 'handrail.handback') {
        this.handbacks.push(value);
        this.decision = value.decision;
      }
      await next();
    });
  }

  private async answer(context: TurnContext, text: string): Promise<void> {
    if (/refund/i.test(text) && this.decision !== '') {
      await context.sendActivity(`A colleague has decided: ${this.decision}`);
    } else if (/refund/i.test(text)) {
      const choices = ['Card', { type: 'imBack', title: 'Bank', value: 'refund by bank' }];
      await context.sendActivities([
        { type: 'typing' },
        MessageFactory.text('Refunds take **five days**.'),
        MessageFactory.suggestedActions(choices, 'How did you pay?'),
      ]);
    } else if (/code nine/i.test(text)) {
      await context.sendActivity('One moment.');
      await context.sendActivity({
        type: 'event',
        name: 'handoff.initiate',
        value: { skill: 'refunds', reason: 'user_request' },
        attachments: [
          {
            contentType: 'application/json',
            name: 'Transcript',
            content: { activities: [{ type: 'message', text: 'a secret of the transcript' }] },
          },
        ],
      });
    } else if (/bye/i.test(text)) {
      await context.sendActivities([MessageFactory.text('Goodbye.'), { type: 'endOfConversation' }]);
    } else {
      await context.sendActivity(`You said: ${text}`);
    }
  }
}
