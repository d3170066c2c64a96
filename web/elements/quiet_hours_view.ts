// When not to be disturbed: once ("do not disturb"), and every week (quiet hours, R-078, R-079).
import { html, nothing, type TemplateResult } from 'lit';
import { live } from 'lit/directives/live.js';
import { WEEKDAYS, type Span, type Weekday } from '../client/preferences';
import { icons } from './icons';
import { faultAt, withWeek } from './preferences_draft';
import { idOf, renderFault, renderSection, renderSwitch, type PreferencesView } from './preferences_field';
import {
  DAY_NAMES,
  emptyWeek,
  everyNight,
  isEmpty,
  likeDay,
  NIGHT,
  spanNote,
  weekOf,
  weekText,
  withoutSpan,
  withSpan,
  withTime,
  type Week,
} from './quiet_hours';
import { clockText, fromLocalInput, inOneHour, toLocalInput, tomorrowAt, untilText } from './until';
import { t } from './words';

const DISTURB = '/do_not_disturb_until';
const QUIET = '/quiet_hours';

export function renderDoNotDisturb({ draft, faults, now, set }: PreferencesView): TemplateResult {
  const until = draft.do_not_disturb_until;
  const setUntil = (at: string | null) => set(DISTURB, { do_not_disturb_until: at });
  const fault = faultAt(faults, DISTURB);
  return renderSection(
    'disturb',
    t('Do not disturb'),
    html`<div class="block" data-field=${DISTURB}>
      <div class="choices" role="group" aria-labelledby="disturb-title">
        <button class="choice" type="button" aria-pressed=${until === null} @click=${() => setUntil(null)}>
          ${t('Off')}
        </button>
        ${renderUntil(t('1 hour'), inOneHour(now), until, setUntil)}
        ${renderUntil(t('Until tomorrow {time}', { time: clockText('08:00') }), tomorrowAt(8, now), until, setUntil)}
      </div>
      <label class="until">
        <span>${t('Until')}</span>
        <input
          type="datetime-local"
          aria-describedby="${idOf(DISTURB)}-fault"
          aria-invalid=${fault ? 'true' : nothing}
          .value=${live(toLocalInput(until))}
          @change=${(event: Event) => setUntil(fromLocalInput((event.target as HTMLInputElement).value))}
        />
      </label>
      ${until ? html`<p class="text">${t('Silent until {time}. The bell keeps its list.', { time: untilText(until, now) })}</p>` : nothing}
      ${renderFault(idOf(DISTURB), fault)}
    </div>`,
  );
}

function renderUntil(label: string, at: string, until: string | null, set: (at: string) => void) {
  // An hour from now moves on while one looks: within two minutes it is still the same choice.
  const isChosen = until !== null && Math.abs(Date.parse(until) - Date.parse(at)) < 120_000;
  return html`<button class="choice" type="button" aria-pressed=${isChosen} @click=${() => set(at)}>
    ${label}
  </button>`;
}

export function renderQuietHours(view: PreferencesView): TemplateResult {
  const { draft, timeZone } = view;
  const week = weekOf(draft.quiet_hours);
  return renderSection(
    'quiet',
    t('Quiet hours'),
    html`<div class="block">
        <p class="text">
          ${t('What would disturb you is held and summed up at their end; the bell’s list goes on.')}
          ${timeZone ? t('Times are those of {zone}.', { zone: timeZone.replace(/_/g, ' ') }) : t('Times are UTC: your helpdesk knows no time zone of yours.')}
        </p>
      </div>
      ${isEmpty(week) ? renderNone(view) : renderWeek(week, view)}`,
  );
}

function renderNone(view: PreferencesView): TemplateResult {
  return html`<div class="block">
    <button class="button every-night" type="button" @click=${() => setWeek(view, everyNight())}>
      ${icons.plus}
      ${t('Every night, {from} to {to}', { from: clockText(NIGHT.from), to: clockText(NIGHT.to) })}
    </button>
  </div>`;
}

