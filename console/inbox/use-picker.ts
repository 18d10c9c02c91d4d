import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Transcript } from '../../browser/transcript.ts';
import type { Colleagues } from '../../protocol/agent.ts';
import type { VerifiedCustomer } from '../../protocol/customer.ts';
import { ApiError } from '../api.ts';
import { presenceWords } from '../shared/presence.ts';
import { languageName } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { customerVariables, fillIn, findCanned } from './canned.ts';
import type { Choice } from './Picker.tsx';
import { type Picking, picked, pickingAt } from './picking.ts';

/** So many are taken in at a glance. */
const mostChoices = 8;

/** Looks for canned responses (replies) or colleagues (notes) at the caret. */
export function usePicker(transcript: Transcript, mode: 'reply' | 'note') {
  const { me, session, canned, desk } = useWorkplace();
  const id = transcript.conversationId;
  const colleagues = useSignal<Colleagues | null>(null);
  const picking = useSignal<Picking | null>(null);
  const active = useSignal(0);
  useEffect(() => {
    void canned.load();
    session.api.colleagues(id).then(
      (found) => (colleagues.value = found),
      (error) => {
        // The picker then finds nobody; writing goes on.
        if (!(error instanceof ApiError)) throw error;
      },
    );
  }, [id]);

  const choicesFor = ({ sign, typed }: Picking): Choice[] => {
    if (sign === '@') {
      return (colleagues.value?.agents ?? [])
        .filter(
          ({ id: agentId, name }) => agentId !== me.id && name.toLowerCase().includes(typed.toLowerCase()),
        )
        .map((agent) => ({
          key: agent.id,
          name: agent.name,
          detail: presenceWords[agent.presence].toLowerCase(),
          insert: `@${agent.name} `,
        }));
    }
    const site = colleagues.value?.site;
    const known = knownOf(transcript, desk.row(id)?.customer, me.name, site?.name);
    const own = (canned.all.value ?? []).filter((one) => one.site === site?.key);
    return findCanned(own, typed).map((one) => ({
      key: one.id,
      name: `/${one.shortcut}`,
      detail: `${one.title} · ${one.text}`,
      insert: fillIn(one.text, known),
    }));
  };
  const current = picking.value;
  const choices = current === null ? [] : choicesFor(current).slice(0, mostChoices);

  return {
    colleagues,
    picking,
    choices,
    active: Math.min(active.value, choices.length - 1),
    look(text: string, caret: number) {
      picking.value = pickingAt(text, caret, mode === 'reply' ? '/' : '@');
      active.value = 0;
    },
    close: () => (picking.value = null),
    move(step: number) {
      active.value = (active.peek() + step + choices.length) % Math.max(1, choices.length);
    },
    /** @returns the text with the choice in it, and where the caret goes */
    choose(text: string, choice: Choice | undefined) {
      if (current === null || choice === undefined) return null;
      picking.value = null;
      return picked(text, current, choice.insert);
    },
  };
}

/** What variables stand for in this conversation; what is not known is left out. */
function knownOf(
  { context }: Transcript,
  customer: VerifiedCustomer | undefined,
  agentName: string,
  siteName: string | undefined,
) {
  const { language, page } = context;
  return {
    'agent.name': agentName,
    ...(siteName === undefined ? {} : { 'site.name': siteName }),
    ...customerVariables(customer, {
      language: language === undefined ? undefined : languageName(language),
      page: page === undefined ? undefined : page.title || page.url,
    }),
  };
}
