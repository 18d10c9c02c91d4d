const shapes = {
  inbox: 'M3 10.5h3.6l1 2h4.8l1-2H17M5 4.5h10l2 6v5H3v-5z',
  promises: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6.2V10l2.6 1.6',
  search: 'M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l3.5 3.5',
  board: 'M4 16V9.5M8 16V4.5M12 16v-5M16 16V7',
  feedback: 'M3.5 4.5h13v9h-6l-4 3v-3h-3zM7 7.8h6M7 10.4h4',
  insights: 'M3.5 4v12.5H17M6.5 12.5l3-4 2.8 2.3L16.5 6',
  settings: 'M3 6.5h8M15 6.5h2M3 13.5h2M9 13.5h8M13 4.5v4M7 11.5v4',
  soundOn: 'M4 8v4h3l4 3.5v-11L7 8zM13.5 7.5a3.5 3.5 0 0 1 0 5M15.6 5.4a6.5 6.5 0 0 1 0 9.2',
  soundOff: 'M4 8v4h3l4 3.5v-11L7 8zM13.5 8l4 4M17.5 8l-4 4',
  keyboard: 'M2.5 5.5h15v9h-15zM5.5 8.5h0M8.5 8.5h0M11.5 8.5h0M14.5 8.5h0M6.5 11.5h7',
  back: 'M12 4.5 6.5 10l5.5 5.5',
  close: 'm5 5 10 10M15 5 5 15',
  about: 'M10 9v5M10 6.2v.1M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14z',
  down: 'm6 8 4 4 4-4',
  download: 'M10 3.5v8m0 0 3.2-3.2M10 11.5 6.8 8.3M4 13.5v3h12v-3',
  attach: 'm8 10.5 4-4a2 2 0 0 1 2.8 2.8l-5.6 5.6a3.6 3.6 0 0 1-5.1-5.1l5.6-5.6',
  document: 'M5.5 3h6l3.5 3.5V17h-9.5zM11.5 3v3.5H15M8 10.5h4.5M8 13.5h4.5',
  thumbUp: 'M7 9v7H4V9zm0 0 3-6c1.2 0 2 .8 2 2v3h3.6c.9 0 1.5.8 1.3 1.7l-1.2 5c-.2.8-.8 1.3-1.6 1.3H7',
  thumbDown: 'M13 11V4h3v7zm0 0-3 6c-1.2 0-2-.8-2-2v-3H4.4c-.9 0-1.5-.8-1.3-1.7l1.2-5C4.5 4.5 5.1 4 5.9 4H13',
} as const;

export type IconName = keyof typeof shapes;

/** A line drawing beside words or in a labelled button; it says nothing by itself. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
      <path d={shapes[name]} />
    </svg>
  );
}
