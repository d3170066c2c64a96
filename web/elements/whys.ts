// Why somebody has an entry, in the hub's words: asked for once, and kept while the list is open.
import type { Api } from '../client/api';
import { t } from './words';

export class Whys {
  #texts = new Map<string, string>();

  get(id: string): string | null {
    return this.#texts.get(id) ?? null;
  }

  async ask(api: Api, id: string): Promise<void> {
    const text = await api.why(id).then(
      (answer) => answer.text,
      (error: unknown) => t('That did not work: {why}', { why: (error as Error).message }),
    );
    this.#texts.set(id, text);
  }
}
