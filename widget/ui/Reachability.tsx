import { minutes } from './minutes.ts';
import { timeOf, useText, useUi } from './ui.ts';

/** What pressing the button will lead to, said before it is pressed; nothing while that is not known. */
export function Reachability() {
  const text = useText();
  const { chat } = useUi();
  const known = chat.site.value?.reachability;
  if (!known) return null;
  const { isOpen, isAnyoneOnline, opensAt, wait, keptShare } = known;
  const words = !isOpen
    ? text.closed(opensAt === null ? null : timeOf(opensAt))
    : !isAnyoneOnline
      ? text.nobodyHere
      : wait === null
        ? ''
        : text.usually(minutes(wait.fromMs), minutes(wait.toMs));
  const kept = keptShare === undefined ? '' : text.kept(Math.round(keptShare * 100));
  const said = [words, kept].filter((one) => one !== '');
  return said.length > 0 ? <small>{said.join(' · ')}</small> : null;
}
