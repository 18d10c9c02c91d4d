/** The sidecar as the server serves it, for `<script type="module">`: built by itself, so that it is one small file. */
import { attachSidecar } from './attach-sidecar.ts';
import type { SidecarMain } from './chat.ts';
import type { Sidecar, SidecarOptions } from './options.ts';

/** The path of the chat beside this module, named by its content; set by the build. */
declare const __HANDRAIL_SIDECAR__: string;

export const attach = (options: SidecarOptions): Sidecar =>
  attachSidecar(options, () => {
    const main = new URL(__HANDRAIL_SIDECAR__, import.meta.url).href;
    return import(/* @vite-ignore */ main) as Promise<SidecarMain>;
  });
