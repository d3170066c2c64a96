// "Send Test Notification", and which channels the test reached.
import { html, nothing, type TemplateResult } from 'lit';
import type { ChannelReached, TestReached } from '../client/preferences';
import { icons, type Icon } from './icons';
import { renderSection } from './preferences_field';
import { CHANNELS, channelLabel, outcomeText, type Outcome } from './preferences_words';
import { untilText } from './until';
import { t } from './words';

export interface TestView {
  reached: TestReached | null;
  isSending: boolean;
  /** Something is set and not saved: the test goes by what is saved. */
  isUnsaved: boolean;
  now: number;
  onSend: () => void;
}

const MARKS: Record<Outcome['tone'], Icon> = {
  reached: icons.check,
  later: icons.clock,
  not: icons.close,
};

export function renderTest(view: TestView): TemplateResult {
  return renderSection(
    'test',
    t('Try it out'),
    html`<div class="block">
      <p class="text">
        ${t('A notification to yourself, on the way that all others take.')}
        ${view.isUnsaved ? t('It goes by what is saved.') : ''}
      </p>
      <button class="button send-test" type="button" ?disabled=${view.isSending} @click=${view.onSend}>
        ${icons.bell} ${view.isSending ? t('Sending…') : t('Send Test Notification')}
      </button>
      <div role="status" class="reached">${view.reached ? outcomes(view.reached, view.now) : nothing}</div>
    </div>`,
  );
}

function outcomes({ channels }: TestReached, now: number): TemplateResult {
  return html`<ul>
    ${inOrder(Object.entries(channels)).map(([id, channel]) => {
      const { tone, text } = outcomeText(channel, (at) => untilText(at, now));
      return html`<li data-channel=${id} data-tone=${tone}>
        <span class="mark ${tone}">${MARKS[tone]}</span>
        <span><b>${channelLabel(id)}</b>: ${text}</span>
      </li>`;
    })}
  </ul>`;
}

/** As the channels stand above; one of a newer hub comes last. */
function inOrder(reached: [id: string, channel: ChannelReached][]) {
  const known = CHANNELS.flatMap(({ id }) => reached.filter(([other]) => other === id));
  return [...known, ...reached.filter((one) => !known.includes(one))];
}
