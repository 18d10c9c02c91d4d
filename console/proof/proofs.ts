import { signal } from '@preact/signals';
import type { GuidanceProofs } from '../../protocol/proof.ts';
import { type Api, ApiError } from '../api.ts';

/** What one guidance has changed, without a screen. */
export function createProofs(api: Pick<Api, 'guidanceProof'>, id: string) {
  const state = signal<{ readonly proofs: GuidanceProofs | null; readonly hasFailed: boolean }>({
    proofs: null,
    hasFailed: false,
  });
  const load = async () => {
    try {
      state.value = { proofs: await api.guidanceProof(id), hasFailed: false };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      state.value = { ...state.peek(), hasFailed: true };
    }
  };
  return { state, load };
}
