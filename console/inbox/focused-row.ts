/** The conversation whose row in a list has the focus. */
export function focusedRow(): string | null {
  const row = document.activeElement?.closest('[data-row]');
  return row instanceof HTMLElement ? (row.dataset.row ?? null) : null;
}
