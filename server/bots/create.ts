import type { Bot } from '../../protocol/bot.ts';
import type { SiteBot } from '../store/schema.ts';
import { createBotFrameworkBot } from './botframework.ts';
import { createChatwootBot } from './chatwoot.ts';
import { createDialogflowBot } from './dialogflow.ts';
import { createHttpBot } from './http.ts';
import { createOpenAiBot } from './openai.ts';
import { createRasaBot } from './rasa.ts';
import type { BotSurroundings } from './surroundings.ts';

/** A bot that the server calls: any but a function in the page. */
export type CalledBot = Exclude<SiteBot, { kind: 'page' }>;

/** The bot of a site, behind the one port that all adapters share. */
export function createBot(bot: CalledBot, surroundings: BotSurroundings): Bot {
  switch (bot.kind) {
    case 'http':
      return createHttpBot(bot, surroundings);
    case 'openai':
      return createOpenAiBot(bot, surroundings);
    case 'rasa':
      return createRasaBot(bot, surroundings);
    case 'botframework':
      return createBotFrameworkBot(bot, surroundings);
    case 'chatwoot':
      return createChatwootBot(bot, surroundings);
    case 'dialogflow':
      return createDialogflowBot(bot, surroundings);
  }
}
