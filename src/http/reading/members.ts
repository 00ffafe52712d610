/** The names of the members that may stand in the query instead of the body: all but the examples and inputs. */
import { adaptSettings, moreExamplesSettings, predictSettings } from '../schemas.js'

export const adaptMembers: ReadonlySet<string> = new Set(Object.keys(adaptSettings.shape))
export const moreExamplesMembers: ReadonlySet<string> = new Set(Object.keys(moreExamplesSettings.shape))
export const predictMembers: ReadonlySet<string> = new Set(Object.keys(predictSettings.shape))
