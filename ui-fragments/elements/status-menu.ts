import { css, html, nothing, type TemplateResult } from 'lit'
import type { MyQueueWire } from '../../module/contract/api/groups.ts'
import type { AgentState } from '../data/agent-state.ts'
import type { QueueAct } from '../data/api-client.ts'
import { meOnBoard } from '../data/my-status.ts'
import { toneOf } from '../data/presence-board.ts'
import { presenceWords } from '../data/presence-words.ts'
import { durationWords, timeOfDay } from '../data/time-words.ts'
import { words } from '../data/words/words.ts'
import { downIcon } from './icons.ts'
import { emit } from './panel-events.ts'
import { PopoverElement } from './popover.ts'
import { popoverStyles } from './popover-styles.ts'
import { baseStyles, controlStyles } from './theme.ts'

const absencesMs = [30, 60, 120, 240].map((minutes) => minutes * 60_000)

/** Who I am, what the PBX says of me, and what I say: away or there for messages, paused or not in each queue. */
export class StatusMenuElement extends PopoverElement {
  static override properties = { ...PopoverElement.properties, state: { attribute: false } }
  declare state: AgentState

  protected override render() {
    const { me, board } = this.state
    if (me === null || me.extension === null) return html`<span class="name">${me?.name ?? ''}</span>`
    const person = meOnBoard(board, me.extension)
    const said = this.#saidShortly()
    return html`
      <button class="me" aria-expanded=${this.open} aria-haspopup="dialog" aria-controls="pane" title=${words().myStatus} @click=${() => this.toggle()}>
        <span class="dot ${person === null ? 'unknown' : this.state.mine.status?.state === 'away' ? 'blocked' : toneOf(person)}" aria-hidden="true"></span>
        <span class="lines"><span class="name">${me.name}</span><span class="said">${said}</span></span>
        ${downIcon}
      </button>
      ${this.open ? this.#pane() : nothing}
    `
  }

