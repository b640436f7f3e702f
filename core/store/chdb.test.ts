import { describe } from 'vitest'
import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { storeConfig, temporaryPath } from './config.ts'
import { openStore } from './open.ts'
import { storeContract } from './store.contract.ts'

describe.skipIf(chdbMissing)('embedded', () => {
  storeContract('chDB', () => openStore(storeConfig.parse({ kind: 'chdb', path: temporaryPath })))
})
