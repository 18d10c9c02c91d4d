import type { DiffPart, ReplayResult } from '../../protocol/replay.ts';
import { NotLoaded } from '../shared/NotLoaded.tsx';
import { byWeight, checkWords, otherwiseWords, verdictOf } from './replay-words.ts';
import type { Replays } from './replays.ts';

/** What came of each question of the run that is looked at: of one guidance, or of all. */
export function ReplayReport({ replays, guidance }: { replays: Replays; guidance: string | null }) {
  const { id, report, hasFailed } = replays.shown.value;
  if (id === null) return null;
  if (report === null) {
    return (
      <NotLoaded hasFailed={hasFailed} onAgain={() => void replays.look(id)}>
        What came of it could not be loaded.
      </NotLoaded>
    );
  }
  const own = report.results.filter((one) => guidance === null || one.guidance === guidance);
  /** What a close question is close to, where several guidances were tried. */
  const mains = new Map(
    own
      .filter(({ kind }) => kind === 'must_get')
      .toReversed()
      .map((one) => [one.guidance, one.question]),
  );
  if (own.length === 0) {
    return <p class="soft small">There is nothing to ask: no guidance is live.</p>;
  }
  const otherwise = otherwiseWords(own);
  return (
    <>
      {otherwise !== null && <p class="small">{otherwise}</p>}
      <ul class="replay-results" aria-label="What came of each question">
        {byWeight(own).map((one) => (
          <Result
            key={`${one.guidance} ${one.question}`}
            result={one}
            closeTo={guidance === null ? (mains.get(one.guidance) ?? null) : null}
          />
        ))}
      </ul>
    </>
  );
}

/** Two answers as one text: what only the one has is struck out, what only the other has is underlined. */
function Compared({ diff }: { diff: readonly DiffPart[] }) {
  return (
    <blockquote class="guidance-text replay-diff">
      {diff.map((part, at) => {
        // Parts have no identity of their own: their place is all there is.
        const key = `${at} ${part.in}`;
        if (part.in === 'both') return <span key={key}>{part.text}</span>;
        return part.in === 'with' ? <ins key={key}>{part.text}</ins> : <del key={key}>{part.text}</del>;
      })}
    </blockquote>
  );
}

function Result({ result, closeTo }: { result: ReplayResult; closeTo: string | null }) {
  const { kind, question, without, diff, checks, applied, rightBefore, failure, verdict, version, before } =
    result;
  const { tone, name, says } = verdictOf(result);
  const isSame = diff.every((part) => part.in === 'both');
  return (
    <li class="replay-result">
      <details open={tone === 'fail'}>
        <summary>
          <span class={`replay-verdict small ${tone}`}>{name}</span>
          <span class="replay-question">{question}</span>
          <span class="soft small">
            {kind === 'neighbour' ? 'close question' : 'must get it'}
            {before !== null && <span class="replay-otherwise">, answered otherwise</span>}
          </span>
        </summary>
        <div class="replay-detail small">
          {kind === 'neighbour' && closeTo !== null && <p class="soft">Close to “{closeTo}”</p>}
          {says !== '' && <p class={tone}>{says}</p>}
          {verdict === 'relapsed' && rightBefore !== null && <p>It was right in version {rightBefore}.</p>}
          {failure !== null && <p>The bot: {failure}</p>}
          <p class="soft">
            {applied === null
              ? 'No guidance is applied.'
              : `${applied.id === result.guidance ? `Version ${version} of this guidance` : 'Another guidance'} is applied: ` +
                `${applied.score.toFixed(2)} alike, ${applied.threshold.toFixed(2)} needed` +
                `${applied.judge === undefined ? '.' : ', confirmed by the judging model.'}`}
          </p>
          {without !== null && isSame && (
            <>
              <p class="soft">The answer is the same with and without it:</p>
              <blockquote class="guidance-text">{without}</blockquote>
            </>
          )}
          {!isSame && (
            <>
              <p class="soft">
                Only <del>without</del> it, and only <ins>with</ins> it:
              </p>
              <Compared diff={diff} />
            </>
          )}
          {before !== null && (
            <>
              <p class="soft">
                By itself the bot answers otherwise than in version {before.botVersion}. Only{' '}
                <del>before</del>, and only <ins>now</ins>:
              </p>
              <Compared diff={before.diff} />
            </>
          )}
          {checks.length > 0 && (
            <ul class="replay-checks">
              {checks.map((check) => (
                <li key={`${check.check} ${check.wanted}`}>
                  <span class={check.passed === null ? 'warn' : check.passed ? 'good' : 'fail'}>
                    {check.passed === null ? 'Not told' : check.passed ? 'Yes' : 'No'}
                  </span>{' '}
                  {checkWords(check)}
                </li>
              ))}
            </ul>
          )}
          {kind === 'must_get' && checks.length === 0 && verdict === 'passed' && (
            <p class="soft">No checks: only that it gets the guidance was looked at.</p>
          )}
        </div>
      </details>
    </li>
  );
}
