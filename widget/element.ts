/** `import 'handrail/element'` defines `<hand-rail site="pk_…" server="https://…">`; the rest loads on first use. */
import { defineHost } from './host.ts';

defineHost(() => import('./attach.ts'));
