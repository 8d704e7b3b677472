import { css, html, nothing, type TemplateResult } from 'lit'
import type { CarrierWire, RawEventWire } from '../../module/contract/api/carriers.ts'
import { fullTime } from '../data/time-words.ts'
import { AdminDialog } from './admin-section.ts'
import { adminStyles } from './admin-styles.ts'
import { baseStyles, controlStyles, dialogStyles } from './theme.ts'

/** A carrier's calls that could not be read. Their words are masked until somebody asks, which the log keeps. */
export class CarrierCallsElement extends AdminDialog {
  static override properties = {
    carrier: { attribute: false },
    calls: { state: true },
    whole: { state: true },
  }
  declare carrier: CarrierWire
  declare calls: readonly RawEventWire[] | null
  declare whole: ReadonlyMap<number, string>

  constructor() {
    super()
    this.calls = null
    this.whole = new Map()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    void this.attempt(async () => {
      this.calls = await this.session.admin.rawEvents(this.carrier.id)
    })
  }

  protected override render() {
    return this.frame(
      `What ${this.carrier.name} sent and nobody could read`,
      html`<div class="body">
        ${this.problemLine()}
        ${this.calls === null && this.problem === null ? html`<p class="muted">Reading…</p>` : nothing}
        ${this.calls?.length === 0 ? html`<p class="empty">Every call was understood.</p>` : nothing}
        ${(this.calls ?? []).map((call) => this.#call(call))}
      </div>`,
      'wide',
    )
  }

  #call({ n, at, reason, contentType, byteLength, body }: RawEventWire): TemplateResult {
    const whole = this.whole.get(n)
    return html`<article>
      <h3>${reason}</h3>
      <p class="muted"><time datetime=${at}>${fullTime(at)}</time> · ${contentType ?? 'no content type'} · ${byteLength} bytes</p>
      <pre class="mono" tabindex="0" role="group" aria-label="Body">${whole ?? body}</pre>
      ${whole === undefined ? html`<p><button class="button small" ?disabled=${this.busy} @click=${() => this.#reveal(n)}>Show its words</button> <span class="muted">The audit log will say that you looked.</span></p>` : nothing}
    </article>`
  }

  async #reveal(n: number): Promise<void> {
    await this.attempt(async () => {
      const { body } = await this.session.admin.rawEvent(this.carrier.id, n)
      this.whole = new Map(this.whole).set(n, body)
    })
  }

  static override styles = [
    baseStyles,
    controlStyles,
    dialogStyles,
    adminStyles,
    css`
      article + article {
        padding-top: 12px;
        border-top: 1px solid var(--line);
      }
      h3 {
        font-weight: 600;
      }
      pre {
        max-height: 220px;
        margin: 6px 0;
        padding: 8px 10px;
        border-radius: 8px;
        background: var(--sunken);
        white-space: pre-wrap;
        overflow: auto;
      }
    `,
  ]
}
