import { chdbMissing } from '../../test/store/chdb-missing.ts'
import { killContract } from './kill.contract.ts'

// A hundred times in test/live.
killContract(4, chdbMissing)
