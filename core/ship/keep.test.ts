import { keepContract } from './keep.contract.ts'
import { keepInMemory } from './keep.ts'

keepContract('memory', () => keepInMemory(1_000_000))
