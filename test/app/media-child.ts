/** Fetches the files that wait in a database, to be killed meanwhile. Arguments: folder, trusted origin. */
import { startMediaBench } from './media-bench.ts'

const [folder = '', origin = ''] = process.argv.slice(2)
startMediaBench({ folder, origins: [origin] })
