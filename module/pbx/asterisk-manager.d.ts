/** The part of asterisk-manager 0.2.0 that its worker uses; the package brings no types. */
declare module 'asterisk-manager' {
  type Item = Readonly<Record<string, unknown>>
  interface Manager {
    on(event: 'rawevent', listener: (item: Item) => void): void
    on(event: 'error', listener: (error: Error & { code?: string }) => void): void
    on(event: 'close', listener: () => void): void
    listeners(event: 'rawevent'): ((item: Item) => void)[]
    removeAllListeners(event: 'rawevent'): void
    connect(port: number, host: string, callback: () => void): void
    login(callback: (refusal: Item | undefined) => void): void
    action(headers: Record<string, string>): string
  }
  /** With a null port it connects only when told to. */
  export default function createManager(
    port: null,
    host: string,
    username: string,
    secret: string,
    events: boolean,
  ): Manager
}
