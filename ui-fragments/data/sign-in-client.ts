import type { SignedInWire } from '../../module/contract/api/sign-in.ts'
import { ApiError, asApiError, errorOfAnswer } from './api-error.ts'

/** The ways in, as calls without a token. Each throws an `ApiError` whose sentence is fit to show. */
export class SignInClient {
  readonly #base: string

  constructor(base: string) {
    this.#base = base
  }

  sendCode = async (extension: string): Promise<void> => {
    await this.#post('sign-in/code', { extension })
  }

  byCode = (extension: string, code: string): Promise<SignedInWire> =>
    this.#post('sign-in', { extension, code }) as Promise<SignedInWire>

  byLink = (link: string): Promise<SignedInWire> =>
    this.#post('sign-in/link', { link }) as Promise<SignedInWire>

  async #post(path: string, body: object): Promise<unknown> {
    try {
      const answer = await fetch(new URL(`api/v1/${path}`, new URL(this.#base, document.baseURI)), {
        method: 'POST',
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify(body),
        cache: 'no-store',
        credentials: 'omit',
      })
      if (!answer.ok) throw await errorOfAnswer(answer)
      return await answer.json()
    } catch (error) {
      throw error instanceof ApiError ? error : asApiError(error)
    }
  }
}
