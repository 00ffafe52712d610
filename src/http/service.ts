/** The routes that adapt and predict, and those about what has been adapted. */
import express, { type RequestHandler } from 'express'
import { type AdaptParts, adaptRoute, addExamplesRoute } from './adapt-route.js'
import { type AdaptationParts, deleteRoute, getRoute, listRoute } from './adaptation-routes.js'
import { onlyMethods } from './methods.js'
import { modelRoute, modelsRoute } from './model-routes.js'
import { noQuery } from './no-query.js'
import { type PredictRouteParts, predictRoute } from './predict-route.js'
import { type SampleRequests, sampleRoute } from './sample-route.js'

export type Service = RequestHandler

export interface ServiceParts extends AdaptParts, PredictRouteParts, AdaptationParts {
  /** Undefined: there are none for the default model. */
  readonly samples: SampleRequests | undefined
}

export function createService(parts: ServiceParts): Service {
  const { models, samples } = parts
  const router = express.Router({ caseSensitive: true })
  router.route('/predict').post(predictRoute(parts)).all(onlyMethods('POST'))
  router.route('/adapt').post(adaptRoute(parts)).all(onlyMethods('POST'))
  router.route('/adaptations').get(listRoute(parts)).all(onlyMethods('GET, HEAD'))
  router
    .route('/adaptations/:id')
    .all(noQuery)
    .get(getRoute(parts))
    .delete(deleteRoute(parts))
    .all(onlyMethods('GET, HEAD, DELETE'))
  router.route('/adaptations/:id/examples').post(addExamplesRoute(parts)).all(onlyMethods('POST'))
  router.route('/models').get(noQuery, modelsRoute(models)).all(onlyMethods('GET, HEAD'))
  router.route('/models/:name').get(noQuery, modelRoute(models)).all(onlyMethods('GET, HEAD'))
  router.route('/samples/adapt.json').get(sampleRoute(samples?.adapt)).all(onlyMethods('GET, HEAD'))
  router.route('/samples/predict.json').get(sampleRoute(samples?.predict)).all(onlyMethods('GET, HEAD'))
  return router
}
