import { plainText } from '../../browser/markdown.ts';
import type { WeakAnswerItem, WeakQuestionDetail } from '../../protocol/weak-questions.ts';
import { ProposeAnswer } from '../guidance/ProposeAnswer.tsx';
import { guidancePath } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { OutsideLink } from '../shared/OutsideLink.tsx';
import { dayAndClock, fullTime, now } from '../shared/time.ts';
import { count, feedbackReasons, receiptStatuses, signals } from '../shared/words.ts';
import { useWorkplace } from '../workplace.ts';
import { guidanceSentence } from './question-words.ts';

/** What is behind a question: its guidance, better answers, sources, wordings, and the weak answers with transcripts. */
export function QuestionBody(props: {
  detail: WeakQuestionDetail;
  isOff: boolean;
  onRead: (conversationId: string) => void;
  onProposed: () => void;
}) {
  const { detail, isOff, onRead, onProposed } = props;
  const { may } = useWorkplace();
  const { question, wordings, answers, better, sources } = detail;
  const guidance = guidanceSentence(question);
  return (
    <>
      {guidance !== null && (
        <p class="small">
          {guidance}{' '}
          <Link href={question.guidance?.proposed === null ? guidancePath : `${guidancePath}?state=proposed`}>
            See the guidance
          </Link>
        </p>
      )}
      {question.reason !== '' && (
        <p class="small">
          <span class="soft">{question.status === 'declined' ? 'Declined: ' : 'Declined before: '}</span>
          {question.reason}
        </p>
      )}
      <div class="question-parts">
        <section>
          <h2>Better answers of agents</h2>
          {better.length === 0 && <p class="soft small">None yet.</p>}
          {better.map(({ conversationId, turn, text, by, at }) => (
            <div key={`${conversationId} ${turn}`} class="question-better">
              <blockquote class="guidance-text">{text}</blockquote>
              <p class="soft small">
                {by}, {fullTime(at)}{' '}
                {may('guidance:propose') && (
                  <ProposeAnswer origin={{ conversationId, turn }} isOff={isOff} onDone={onProposed} />
                )}
              </p>
            </div>
          ))}
        </section>
        <section>
          <h2>Asked in {count(wordings.length, 'wording')}</h2>
          <ul class="question-wordings small">
            {wordings.map(({ id, text, answers: times, isByHand, mayTrain }) => (
              <li key={id}>
                {text} <span class="soft">{times}×</span>
                {isByHand && <span class="tag">by hand</span>}
                {!mayTrain && times > 0 && <span class="tag">Do not train</span>}
              </li>
            ))}
          </ul>
          <h2>Sources of the bot</h2>
          {sources.length === 0 && <p class="soft small">It named none.</p>}
          <ul class="question-sources small">
            {sources.map(({ url, title, answers: times }) => (
              <li key={url}>
                <OutsideLink url={url} title={title} /> <span class="soft">{times}×</span>
              </li>
            ))}
          </ul>
        </section>
      </div>
      <section>
        <h2>Weak answers{answers.length < question.answers ? `, the newest ${answers.length}` : ''}</h2>
        <ul class="question-answers">
          {answers.map((answer) => (
            <Answer key={`${answer.conversationId} ${answer.turn}`} answer={answer} onRead={onRead} />
          ))}
        </ul>
      </section>
    </>
  );
}

function Answer({ answer, onRead }: { answer: WeakAnswerItem; onRead: (conversationId: string) => void }) {
  const tags = [
    ...(answer.isUnknown ? ['No answer'] : []),
    ...answer.reasons.map((reason) => feedbackReasons[reason]),
    ...answer.signals.map((signal) => signals[signal]),
    ...(answer.doNotTrain ? ['Do not train'] : []),
  ];
  return (
    <li>
      <time class="soft small" dateTime={new Date(answer.at).toISOString()} title={fullTime(answer.at)}>
        {dayAndClock(answer.at, now.value)}
      </time>
      <div class="question-said">
        <button
          type="button"
          class="row-button"
          data-opens={answer.conversationId}
          title="Open the transcript"
          onClick={() => onRead(answer.conversationId)}
        >
          {answer.question}
        </button>
        <p class="answer-words soft">{plainText(answer.answer) || 'No answer came.'}</p>
        {answer.comment !== '' && <p class="customers-words">{answer.comment}</p>}
        {answer.rightAnswer !== '' && (
          <p>
            <span class="soft">Right would be: </span>
            {answer.rightAnswer}
          </p>
        )}
        <p class="question-tags small">
          {answer.isDown && <span class="mark fail">Thumb down</span>}
          {tags.map((tag) => (
            <span key={tag} class="tag">
              {tag}
            </span>
          ))}
          {answer.status !== null && <span class="soft">{receiptStatuses[answer.status]}</span>}
        </p>
      </div>
    </li>
  );
}