  #saidShortly(): string {
    const { me, board, mine } = this.state
    if (mine.status?.state === 'away')
      return mine.status.reason === null
        ? words().presence.away
        : words().presence.awayFor(mine.status.reason)
    const person = me?.extension == null ? null : meOnBoard(board, me.extension)
    return person === null ? '' : presenceWords(person)
  }

  #pane(): TemplateResult {
    const { me, board, mine } = this.state
    const person = me?.extension == null ? null : meOnBoard(board, me.extension)
    return html`<div id="pane" class="pane" role="dialog" aria-label=${words().myStatus} tabindex="-1">
      <h2>${me?.name} <span class="quiet">${me?.extension}</span></h2>
      <p class="quiet">${person === null ? words().nothingFromPbx : words().pbxSaysOfMe(presenceWords({ ...person, away: false }))}</p>
      ${mine.problem === null ? nothing : html`<p class="callout danger" role="alert">${mine.problem}</p>`}
      <section aria-label=${words().forMessages}>
        <h3>${words().forMessages}</h3>
        ${mine.status?.state === 'away' ? this.#isAway() : this.#isThere()}
      </section>
      <section aria-label=${words().myQueues}>
        <h3>${words().myQueues}</h3>
        ${mine.queues.length === 0 ? html`<p class="quiet">${words().noQueues}</p>` : html`<ul>${mine.queues.map((queue) => this.#queue(queue))}</ul>`}
      </section>
    </div>`
  }

  #isAway(): TemplateResult {
    const { status, busy } = this.state.mine
    const until = status?.until ?? null
    return html`
      <p>${until === null ? words().awayForMessages : words().awayUntil(timeOfDay(until))}${status?.reason == null ? '' : `: ${status.reason}`}
        ${status?.by == null || status.by === this.state.me?.name ? nothing : html`<span class="quiet">(${words().awayBy(status.by)})</span>`}</p>
      <p class="buttons"><button class="button small primary" ?disabled=${busy === 'status'} @click=${() => emit(this, 'parley-status', { state: 'available' })}>${words().comeBack}</button></p>`
  }

  #isThere(): TemplateResult {
    return html`<form @submit=${this.#goAway}>
      <p class="quiet">${words().awayHint}</p>
      <label>${words().backAt}
        <select class="field" name="back">
          <option value="">${words().backByMyself}</option>
          ${absencesMs.map((ms) => html`<option value=${ms}>${words().backIn(durationWords(ms))}</option>`)}
        </select>
      </label>
      <label>${words().reasonOptional}<input class="field" name="reason" maxlength="100" autocomplete="off" /></label>
      <button class="button small" ?disabled=${this.state.mine.busy === 'status'}>${words().goAway}</button>
    </form>`
  }

  #queue(queue: MyQueueWire): TemplateResult {
    const { number, loggedIn, paused, pausedReason, membership } = queue
    const name = queue.name === '' ? number : queue.name
    const busy = this.state.mine.busy === `queue ${number}`
    const button = (act: QueueAct, said: string, whole: string) =>
      html`<button type="button" class="button small" aria-label=${whole} ?disabled=${busy} @click=${() => this.#act(number, act)}>${said}</button>`
    return html`<li class="queue">
      <span class="of"><span class="name">${name}</span><span class="quiet">${standing(loggedIn, paused, pausedReason)}</span></span>
      ${
        loggedIn && !paused
          ? html`<input class="field reason" data-queue=${number} maxlength="80" autocomplete="off" aria-label="${words().reasonOptional}: ${name}" placeholder=${words().reasonOptional} />`
          : nothing
      }
      <span class="buttons">
        ${loggedIn ? (paused ? button('unpause', words().resume, words().resumeIn(name)) : button('pause', words().pause, words().pauseIn(name))) : nothing}
        ${membership === 'static' ? nothing : loggedIn ? button('logout', words().logOut, words().logOutOf(name)) : button('login', words().logIn, words().logInTo(name))}
      </span>
    </li>`
  }

  #act(number: string, act: QueueAct): void {
    const field = this.renderRoot.querySelector<HTMLInputElement>(`input[data-queue="${CSS.escape(number)}"]`)
    const reason = act === 'pause' ? field?.value.trim() || null : null
    emit(this, 'parley-queue', { number, act, reason })
  }

  #goAway(event: SubmitEvent): void {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    const inMs = Number(form.get('back'))
    const reason = String(form.get('reason')).trim()
    emit(this, 'parley-status', {
      state: 'away',
      until: inMs > 0 ? new Date(Date.now() + inMs).toISOString() : null,
      reason: reason === '' ? null : reason,
    })
  }

  static override styles = [
    baseStyles,
    controlStyles,
    popoverStyles,
    css`
      .me {
        display: flex;
        align-items: center;
        gap: 9px;
        max-width: 100%;
        padding: 5px 8px;
        border-radius: 10px;
      }
      .me:hover {
        background: var(--hover);
      }
      .lines,
      .of {
        display: flex;
        flex-direction: column;
        min-width: 0;
        text-align: start;
      }
      .name {
        overflow: hidden;
        font-weight: 600;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .said {
        overflow: hidden;
        color: var(--muted);
        font-size: 12px;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      form {
        display: flex;
        flex-direction: column;
        align-items: flex-start;
        gap: 10px;
      }
      form label {
        width: 100%;
      }
      .queue {
        display: flex;
        flex-direction: column;
        gap: 6px;
        padding: 8px 0;
        border-top: 1px solid var(--line);
      }
      .field.reason {
        min-height: 32px;
        padding: 4px 9px;
        font-size: 13px;
      }
    `,
  ]
}

function standing(loggedIn: boolean, paused: boolean, reason: string | null): string {
  if (!loggedIn) return words().presence.notLoggedIn
  if (!paused) return words().loggedIn
  return reason === null || reason === '' ? words().presence.paused : words().presence.pausedFor(reason)
}