function renderWeek(week: Week, view: PreferencesView): TemplateResult {
  const { draft, faults, set } = view;
  const quiet = withWeek(draft.quiet_hours, week);
  return html`<div class="block">
      <p class="week" data-week>${icons.clock} ${weekText(week)}</p>
    </div>
    <details class="more" data-field=${QUIET} ?open=${faultAt(faults, QUIET) !== ''}>
      <summary>${t('Change days and times')}</summary>
      ${WEEKDAYS.map((day) => renderDay(day, week, view))}
      <div class="block">
        <button class="button no-quiet" type="button" @click=${() => setWeek(view, emptyWeek())}>
          ${t('No quiet hours')}
        </button>
      </div>
    </details>
    ${renderSwitch(
      {
        pointer: `${QUIET}/hold_critical`,
        label: t('Hold even critical ones'),
        text: t('Otherwise what is urgent gets through. Your administrator may let it through in any case.'),
        isOn: quiet.hold_critical,
        onChange: (isOn) => set(`${QUIET}/hold_critical`, { quiet_hours: { ...quiet, hold_critical: isOn } }),
      },
      faults,
    )}
    ${renderSwitch(
      {
        pointer: `${QUIET}/email`,
        label: t('Email all the same'),
        text: t('Emails are not held.'),
        isOn: quiet.email,
        onChange: (isOn) => set(`${QUIET}/email`, { quiet_hours: { ...quiet, email: isOn } }),
      },
      faults,
    )}`;
}

function renderDay(day: Weekday, week: Week, view: PreferencesView): TemplateResult {
  const name = t(DAY_NAMES[day]);
  const spans = week[day];
  return html`<div class="day" role="group" aria-label=${name} data-day=${day}>
    <div class="day-head">
      <span class="label">${name}</span>
      ${spans.length === 0 ? html`<span class="text">${t('not quiet')}</span>` : nothing}
      <span class="grow"></span>
      ${
        spans.length > 0
          ? html`<button
              class="link"
              type="button"
              aria-label=${t('Use {day}’s hours for every day', { day: name })}
              @click=${() => setWeek(view, likeDay(week, day))}
            >
              ${t('For every day')}
            </button>`
          : nothing
      }
      <button
        class="small add"
        type="button"
        title=${t('Add hours')}
        aria-label=${t('Add hours to {day}', { day: name })}
        @click=${() => setWeek(view, withSpan(week, day))}
      >
        ${icons.plus}
      </button>
    </div>
    ${spans.map((span, index) => renderSpan(span, index, day, week, view))}
  </div>`;
}

function renderSpan(
  span: Span,
  index: number,
  day: Weekday,
  week: Week,
  view: PreferencesView,
): TemplateResult {
  const name = t(DAY_NAMES[day]);
  const pointer = `${QUIET}/days/${day}/${index}`;
  const fault = faultAt(view.faults, pointer);
  const field = (end: keyof Span) =>
    html`<input
      type="time"
      required
      class=${end}
      aria-label="${name} ${t(end)}"
      aria-describedby="${idOf(pointer)}-fault"
      aria-invalid=${fault ? 'true' : nothing}
      .value=${live(span[end])}
      @change=${(event: Event) => {
        const { value } = event.target as HTMLInputElement;
        view.set(pointer, {
          quiet_hours: withWeek(view.draft.quiet_hours, withTime(week, day, index, { [end]: value })),
        });
      }}
    />`;
  return html`<div class="span">
    ${field('from')}<span aria-hidden="true">–</span>${field('to')}
    <span class="text">${spanNote(span)}</span>
    <button
      class="small remove"
      type="button"
      title=${t('Remove')}
      aria-label=${t('Remove {day} {from} to {to}', { day: name, from: span.from, to: span.to })}
      @click=${() => setWeek(view, withoutSpan(week, day, index))}
    >
      ${icons.close}
    </button>
    ${renderFault(idOf(pointer), fault)}
  </div>`;
}

function setWeek({ draft, set }: PreferencesView, week: Week): void {
  set(QUIET, { quiet_hours: withWeek(draft.quiet_hours, week) });
}
