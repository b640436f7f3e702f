import { killContract } from '../../diagnosis/alerts/kill.contract.ts'

killContract(100)
