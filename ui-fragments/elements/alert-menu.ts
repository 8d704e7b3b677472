import { css, html, nothing, type TemplateResult } from 'lit'
import { type AlertSettings, alertSounds } from '../data/alert-settings.ts'
import { words } from '../data/words/words.ts'
import type { NotificationLeave } from './alert-signals.ts'
import { bellIcon, bellOffIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { PopoverElement } from './popover.ts'
import { popoverStyles } from './popover-styles.ts'
import { baseStyles, controlStyles } from './theme.ts'

/** How I want to be told of what is for me. */
export class AlertMenuElement extends PopoverElement {
  static override properties = {
    ...PopoverElement.properties,
    settings: { attribute: false },
    leave: { type: String },
  }
  declare settings: AlertSettings
  declare leave: NotificationLeave

  protected override render() {
    const silent = this.settings.sound === 'off'
    return html`
      <button class="icon-button" aria-expanded=${this.open} aria-haspopup="dialog" aria-controls="pane" aria-label=${words().alertSettings} title=${words().alertSettings} @click=${() => this.toggle()}>${silent ? bellOffIcon : bellIcon}</button>
      ${this.open ? this.#pane() : nothing}
    `
  }

  #pane(): TemplateResult {
    const { sound, volume } = this.settings
    return html`<div id="pane" class="pane" role="dialog" aria-label=${words().alertSettings} tabindex="-1">
      <h2>${words().alertSettings}</h2>
      <p class="quiet">${words().alertsForMe}</p>
      <label>${words().alertSound}
        <select class="field" @change=${this.#soundChosen}>
          ${alertSounds.map((one) => html`<option value=${one} ?selected=${one === sound}>${words().sounds[one]}</option>`)}
        </select>
      </label>
      <label>${words().volume}
        <input type="range" min="0" max="100" step="5" .value=${String(Math.round(volume * 100))} ?disabled=${sound === 'off'} @change=${this.#volumeChosen} />
      </label>
      <p class="buttons"><button class="button small" ?disabled=${sound === 'off'} @click=${() => emit(this, 'parley-try-sound', null)}>${words().testSound}</button></p>
      <section aria-label=${words().notifications}>
        <h3>${words().notifications}</h3>
        ${this.#leave()}
      </section>
    </div>`
  }

  #leave(): TemplateResult {
    switch (this.leave) {
      case 'missing':
        return html`<p class="quiet">${words().notificationsMissing}</p>`
      case 'denied':
        return html`<p class="quiet">${words().notificationsBlocked}</p>`
      case 'default':
        return html`<button class="button small" @click=${() => emit(this, 'parley-allow-notifications', null)}>${words().allowNotifications}</button>`
      case 'granted':
        return html`<label class="check"><input type="checkbox" .checked=${this.settings.notifications} @change=${this.#notificationsChosen} /> ${words().notificationsOn}</label>`
      default:
        return this.leave satisfies never
    }
  }

  #change(change: Partial<AlertSettings>): void {
    emit(this, 'parley-alert-settings', { ...this.settings, ...change })
  }

  #soundChosen(event: Event): void {
    const sound = alertSounds.find((one) => one === (event.target as HTMLSelectElement).value)
    if (sound !== undefined) this.#change({ sound })
    emit(this, 'parley-try-sound', null)
  }

  #volumeChosen(event: Event): void {
    this.#change({ volume: Number((event.target as HTMLInputElement).value) / 100 })
    emit(this, 'parley-try-sound', null)
  }

  #notificationsChosen(event: Event): void {
    this.#change({ notifications: (event.target as HTMLInputElement).checked })
  }

  static override styles = [
    baseStyles,
    controlStyles,
    popoverStyles,
    css`
      .pane {
        inset-inline: auto 0;
      }
      label.check {
        flex-direction: row;
        align-items: center;
        gap: 8px;
      }
      input[type='range'] {
        width: 100%;
        height: 24px;
        accent-color: var(--accent);
      }
    `,
  ]
}
