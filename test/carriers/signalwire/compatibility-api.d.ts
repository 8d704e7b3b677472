/** Its own types are out of reach of its package's exports; this is the part that is used. */
declare module '@signalwire/compatibility-api' {
  export const RestClient: {
    validateRequest(
      signingKey: string,
      signature: string,
      url: string,
      params: Readonly<Record<string, string>>,
    ): boolean
  }
}
