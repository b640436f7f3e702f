import { killContract } from './kill.contract.ts'

// A hundred times in test/live.
killContract(8)
