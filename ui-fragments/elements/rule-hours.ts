import { css, html, LitElement, nothing, type TemplateResult } from 'lit'
import type { RuleHoursWire } from '../../module/contract/api/rules.ts'
import type { AdminState } from '../data/admin-session.ts'
import { scheduleWords, weekdays } from '../data/rule-words.ts'
import { adminStyles } from './admin-styles.ts'
import { closeIcon } from './icons.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

type Weekly = Extract<RuleHoursWire, { kind: 'weekly' }>
type Holiday = NonNullable<Weekly['holidays']>[number]

/** When a rule holds: always, by a week of its own, or as the PBX says. Tells changes by `parley-hours`. */
export class RuleHoursElement extends LitElement {
  static override properties = {
    state: { attribute: false },
    hours: { attribute: false },
    place: { attribute: false },
  }
  declare state: Pick<AdminState, 'system'>
  declare hours: RuleHoursWire
  /** The part that the server could not read: `hours.days.mon`. */
  declare place: string | null
  /** What was written before another kind was chosen comes back with its kind. */
  readonly #before = new Map<RuleHoursWire['kind'], RuleHoursWire>()

  constructor() {
    super()
    this.hours = { kind: 'always' }
    this.place = null
  }

  protected override render() {
    const { hours } = this
    const kinds = [
      ['always', 'Always'],
      ['weekly', 'A schedule'],
      ['pbx', 'The PBX’s time condition'],
    ] as const
    return html`<fieldset>
      <legend>Hours</legend>
      <div class="checks" role="radiogroup" aria-label="Hours">
        ${kinds.map(([kind, words]) => html`<label class="check"><input type="radio" name="hours" value=${kind} .checked=${hours.kind === kind} @change=${() => this.#choose(kind)} />${words}</label>`)}
      </div>
      ${hours.kind === 'weekly' ? this.#weekly(hours) : hours.kind === 'pbx' ? this.#pbx(hours.schedule) : nothing}
    </fieldset>`
  }

  #pbx(chosen: string): TemplateResult {
    const schedules = this.state.system?.pbx.schedules ?? []
    if (schedules.length === 0 && chosen === '')
      return html`<p class="callout">The PBX has told of no time condition and no call flow control.</p>`
    const keys = schedules.map(({ key }) => key)
    return html`<label class="labelled">While it is open
      <select class="field" name="schedule" required @change=${(event: Event) => this.#tell({ kind: 'pbx', schedule: (event.target as HTMLSelectElement).value })}>
        ${chosen === '' ? html`<option value="" selected disabled>Choose…</option>` : nothing}
        ${[...new Set([...keys, ...(chosen === '' ? [] : [chosen])])].map((key) => html`<option value=${key} ?selected=${key === chosen}>${scheduleWords(this.state, key)}</option>`)}
      </select>
    </label>`
  }

  #weekly(hours: Weekly): TemplateResult {
    return html`<div class="week">
        ${weekdays.map(
          ([day, name]) => html`<label>
            <span>${name}</span>
            <input class="field" name="day-${day}" maxlength="500" autocomplete="off" placeholder="Closed" aria-invalid=${this.place === `hours.days.${day}`} .value=${hours.days[day] ?? ''} @input=${(event: Event) => this.#tell({ ...hours, days: { ...hours.days, [day]: textOf(event) } })} />
          </label>`,
        )}
      </div>
      <p class="hint">09:00-12:30; 13:30-18:00, or 22:00-06:00 over midnight. Nothing means closed. <button type="button" class="link" @click=${() => this.#fill(hours)}>Take Monday’s from Tuesday to Friday</button></p>
      <label class="labelled">Time zone
        <input class="field" name="zone" required maxlength="64" list="zones" autocomplete="off" aria-invalid=${this.place === 'hours.timeZone'} .value=${hours.timeZone} @input=${(event: Event) => this.#tell({ ...hours, timeZone: textOf(event) })} />
      </label>
      <datalist id="zones">${zones().map((zone) => html`<option value=${zone}></option>`)}</datalist>
      <fieldset>
        <legend>Holidays</legend>
        ${(hours.holidays ?? []).map((holiday, index) => this.#holiday(hours, holiday, index))}
        <button type="button" class="button small" @click=${() => this.#holidays(hours, [...(hours.holidays ?? []), { from: today(), name: '' }])}>Add holiday</button>
      </fieldset>`
  }

  #holiday(hours: Weekly, holiday: Holiday, index: number): TemplateResult {
    const all = hours.holidays ?? []
    const change = (next: Partial<Holiday>) =>
      this.#holidays(
        hours,
        all.map((each, place) => (place === index ? tidy({ ...each, ...next }) : each)),
      )
    return html`<div class="holiday">
      <input class="field" type="date" aria-label="First day" required .value=${holiday.from} @input=${(event: Event) => change({ from: textOf(event) })} />
      <input class="field" type="date" aria-label="Last day, if more than one" .value=${holiday.to ?? ''} @input=${(event: Event) => change({ to: textOf(event) })} />
      <input class="field" aria-label="Name of the holiday" required maxlength="100" placeholder="Name" .value=${holiday.name} @input=${(event: Event) => change({ name: textOf(event) })} />
      <input class="field" aria-label="Open all the same" maxlength="500" placeholder="Closed" .value=${holiday.spans ?? ''} @input=${(event: Event) => change({ spans: textOf(event) })} />
      <button type="button" class="icon-button" aria-label="Remove ${holiday.name || 'holiday'}" @click=${() =>
        this.#holidays(
          hours,
          all.filter((_, place) => place !== index),
        )}>${closeIcon}</button>
    </div>`
  }

  #fill(hours: Weekly): void {
    const mon = hours.days.mon ?? ''
    this.#tell({ ...hours, days: { ...hours.days, tue: mon, wed: mon, thu: mon, fri: mon } })
  }

  #holidays(hours: Weekly, holidays: Holiday[]): void {
    this.#tell({ ...hours, holidays })
  }

  #choose(kind: RuleHoursWire['kind']): void {
    this.#before.set(this.hours.kind, this.hours)
    this.#tell(this.#before.get(kind) ?? this.#first(kind))
  }

  #first(kind: RuleHoursWire['kind']): RuleHoursWire {
    if (kind === 'always') return { kind }
    if (kind === 'pbx') return { kind, schedule: this.state.system?.pbx.schedules?.[0]?.key ?? '' }
    const workday = '09:00-17:00'
    const days = { mon: workday, tue: workday, wed: workday, thu: workday, fri: workday }
    return { kind, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone, days, holidays: [] }
  }

  #tell(hours: RuleHoursWire): void {
    this.hours = hours
    this.dispatchEvent(new CustomEvent('parley-hours', { detail: hours }))
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    adminStyles,
    css`
      fieldset > * + * {
        margin-top: 8px;
      }
      .week {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(290px, 100%), 1fr));
        gap: 6px 16px;
      }
      .week label {
        display: grid;
        grid-template-columns: 84px minmax(0, 1fr);
        align-items: center;
        font-size: 13px;
      }
      .field {
        min-height: 34px;
        padding: 4px 9px;
      }
      .holiday {
        display: grid;
        grid-template-columns: 136px 136px minmax(90px, 1fr) minmax(90px, 1fr) 36px;
        gap: 6px;
        margin-bottom: 6px;
      }
      [aria-invalid='true'] {
        border-color: var(--danger);
      }
      @media (max-width: 640px) {
        .holiday {
          grid-template-columns: 1fr 1fr;
        }
      }
    `,
  ]
}

const textOf = (event: Event): string => (event.target as HTMLInputElement).value

function today(): string {
  const now = new Date()
  const two = (value: number) => String(value).padStart(2, '0')
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`
}

/** What is empty is left out. */
const tidy = ({ from, to, name, spans }: Holiday): Holiday => ({
  from,
  name,
  ...(to === undefined || to === '' ? {} : { to }),
  ...(spans === undefined || spans.trim() === '' ? {} : { spans }),
})

const zones = (): readonly string[] => Intl.supportedValuesOf('timeZone')
