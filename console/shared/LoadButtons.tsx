/** Below a list that is read page by page. @param props.onMore null: there is no more */
export function LoadButtons(props: { isLoading: boolean; onAgain: () => void; onMore: (() => void) | null }) {
  const { isLoading, onAgain, onMore } = props;
  return (
    <div class="form-buttons">
      <button type="button" class="button small" disabled={isLoading} onClick={onAgain}>
        Look again
      </button>
      {onMore !== null && (
        <button type="button" class="button small" disabled={isLoading} onClick={onMore}>
          Load more
        </button>
      )}
    </div>
  );
}
