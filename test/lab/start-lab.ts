import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type AsteriskInstance,
  AsteriskStartFailed,
  startAsterisk,
} from '../../module/lab/asterisk-instance.ts'
import { prepareAsterisk } from '../../module/lab/asterisk-prefix.ts'
import { freePorts } from '../../module/lab/free-ports.ts'
import { SoftPhone } from '../../module/lab/soft-phone.ts'
import { TrunkPeer } from '../../module/lab/trunk-peer.ts'

export interface Lab {
  readonly pbx: AsteriskInstance
  /** The carrier at the far end of `trunk1`. */
  readonly carrier: TrunkPeer
  /** A registered phone of an extension; closed with the test. */
  phone(extension: string): Promise<SoftPhone>
}

/** What of a test the lab needs: where to say goodbye. */
export interface Teardown {
  teardown(callback: () => Promise<void> | void): void
}

const ATTEMPTS = 3

/** A sample PBX of the test's own, on free ports and in a temporary folder; both are gone after the test. */
export async function startLab(t: Teardown): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-lab-'))
  t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const { pbx, carrier } = await bringUp(folder)
  t.teardown(() => pbx.kill9())
  t.teardown(() => carrier.close())
  return {
    pbx,
    carrier,
    async phone(extension) {
      const phone = await SoftPhone.open({
        extension,
        password: pbx.credentials.phones[extension] ?? '',
        pbx: { host: '127.0.0.1', port: pbx.sipPort },
      })
      t.teardown(() => phone.close())
      await phone.register()
      return phone
    },
  }
}

/** Another process may take a port between our look and Asterisk's start: then others are tried. */
async function bringUp(folder: string): Promise<Pick<Lab, 'pbx' | 'carrier'>> {
  const prefix = await prepareAsterisk({ onProgress: (sentence) => process.stderr.write(`${sentence}\n`) })
  for (let attempt = 1; ; attempt += 1) {
    const ports = await freePorts()
    const carrier = await TrunkPeer.open({ pbx: { host: '127.0.0.1', port: ports.sip } })
    try {
      const pbx = await startAsterisk({ prefix, folder, ports, trunkPeer: carrier.address })
      return { pbx, carrier }
    } catch (error) {
      carrier.close()
      const again = error instanceof AsteriskStartFailed && error.portTaken && attempt < ATTEMPTS
      if (!again) throw error
    }
  }
}
