import { killContract } from './kill.contract.ts'

// Fifty times in test/live.
killContract(5)
