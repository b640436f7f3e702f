import { ClickHouseError } from '@clickhouse/client'

/**
 * ClickHouse's codes for "these rows can never be inserted": texts, numbers and dates that it cannot read
 * or that do not fit, and rows that would be spread over too many partitions. Anything else (no answer, no
 * memory, too many parts, a missing table, no rights) passes or is corrected by somebody, so it is waited for.
 */
const rowCodes = new Set([
  '6', // CANNOT_PARSE_TEXT
  '25', // CANNOT_PARSE_ESCAPE_SEQUENCE
  '26', // CANNOT_PARSE_QUOTED_STRING
  '27', // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  '38', // CANNOT_PARSE_DATE
  '41', // CANNOT_PARSE_DATETIME
  '69', // ARGUMENT_OUT_OF_BOUND
  '70', // CANNOT_CONVERT_TYPE
  '72', // CANNOT_PARSE_NUMBER
  '117', // INCORRECT_DATA
  '131', // TOO_LARGE_STRING_SIZE
  '252', // TOO_MANY_PARTS, see below
  '321', // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  '407', // DECIMAL_OVERFLOW
])

/** Whether the store refuses what is in the rows, so that the same rows will be refused for ever. */
export function isAboutTheRows(error: unknown): boolean {
  if (!(error instanceof ClickHouseError) || !rowCodes.has(error.code)) return false
  // One code for two things: a table that must merge first, and rows of too many partitions.
  return error.code !== '252' || /max_partitions_per_insert_block/.test(error.message)
}

/** A fault of ours that this batch brings to light: it must not hold up all that come behind it. */
export function isBug(error: unknown): boolean {
  return (
    error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError
  )
}
