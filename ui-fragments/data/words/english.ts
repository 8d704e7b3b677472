import { englishList } from './english-list.ts'
import { englishThread } from './english-thread.ts'

/** Everything that the agent panel says by itself, in English. What the server says comes as it is. */
export const english = {
  ...englishList,
  ...englishThread,
  // What surrounds all
  loading: 'Loading…',
  close: 'Close',
  cancel: 'Cancel',
  dismiss: 'Dismiss',
  you: 'you',
  isYou: '(you)',
  youSay: 'You:',
  note: 'Note',
  listAnd: (first: string, second: string) => `${first} and ${second}`,
  listMore: (first: string, second: string, more: number) => `${first}, ${second} and ${more} more`,

  // The panel
  messages: 'Messages',
  alerts: 'Alerts',
  allowNotifications: 'Allow notifications',
  loadingConversations: 'Loading your conversations…',
  offline: 'No connection to Parley. Trying again by itself; what you write is kept.',
  pbxSilent: 'The PBX is not answering. Messages still go; who is available is what the PBX said last.',
  openFromPortal: 'Open this panel from the PBX’s portal: the link there signs you in.',
  signInExpired:
    'Your sign-in has expired. Open this panel again from the PBX’s portal; nothing that you wrote is lost.',
  newForYou: 'New message for you',
  yoursNow: 'A conversation is yours now',
  newFrom: (what: string, whom: string) => `${what}: ${whom}`,
  transferredTo: (whom: string) => `Transferred to ${whom}`,

  // What the server could not be asked
  cantReach: 'Parley can’t be reached. Check the network; this is tried again by itself.',
  tooSlow: 'Parley did not answer in time. Try again.',
  strangeAnswer: (status: number) =>
    `Something between this page and Parley answered ${status} instead of it. Ask the PBX’s administrator to look at the proxy.`,

  // The list
  conversations: 'Conversations',
  whichConversations: 'Which conversations',
  channel: 'Channel',
  all: 'All',
  mine: 'Mine',
  unassigned: 'Unassigned',
  closed: 'Closed',
  everyChannel: 'Every channel',
  pinned: 'Pinned',
  muted: 'Muted',
  newForYouBadge: 'New for you',
  notRead: 'not read',
  noMessages: 'No messages yet',
  waiting: (howLong: string) => `Waiting ${howLong}`,
  noneByChannel: 'No conversations by this channel.',
  noneOpen: 'No open conversations. New ones appear here by themselves.',
  noneMine: 'Nothing is designated to you.',
  noneWaiting: 'Nobody is waiting.',
  noneClosed: 'Nothing is closed yet.',

  // A conversation
  conversation: 'Conversation',
  chooseConversation: 'Choose a conversation to read and answer it.',
  back: 'Back to the conversations',
  people: (count: number) => `People (${count})`,
  designatedIs: 'Designated:',
  nobodyDesignated: 'Nobody is designated. Your reply takes this conversation.',
  otherDesignated: (name: string, extension: string) =>
    `${name} (${extension}) is designated. You may reply; that does not change.`,
  writing: (who: string, several: boolean) => `${who} ${several ? 'are' : 'is'} writing…`,
  looking: (who: string, several: boolean) => `${who} ${several ? 'are' : 'is'} looking at this.`,
  pbxSaidLast: 'The PBX is not answering. This is what it said last.',
  noMembers: 'This group has no members that can be shown.',
  designated: 'Designated',

  // Its messages
  loadingMessages: 'Loading messages…',
  olderMessages: 'Show older messages',
  newMessages: 'New messages',
  noteNotSent: 'Note, not sent to the customer',
  wayTo: (channel: string, did: string) => `${channel} to ${did}`,
  wayFrom: (channel: string, did: string) => `${channel} from ${did}`,
  sendAgain: 'Send again',
  notSent: 'Not sent',
  sending: 'Sending',
  tryAgain: 'Try again',
  edit: 'Edit',
  discard: 'Discard',
  pageClosed: 'This page was closed before Parley confirmed it.',
  delivery: {
    queued: 'Waiting to be sent',
    sending: 'Sending',
    accepted: 'Handed over',
    sent: 'Sent',
    delivered: 'Delivered',
    read: 'Read',
    failed: 'Not sent',
    unknown: 'Nobody can say whether it was sent',
  },

  // What was decided
  whyMe: 'Why me?',
  why: (whom: string) => `Why ${whom}?`,
  whyNobody: 'Why nobody?',
  transferredBy: (whom: string, by: string) => `Transferred to ${whom} by ${by}`,
  unassignedBy: (by: string) => `Made unassigned by ${by}`,
  reassignedBy: (whom: string, by: string) => `Reassigned to ${whom} by ${by}`,
  takenBy: (by: string) => `Taken by ${by}`,
  takenByReply: (by: string) => `Taken by ${by} with a reply`,
  leftNobody: 'The designated agent left the group; nobody is designated',
  leftDesignated: (whom: string) => `The designated agent left the group; designated to ${whom}`,
  nobodyAvailable: 'Nobody could be designated: it waits for all members',
  designatedTo: (whom: string) => `Designated to ${whom}`,
  designatedBecause: (whom: string, reason: string) => `Designated to ${whom} because: ${reason}`,
  everyoneConsidered: 'Everyone who was considered',
  member: 'Member',
  atThatMoment: 'At that moment',
  result: 'Result',
  available: 'Available',
  notAvailable: 'Not available',
  whenBy: (when: string, by: string) => `${when}, by ${by}`,

  // What may be done
  moreActions: 'More actions',
  transferHandler: 'Transfer Handler',
  take: 'Take',
  reopen: 'Reopen',
  closeConversation: 'Close conversation',
  pin: 'Pin',
  unpin: 'Unpin',
  mute: 'Mute',
  unmute: 'Unmute',
  isClosed: 'This conversation is closed. Reopen it first.',
  isClosedAlready: 'This conversation is closed already.',
  isOpen: 'This conversation is open.',
  agentsOnly: 'Only an agent with an extension can do this.',
  unanswerable: (address: string) => `${address} is a name, not a number, so it can’t be answered.`,
  optedOut:
    'The customer opted out of messages from this number. A START from the customer allows them again.',
  nobodyIsDesignated: 'Nobody is designated.',
  takeItFirst: 'Nobody is designated. Take it first.',
  onlyDesignated: (name: string, extension: string) =>
    `Only the designated agent can do this, and that is ${name} (${extension}).`,
  designatedAlready: 'You are the designated agent already.',
  isDesignated: (name: string, extension: string) => `${name} (${extension}) is designated.`,

  // Transfer
  transferHint:
    'The new agent keeps this conversation. What was said stays; later messages go to the new agent.',
  searchMembers: 'Search members',
  newAgent: 'New agent',
  nobodyElse: 'Nobody else is a member of this group.',
  noMemberMatches: 'No member matches.',
  noteHint: 'optional; the group sees it, the customer does not',
  confirm: 'CONFIRM',
  unavailableNow: (name: string, summary: string) =>
    `${name} is not available now (${summary}). The conversation is handed over all the same and waits for ${name}.`,

  // The composer
  reply: 'Reply',
  writeReply: 'Write a reply',
  send: 'Send',
  sendEnter: 'Send (Enter)',
  keys: 'Enter sends, Shift+Enter breaks the line, / finds a canned reply',
  writeNote: 'Write a note',
  writeNoteTo: 'Write a note to your colleagues',
  saveNote: 'Save the note',
  saveNoteEnter: 'Save the note (Enter)',
  replyInstead: 'Reply instead',
  noteIsFor: 'A note is for colleagues and is not sent to the customer',
  cannedReplies: 'Canned replies',
  noCanned: 'No canned reply begins so.',
  characters: (count: number) => `${count} ${count === 1 ? 'character' : 'characters'}`,
  segments: (count: number) => `${count} ${count === 1 ? 'SMS segment' : 'SMS segments'}`,
  unicodeHalves: 'emoji and some letters halve what a segment holds',

  // Times
  today: 'Today',
  yesterday: 'Yesterday',
  underAMinute: 'under 1 min',
  minutes: (count: number) => `${count} min`,
  hours: (count: number) => `${count} h`,
  days: (count: number) => `${count} ${count === 1 ? 'day' : 'days'}`,
}

/** What every language has to say; a translation that lacks something, or has too much, does not compile. */
export type Words = typeof english
