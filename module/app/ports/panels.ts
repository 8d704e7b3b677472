import type { Extension } from '../../domain/ids.ts'
import type { Unsubscribe } from './ambient.ts'

/** Which agents have a panel open now. */
export interface Panels {
  isOpen(extension: Extension): boolean
  onChanged(listener: () => void): Unsubscribe
}
