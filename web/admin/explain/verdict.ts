// What the hub decided about everybody, in sentences.
import { css, html, nothing, type TemplateResult } from 'lit';
import { pill, plain } from '../parts';
import { fullTime } from '../../elements/relative_time';
import { capital, channelName, purposeWords, reasonWords, whyWords } from '../words';

export interface ChannelVerdict {
  outcome: string;
  why?: string;
  rule?: string;
  after_ms?: number;
  until?: string;
}

export interface Candidate {
  recipient: string;
  kind?: string;
  outcome: string;
  why?: string;
  reason?: string;
  rule?: string;
  category?: string;
  channels?: Record<string, ChannelVerdict>;
}

const ORDER = ['notified', 'stored', 'skipped'];
const CHANNELS = ['bell', 'web_push', 'email', 'sms'];

/** Who is told first, then who is told quietly, then who is not. */
export function inOrder(candidates: Candidate[]): Candidate[] {
  return [...candidates].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome));
}

/** "Is told, because it was assigned to them." */
export function sentenceOf({ outcome, why, reason }: Candidate): string {
  const because = reason ? `, because ${reasonWords(reason)}` : '';
  if (outcome === 'notified') return `Is told${because}.`;
  const not = why ? `. ${capital(whyWords(why))}` : '';
  if (outcome === 'stored') return `Gets a quiet entry and nothing else${because}${not}.`;
  return `Is not told${not}.`;
}

/** "at once", "in 10 s unless a device confirms". */
export function channelSentence({ outcome, why, rule, after_ms, until }: ChannelVerdict): string {
  const by = rule ? ` (${purposeWords(rule)})` : '';
  switch (outcome) {
    case 'now':
      return `at once${by}`;
    case 'if_unacknowledged':
      return `${after_ms ? `after ${Math.round(after_ms / 1_000)} s` : 'at once'} unless a device confirms it${by}`;
    case 'held':
      return `held${until ? ` until ${fullTime(until)}` : ''}${by}`;
    case 'stored':
      return 'a quiet entry';
    default:
      return `not sent${why ? `: ${whyWords(why).toLowerCase()}` : ''}`;
  }
}

const KINDS: Record<string, string> = {
  agent: 'agent',
  contact: 'customer',
  address: 'administrative address',
};

export function candidatesView(candidates: Candidate[]): TemplateResult {
  const told = candidates.filter(({ outcome }) => outcome === 'notified').length;
  return html`<p class="sum">
      ${candidates.length} ${candidates.length === 1 ? 'person was' : 'people were'} considered, ${told} of
      them ${told === 1 ? 'is' : 'are'} told.
    </p>
    <ul class="rows candidates">
      ${inOrder(candidates).map(
        (candidate) =>
          html`<li data-recipient=${candidate.recipient}>
            <div class="row">
              <div class="main">
                <span class="title"
                  >${plain(candidate.recipient)}
                  <span class="muted small">${KINDS[candidate.kind ?? ''] ?? nothing}</span></span
                >
                <span>${sentenceOf(candidate)}</span>
                ${channels(candidate)}
                ${
                  candidate.rule
                    ? html`<span class="small muted"
                        >Rule <code>${candidate.rule}</code>${
                          candidate.category ? html`, category <code>${candidate.category}</code>` : nothing
                        }</span
                      >`
                    : nothing
                }
              </div>
              <div class="side">${pill(candidate.outcome)}</div>
            </div>
          </li>`,
      )}
    </ul>`;
}

function channels({ channels: given }: Candidate): TemplateResult | typeof nothing {
  if (!given) return nothing;
  const named = [
    ...CHANNELS.filter((channel) => given[channel]),
    ...Object.keys(given).filter((name) => !CHANNELS.includes(name)),
  ];
  return html`<ul class="ways">
    ${named.map(
      (channel) =>
        html`<li class=${given[channel]!.outcome === 'skipped' ? 'muted' : ''}>
          <strong>${channelName(channel)}</strong> ${channelSentence(given[channel]!)}
        </li>`,
    )}
  </ul>`;
}

export const verdictStyles = css`
  .sum {
    margin: 4px 0 10px;
    font-weight: 570;
  }
  .candidates .row {
    align-items: start;
  }
  .ways {
    margin: 4px 0;
    padding: 0;
    list-style: none;
    font-size: 14px;
  }
  .ways strong {
    font-weight: 600;
  }
`;
