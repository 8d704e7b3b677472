import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Config, completeConfig, putEnvironment } from '../config.ts'
import { asCarrierId, asGroupNumber, asPbxId, asRuleId } from '../domain/ids.ts'
import { ruleDefaults } from '../domain/rules/rules.ts'
import { type AsteriskInstance, startAsterisk } from '../lab/asterisk-instance.ts'
import type { AsteriskPrefix } from '../lab/asterisk-prefix.ts'
import { startCustomerPhone } from '../lab/customer-phone.ts'
import { freeTcpPortFrom, usualPorts } from '../lab/free-ports.ts'
import { keepRunning } from '../lab/keep-running.ts'
import { SAMPLE_PBX } from '../lab/sample-pbx.ts'
import { SoftPhone } from '../lab/soft-phone.ts'
import { TrunkPeer } from '../lab/trunk-peer.ts'
import type { Sidecar } from '../wiring.ts'

/** Phones that are switched on; the others show what an absent agent looks like. */
const registered = ['101', '102', '104']
const usualTrunkPort = 5070
const firstHttpPort = 8077
const firstCustomerPort = 8078

export interface SamplePbx {
  readonly asterisk: AsteriskInstance
  readonly config: Config
  readonly trunkPeer: string
  readonly customerUrl: string
  close(): Promise<void>
}

interface SamplePbxOptions {
  readonly prefix: AsteriskPrefix
  /** Holds Asterisk's data and Parley's. */
  readonly folder: string
  /** Of it counts what concerns no PBX, such as PARLEY_HTTP_PORT. */
  readonly env: NodeJS.ProcessEnv
  say(sentence: string): void
}

/** A whole PBX to try Parley on: Asterisk, a carrier's end of a trunk, phones, and a customer's phone page. */
export async function startSamplePbx({ prefix, folder, env, say }: SamplePbxOptions): Promise<SamplePbx> {
  const closers: (() => Promise<void> | void)[] = []
  const close = async () => {
    for (const step of closers.splice(0).reverse()) await step()
  }
  try {
    const ports = await usualPorts()
    const pbx = { host: '127.0.0.1', port: ports.sip }
    const peer = await openTrunkPeer(pbx)
    closers.push(() => peer.close())
    const asterisk = await startAsterisk({
      prefix,
      folder: join(folder, 'asterisk'),
      ports,
      trunkPeer: peer.address,
    })
    closers.push(() => asterisk.stop())
    const kept = keepRunning(asterisk, { say })
    closers.push(() => kept.stop())
    const customer = await startCustomerPhone({ peer, port: await freeTcpPortFrom(firstCustomerPort) })
    closers.push(() => customer.close())
    const phones = await Promise.all(registered.map((extension) => startPhone(extension, pbx, asterisk)))
    closers.push(async () => {
      for (const phone of phones) {
        await phone.unregister()
        phone.close()
      }
    })
    const namesFile = join(folder, 'names.json')
    await writeFile(namesFile, JSON.stringify(sampleNames, null, 2))
    const settings = {
      pbx: {
        ami: { host: '127.0.0.1', port: asterisk.amiPort, ...asterisk.credentials.ami },
        ari: {
          url: `http://127.0.0.1:${asterisk.httpPort}`,
          username: asterisk.credentials.ari.username,
          password: asterisk.credentials.ari.secret,
        },
        spoolFolder: asterisk.spoolFolder,
        sipDomain: '127.0.0.1',
        namesFile,
      },
      http: { port: await freeTcpPortFrom(firstHttpPort) },
      logLevel: 'warn',
    }
    putEnvironment(settings, env, { pbxIsGiven: true })
    return {
      asterisk,
      config: completeConfig({ ...settings, dataFolder: folder }, process.cwd()),
      trunkPeer: `${peer.address.host}:${peer.address.port}`,
      customerUrl: customer.url,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** The carrier's end of the trunk: on its usual port, or on any where somebody else has that. */
async function openTrunkPeer(pbx: { host: string; port: number }): Promise<TrunkPeer> {
  try {
    return await TrunkPeer.open({ pbx, port: usualTrunkPort })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return TrunkPeer.open({ pbx })
  }
}

/** What the FreePBX module would write. */
export const sampleNames = {
  groups: [
    { kind: 'queue', number: SAMPLE_PBX.queue.number, name: SAMPLE_PBX.queue.name },
    { kind: 'ring-group', number: SAMPLE_PBX.ringGroup.number, name: SAMPLE_PBX.ringGroup.name },
  ],
  dids: SAMPLE_PBX.inboundRoutes.map(({ did, name }) => ({ did, name })),
  portalUsers: SAMPLE_PBX.extensions.map(({ number, name }) => ({ id: number, name, extensions: [number] })),
}

async function startPhone(
  extension: string,
  pbx: { host: string; port: number },
  asterisk: AsteriskInstance,
): Promise<SoftPhone> {
  const password = asterisk.credentials.phones[extension] ?? ''
  const phone = await SoftPhone.open({ extension, password, pbx })
  await phone.register()
  return phone
}

/** The trunk and the rule of the first example; what somebody changed since is left alone. */
export async function installSampleRule({ store, carriers }: Sidecar): Promise<void> {
  if (store.carriers().length === 0) {
    await carriers.save({
      id: asCarrierId(SAMPLE_PBX.trunk),
      kind: 'sip-message',
      name: 'SIP trunk',
      enabled: true,
      settings: { trunk: SAMPLE_PBX.trunk, fromHost: '127.0.0.1' },
      secrets: {},
    })
  }
  if (store.ruleSet().rules.length > 0) return
  await store.saveRule({
    id: asRuleId('01920000-0000-7000-8000-000000000001'),
    name: 'Support',
    position: 0,
    enabled: true,
    dids: [{ kind: 'number', value: '+16313808000' }],
    channels: null,
    ...ruleDefaults,
    destination: { pbxId: asPbxId('main'), kind: 'queue', number: asGroupNumber(SAMPLE_PBX.queue.number) },
  })
}
