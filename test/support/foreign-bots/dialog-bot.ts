import {
  CloudAdapter,
  ConfigurationBotFrameworkAuthentication,
  ConversationState,
  EventFactory,
  MemoryStorage,
  type Response,
  type TurnContext,
} from 'botbuilder';
import {
  ChoiceFactory,
  ChoicePrompt,
  ComponentDialog,
  ConfirmPrompt,
  type DialogContext,
  DialogSet,
  DialogTurnStatus,
  TextPrompt,
  WaterfallDialog,
} from 'botbuilder-dialogs';
import { Answer, type JsonServer, startJsonServer } from './json-server.ts';

interface Given {
  paidBy?: string;
  order?: string;
}

/** Asks how it was paid and for which order, and has it confirmed: prompts of the SDK, as its samples string them. */
class RefundDialog extends ComponentDialog {
  constructor() {
    super('refund');
    this.addDialog(new ChoicePrompt('choice'));
    this.addDialog(new TextPrompt('text', async ({ recognized }) => /^\d+$/.test(recognized.value ?? '')));
    this.addDialog(new ConfirmPrompt('confirm'));
    this.addDialog(
      new WaterfallDialog('steps', [
        (step) =>
          step.prompt('choice', {
            prompt: 'How did you pay?',
            choices: ChoiceFactory.toChoices(['Card', 'Bank']),
          }),
        (step) => {
          const values: Given = step.values;
          values.paidBy = step.result.value;
          const retryPrompt = 'An order number has digits only.';
          return step.prompt('text', { prompt: 'Which order is it?', retryPrompt });
        },
        (step) => {
          const values: Given = step.values;
          values.order = step.result;
          return step.prompt('confirm', `Refund of order ${values.order} by ${values.paidBy}?`);
        },
        async (step) => {
          const { order }: Given = step.values;
          await step.context.sendActivity(
            step.result ? `Order ${order} is refunded.` : 'Nothing is refunded.',
          );
          return step.endDialog();
        },
      ]),
    );
    this.initialDialogId = 'steps';
  }
}

export interface DialogBot extends JsonServer {
  /** Values of the events that the bot heard of, by their name, in order. */
  readonly heard: { readonly name: string; readonly value: unknown }[];
}

/**
 * A bot with dialogs, state and storage of the Bot Framework SDK, served by the SDK's own adapter at `/api/messages`.
 * It answers as all of them do: not in the response, but by calling the service that the activity came from.
 */
export async function startDialogBot(): Promise<DialogBot> {
  const adapter = new CloudAdapter(new ConfigurationBotFrameworkAuthentication({}));
  const failures: Error[] = [];
  adapter.onTurnError = async (_, error) => void failures.push(error);
  const state = new ConversationState(new MemoryStorage());
  const dialogState = state.createProperty('dialogs');
  const decision = state.createProperty<string>('decision');
  const dialogs = new DialogSet(dialogState).add(new RefundDialog());
  const heard: DialogBot['heard'] = [];

  const answer = async (context: TurnContext, talk: DialogContext): Promise<void> => {
    const { text = '' } = context.activity;
    if (/code nine/i.test(text)) {
      // Whoever asks for a person in the middle of a dialog has had enough of it.
      await talk.cancelAllDialogs();
      await context.sendActivity('One moment.');
      await context.sendActivity(EventFactory.createHandoffInitiation(context, { skill: 'refunds' }));
      return;
    }
    const decided = await decision.get(context, '');
    if (/refund/i.test(text) && decided !== '') {
      await context.sendActivity(`A colleague has decided: ${decided}`);
      return;
    }
    const { status } = await talk.continueDialog();
    if (status !== DialogTurnStatus.empty) return;
    if (/refund/i.test(text)) await talk.beginDialog('refund');
    else await context.sendActivity(`You said: ${text}`);
  };

  const turn = async (context: TurnContext): Promise<void> => {
    const { type, name = '', value } = context.activity;
    if (type === 'message') await answer(context, await dialogs.createContext(context));
    if (type === 'event') {
      heard.push({ name, value });
      if (name === 'handrail.handback') await decision.set(context, value.decision);
    }
    await state.saveChanges(context);
  };

  const server = await startJsonServer(async ({ method, path, headers, body }) => {
    if (method !== 'POST' || path !== '/api/messages') return new Answer(404);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    let status = 200;
    const response: Response = {
      socket: undefined,
      header: () => response,
      status(code: number) {
        status = code;
        return response;
      },
      send: (given: unknown) => resolve(new Answer(status, given)),
      end: () => resolve(new Answer(status)),
    };
    await adapter.process({ method, headers, body: { ...body } }, response, turn);
    return promise;
  });
  return {
    ...server,
    heard,
    async close() {
      await server.close();
      if (failures.length > 0) throw new AggregateError(failures, 'the bot itself broke');
    },
  };
}
