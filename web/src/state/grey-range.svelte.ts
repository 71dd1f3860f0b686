/** The range of the values of the picture on screen, which its window is chosen in. */

import type { ValueRange } from '../api/types';
import type { Api } from './api';

export class GreyRange {
  /** Null: the picture has 8 bits, or its range is not known yet. */
  now: ValueRange | null = $state.raw(null);
  private asked = '';

  constructor(private readonly api: Pick<Api, 'valueRange'>) {}

  /** Find the range of a picture; an answer that belongs to another picture is ignored. */
  async load(picture: number, modified: string): Promise<void> {
    const asked = `${picture}@${modified}`;
    if (asked === this.asked) return;
    this.asked = asked;
    this.now = null;
    try {
      const { range } = await this.api.valueRange(picture);
      if (asked === this.asked) this.now = range;
    } catch {
      // The picture itself says why it cannot be read; the panel asks again when it is opened.
      if (asked === this.asked) this.asked = '';
    }
  }
}
