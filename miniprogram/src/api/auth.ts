import { post } from './request'
import type { ScanOut } from './types'

export const lookAtScan = (code: string): Promise<ScanOut> => post('/auth/scans/look', { code })
export const confirmScan = (code: string): Promise<ScanOut> => post('/auth/scans/confirm', { code })
