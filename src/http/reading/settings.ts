/** The members that may stand in the query: all but the examples and inputs themselves. */
import { adaptRequest, moreExamplesRequest, predictRequest } from '../schemas.js'

/** For forms, whose parts are the examples and inputs. */
export const adaptForm = adaptRequest.omit({ examples: true })
export const moreExamplesForm = moreExamplesRequest.omit({ examples: true })
export const predictForm = predictRequest.omit({ inputs: true })

export const adaptSettings: ReadonlySet<string> = new Set(Object.keys(adaptForm.shape))
export const moreExamplesSettings: ReadonlySet<string> = new Set(Object.keys(moreExamplesForm.shape))
export const predictSettings: ReadonlySet<string> = new Set(Object.keys(predictForm.shape))
