import type { englishList } from './english-list.ts'

export const germanList: typeof englishList = {
  anyShort: 'Jeder',
  everyGroup: 'Jede Gruppe',
  group: 'Gruppe',
  searchEverything: 'Nachrichten, Namen, Nummern suchen',
  clearSearch: 'Suche löschen',
  searching: 'Wird gesucht …',
  nothingFound: (text) => `Zu „${text}“ wurde nichts gefunden.`,
  searchHint: 'Wörter werden nach ihrem Anfang gefunden, Nummern nach drei beliebigen Ziffern.',
  searchFailed: 'Die Suche ist fehlgeschlagen.',
  foundCount: (count, more) => `${count}${more ? ' oder mehr' : ''} Treffer`,
  inMessages: 'Nachrichten',
  inConversations: 'Unterhaltungen',
  noteHit: 'Notiz:',
  countFull: 'über 999',

  myStatus: 'Mein Status',
  forMessages: 'Für Nachrichten',
  availableForMessages: 'Verfügbar',
  awayForMessages: 'Abwesend',
  awayUntil: (when) => `Abwesend bis ${when}`,
  awayBy: (name) => `gesetzt von ${name}`,
  awayHint: 'Neue Unterhaltungen gehen an andere. Anrufe und Warteschlangen bleiben, wie sie sind.',
  backAt: 'Zurück',
  backByMyself: 'Wenn ich es sage',
  backIn: (duration) => `In ${duration}`,
  reason: 'Grund',
  reasonOptional: 'Grund (freiwillig)',
  goAway: 'Abwesend melden',
  comeBack: 'Ich bin zurück',
  myQueues: 'Meine Warteschlangen',
  noQueues: 'Sie sind in keiner Warteschlange.',
  pauseIn: (queue) => `In ${queue} pausieren`,
  resumeIn: (queue) => `In ${queue} weitermachen`,
  logInTo: (queue) => `An ${queue} anmelden`,
  logOutOf: (queue) => `Von ${queue} abmelden`,
  pause: 'Pausieren',
  resume: 'Weitermachen',
  logIn: 'Anmelden',
  logOut: 'Abmelden',
  loggedIn: 'Angemeldet',
  pbxSaysOfMe: (state) => `Die Telefonanlage sagt: ${state}`,
  nothingFromPbx: 'Die Telefonanlage sagt nichts über Sie',

  presence: {
    unknown: 'Unbekannt: Die Telefonanlage antwortet nicht',
    notLoggedIn: 'Nicht angemeldet',
    dnd: 'Bitte nicht stören',
    paused: 'Pause',
    pausedFor: (reason) => `Pause: ${reason}`,
    awayFor: (reason) => `Für Nachrichten abwesend: ${reason}`,
    away: 'Für Nachrichten abwesend',
    onCall: 'Im Gespräch',
    onHold: 'Gespräch gehalten',
    ringing: 'Es klingelt',
    wrapUp: 'Nachbearbeitung',
    available: 'Verfügbar',
    phoneOnly: 'Nur am Telefon',
    offline: 'Nicht erreichbar',
    panelClosed: 'Seite geschlossen',
    penalty: (penalty) => `Nachrang ${penalty}`,
  },

  alertSettings: 'Hinweise',
  alertsForMe: 'Nur was für Sie ist, macht einen Ton, was für andere ist, nie.',
  alertSound: 'Ton',
  sounds: { chime: 'Klang', drop: 'Tropfen', bell: 'Glocke', off: 'Kein Ton' },
  volume: 'Lautstärke',
  testSound: 'Anhören',
  notifications: 'Benachrichtigungen des Browsers',
  notificationsOn: 'Erlaubt',
  notificationsBlocked:
    'Der Browser sperrt sie. Erlauben Sie sie in den Einstellungen dieser Seite, neben ihrer Adresse.',
  notificationsMissing: 'Dieser Browser hat hier keine: Sie brauchen eine Adresse mit https.',
  missedOne:
    'Eben ist Ihnen eine Nachricht entgangen. Soll der Browser Bescheid geben, wenn Sie woanders sind?',
  notNow: 'Jetzt nicht',

  refusals: {
    'not-found': 'Das gibt es nicht mehr, oder es ist nicht für Sie.',
    'not-designated': (who) =>
      who === null
        ? 'Für diese Unterhaltung ist niemand zuständig. Übernehmen Sie zuerst.'
        : `Das kann nur, wer zuständig ist: ${who}.`,
    'already-designated': (who) =>
      who === null ? 'Es ist schon jemand zuständig.' : `${who} ist schon zuständig.`,
    'stale-version':
      'Diese Unterhaltung hat sich inzwischen geändert. Sehen Sie nach und wiederholen Sie, was Sie noch wollen.',
    'not-a-member': 'Diese Person gehört nicht zur Gruppe. Wählen Sie eines ihrer Mitglieder.',
    'no-way-back': 'Von diesem Kunden kam noch nichts; es gibt keine Nummer für eine Antwort.',
    'empty-message': 'Schreiben Sie zuerst etwas: Die Nachricht ist leer.',
    'conversation-closed': 'Diese Unterhaltung ist beendet. Öffnen Sie sie zuerst wieder.',
    'not-an-agent':
      'Sie haben in dieser Sitzung keine Nebenstelle: Sie können lesen, aber nicht antworten, übernehmen oder übergeben.',
    'time-is-past': 'Diese Zeit ist vorbei. Wählen Sie eine spätere oder keine.',
    'not-logged-in': 'Sie sind an dieser Warteschlange nicht angemeldet. Melden Sie sich zuerst an.',
    'always-logged-in':
      'Sie gehören fest zu dieser Warteschlange und können sich nicht an- oder abmelden. Pausieren Sie stattdessen.',
    'pbx-away': 'Die Telefonanlage antwortet nicht. Versuchen Sie es gleich noch einmal.',
    'pbx-unsure':
      'Die Telefonanlage hat nicht rechtzeitig geantwortet. Sehen Sie nach, ob es geschehen ist, und versuchen Sie es sonst noch einmal.',
    'not-a-supervisor': 'Das kann nur, wer diese Gruppe leitet oder verwaltet.',
    'same-group': 'Die Unterhaltung gehört schon zu dieser Gruppe.',
    'internal-error':
      'Parley konnte das nicht tun. Versuchen Sie es noch einmal; das Protokoll sagt, was geschah.',
  },
}
