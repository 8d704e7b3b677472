/** Signs that customers are written with, each with what it is found by, in English and German. */
const table = `😀grin lachen
😄smile lächeln
😁beam strahlen
😅relief schweiß
😂joy tränen lachen
🙂smile lächeln
😉wink zwinkern
😊happy froh
😇angel engel
🥰love liebe
😍hearts verliebt
😘kiss kuss
😋yummy lecker
😜silly albern
🤗hug umarmung
🤔think denken
🤝deal handschlag
🤐quiet still
😐neutral
🙄eyeroll augenrollen
😏smirk grinsen
😌calm ruhig
😴sleep schlafen
😷mask maske krank
🤒ill krank fieber
🤯mindblown umwerfend
🥳party feiern
😎cool
🤓nerd
😕confused verwirrt
🙁sad traurig
😮surprised erstaunt
😳flushed verlegen
🥺please bitte
😢cry weinen
😭sob heulen
😱scream schreck
😞disappointed enttäuscht
😩tired müde
😤huff schnauben
😠angry ärger
🤬swear fluchen
💪strong stark
👍yes good ja gut daumen
👎no bad nein schlecht
👌ok perfect perfekt
✌️victory sieg
🤞luck glück
🙏thanks please danke bitte
👏applause klatschen
🙌hooray hurra
👋hello bye hallo winken
👉right rechts
👈left links
👆up oben
👇down unten
☝️one eins
✋stop hand
🖐five fünf
🤙call anrufen
✍️write schreiben
👀look sehen
🧠brain gehirn
👤person
👥people leute
🙋question hand frage
🤷shrug schulterzucken
🤦facepalm
🙇sorry bow entschuldigung
💁help info hilfe
👷worker bauarbeiter
🧑‍💻computer support
🧑‍🔧mechanic techniker
👮police polizei
🧑‍⚕️doctor arzt
❤️heart love herz liebe
🧡orange herz
💛yellow gelb herz
💚green grün herz
💙blue blau herz
💜purple lila herz
🖤black schwarz herz
💔broken gebrochen herz
💯hundred hundert
💥boom
✨sparkle glanz neu
⭐star stern
🔥fire feuer
⚡power strom blitz
☀️sun sonne
🌤weather wetter
☁️cloud wolke
🌧rain regen
❄️snow schnee
🌈rainbow regenbogen
🌍world welt
🌸flower blume
🌹rose
🌳tree baum
🍀clover glück klee
🐶dog hund
🐱cat katze
🎉party feier glückwunsch
🎂birthday cake geburtstag kuchen
🎁gift geschenk
🎄christmas weihnachten
🏆trophy pokal
🥇first gold erster
⚽football fußball
🎵music musik
🍕pizza
🍔burger
🥗salad salat
🍎apple apfel
🍷wine wein
🍺beer bier
☕coffee kaffee
🍽restaurant essen
🏠home haus
🏢office büro
🏥hospital krankenhaus
🏪shop laden
🏨hotel
🚗car auto
🚕taxi
🚌bus
🚚delivery truck lieferung lkw
🚆train zug
✈️plane flug
🚲bicycle fahrrad
⛽fuel tanken
🅿️parking parken
📍place ort
🗺map karte
📦parcel package paket
📞phone telefon anruf
📱mobile handy
💻laptop
🖨printer drucker
🔑key schlüssel
🔒locked schloss
🔧tool werkzeug
🔨repair reparatur
💡idea idee
🔋battery akku
💬message nachricht
📧mail
📄document dokument
📎attachment anhang
📝note notiz
📅date calendar termin kalender
⏰time alarm zeit wecker
⏳wait warten
💰money geld
💳card payment karte zahlung
🧾receipt quittung rechnung
🛒cart einkauf
🏷price preis
✅done yes erledigt
☑️check haken
❌no wrong nein falsch
❗important wichtig
❓question frage
⚠️warning achtung
🚫forbidden verboten
ℹ️info
➡️next weiter
🔄again refresh wieder
🆗ok
🆕new neu
🆘help hilfe
🔔bell glocke
🔍search suche`

export interface Emoji {
  readonly sign: string
  readonly names: string
}

let known: readonly Emoji[] | null = null

/** All of them, or those of which a name begins so; taken apart at the first use. */
export function findEmoji(wanted: string): readonly Emoji[] {
  known ??= table.split('\n').map((line) => {
    const at = line.search(/[a-zäöü]/)
    return { sign: line.slice(0, at), names: line.slice(at) }
  })
  const start = wanted.trim().toLowerCase()
  return start === '' ? known : known.filter(({ names }) => ` ${names}`.includes(` ${start}`))
}
