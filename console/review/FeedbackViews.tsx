import { feedbackPath, questionsPath, route } from '../route.ts';
import { Link } from '../shared/Link.tsx';
import { useWorkplace } from '../workplace.ts';

/** The two ways through the feedback: by question, for those who decide; one by one. */
export function FeedbackViews() {
  const { may } = useWorkplace();
  if (!may('feedback:review')) return null;
  const { view } = route.value;
  return (
    <nav class="feedback-views" aria-label="Ways through the feedback">
      <Link
        href={questionsPath}
        class="feedback-view"
        aria-current={view === 'questions' ? 'page' : undefined}
      >
        By question
      </Link>
      <Link href={feedbackPath} class="feedback-view" aria-current={view === 'feedback' ? 'page' : undefined}>
        One by one
      </Link>
    </nav>
  );
}
