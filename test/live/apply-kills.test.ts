import { killContract } from '../../operations/kill.contract.ts'

killContract(100)
