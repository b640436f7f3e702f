import { killContract } from '../../diagnosis/alerts/kill.contract.ts'
import { chdbMissing } from '../store/chdb-missing.ts'

killContract(100, chdbMissing)
