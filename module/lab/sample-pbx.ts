/** The PBX that the lab plays: the people, group, queue and numbers of Parley's first example. */
export const SAMPLE_PBX = {
  extensions: [
    { number: '101', name: 'Alice Adams' },
    { number: '102', name: 'Bob Brown' },
    { number: '103', name: 'Carol Clark' },
    { number: '104', name: 'Dave Davis' },
    { number: '105', name: 'Erin Evans' },
    { number: '106', name: 'Frank Fox' },
  ],
  ringGroup: { number: '600', name: 'Sales', strategy: 'ringall', members: ['101', '102', '103'] },
  queue: {
    number: '8000',
    name: 'Support Department',
    strategy: 'rrmemory',
    staticMembers: [
      { number: '101', penalty: 0 },
      { number: '102', penalty: 0 },
      { number: '103', penalty: 5 },
    ],
    /** Who may log in, by FreePBX's QPENALTY list; `loggedIn` is how the lab starts. */
    dynamicMembers: [
      { number: '104', penalty: 2, loggedIn: true },
      { number: '105', penalty: 3, loggedIn: false },
    ],
  },
  inboundRoutes: [
    { did: '16313808000', name: 'Support line', destination: 'ext-queues,8000,1' },
    { did: '6313808001', name: 'Sales line', destination: 'ext-group,600,1' },
  ],
  trunk: 'trunk1',
} as const

export type SampleExtension = (typeof SAMPLE_PBX.extensions)[number]

export function nameOf(number: string): string {
  const extension = SAMPLE_PBX.extensions.find((candidate) => candidate.number === number)
  if (extension === undefined) throw new Error(`The lab's PBX has no extension ${number}.`)
  return extension.name
}

/** As FreePBX writes it: the phone's state, do-not-disturb and presence in one hint. */
export const hintOf = (number: string): string =>
  `PJSIP/${number}&Custom:DND${number},CustomPresence:${number}`
