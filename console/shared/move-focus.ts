/** Moves the focus by so many of these within `list`, from the one that has it; to the first where none has. */
export function moveFocus(list: Element | null, selector: string, step: number): void {
  const rows: Element[] = [...(list?.querySelectorAll(selector) ?? [])];
  const at = document.activeElement === null ? -1 : rows.indexOf(document.activeElement);
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
  if (next instanceof HTMLElement) next.focus();
}
