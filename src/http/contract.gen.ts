/** Generated from openapi.yaml by `npm run generate`; do not edit. */
export interface paths {
    "/adapt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Adapt to a few labelled examples
         * @description Keeps the adapted model under `id` until it has to make room for newer ones. The same id again replaces the
         *     model and counts `version` up; who predicts in the meantime gets the old or the new one, never a mix. The same
         *     request with the same `seed` gives the same model.
         */
        post: operations["adapt"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/predict": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask an adapted model
         * @description Answers every input by itself: what else is asked in the same request, or by others at the same time, never
         *     changes an answer.
         */
        post: operations["predict"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether to send requests here
         * @description Every model is loaded, compiled and warm when this says yes; it says no as soon as the server drains.
         */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/samples/adapt.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A request for POST /adapt to try the default model with
         * @description The examples are drawn, or computed, by the server.
         */
        get: operations["adaptSample"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/samples/predict.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A request for POST /predict that follows the sample of POST /adapt */
        get: operations["predictSample"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AdaptRequest: {
            /** @description The initialization to start from. The server's default is DEFAULT_MODEL. */
            model?: string;
            id?: components["schemas"]["AdaptationId"];
            /**
             * @description For a model that classifies: examples with a `label`, of 2 to 100 different labels. For a model that
             *     regresses: examples with a `target`. At most 500 by default.
             */
            examples: components["schemas"]["Example"][];
            /** @description Gradient steps. Comes from the model where not given; at most 1000 by default. */
            steps?: number;
            /** @description Of the gradient steps. Comes from the model where not given. */
            learningRate?: number;
            /** @description Seeds the order in which the examples are drawn. 1 where not given. */
            seed?: number;
        };
        /**
         * @description The name of your model: letters, digits, `.`, `_` and `-`, the first a letter or digit, at most 128 of them. One
         *     is made where not given.
         */
        AdaptationId: string;
        Example: components["schemas"]["LabelledExample"] | components["schemas"]["TargetExample"];
        LabelledExample: {
            /** @description Any text, at most 200 characters by default. */
            label: string;
            input: components["schemas"]["Input"];
        };
        TargetExample: {
            /** @description The values to answer with, as many as the model's output has. */
            target: number[];
            input: components["schemas"]["Input"];
        };
        Input: components["schemas"]["ImageInput"] | components["schemas"]["ValuesInput"];
        ImageInput: {
            /**
             * @description A PNG, JPEG, WebP, GIF, TIFF or AVIF file in base64; a data URL is taken too. Any size up to 16 million pixels
             *     by default: it is fitted into the model's input and padded. Models of drawings take dark ink on light
             *     paper and light ink on dark paper alike.
             */
            image: string;
        };
        ValuesInput: {
            /**
             * @description The model's input itself, row by row (and channel by channel within a pixel). For a model of drawings 1 is
             *     ink and 0 is paper.
             */
            values: number[];
        };
        AdaptResponse: {
            id: components["schemas"]["AdaptationId"];
            model: string;
            /** @description Counts up each time this id is adapted. */
            version: number;
            /** @description In order of their first appearance. Empty for regression. */
            labels: string[];
            examples: number;
            steps: number;
            learningRate: number;
            seed: number;
            /** @description The loss of each step's mini-batch before the step. */
            losses: number[];
            /** @description The memory the adapted model takes in the server. */
            bytes: number;
            timing: components["schemas"]["Timing"];
        };
        PredictRequest: {
            id: components["schemas"]["AdaptationId"];
            /** @description At most 1000 by default. */
            inputs: components["schemas"]["Input"][];
            /** @description How many of the best labels to list in `scores`. 5 where not given. */
            topK?: number;
        };
        PredictResponse: {
            id: components["schemas"]["AdaptationId"];
            model: string;
            /** @description Of the adaptation that answered. */
            version: number;
            predictions: components["schemas"]["Prediction"][];
            timing: components["schemas"]["Timing"];
        };
        Prediction: components["schemas"]["LabelPrediction"] | components["schemas"]["ValuesPrediction"];
        LabelPrediction: {
            /** @description The best label. */
            label: string;
            confidence: components["schemas"]["Confidence"];
            /** @description The `topK` best labels, the best first. */
            scores: components["schemas"]["Score"][];
        };
        Score: {
            label: string;
            confidence: components["schemas"]["Confidence"];
        };
        /** @description The probability the model gives to a label; those of all labels sum to 1. */
        Confidence: number;
        ValuesPrediction: {
            /** @description The model's output. */
            values: number[];
        };
        /** @description Where the time went, in milliseconds. */
        Timing: {
            /** @description From base64 and files to numbers. */
            decodeMs: number;
            /** @description Waiting for a turn. */
            queueMs: number;
            /** @description In the engine. */
            computeMs: number;
        };
        Ready: {
            /** @constant */
            ready: true;
            models: string[];
            defaultModel: string;
        };
        /** @description Problem details of RFC 9457. */
        Problem: {
            /** @description Names the kind of the problem, for example `urn:reptile-serve:unknown-model`. */
            type: string;
            title: string;
            status: number;
            /** @description What is wrong and what to do, in one sentence. */
            detail: string;
            /** @description The members of the request that are at fault, at most 20 of them. */
            errors?: components["schemas"]["Fault"][];
        };
        Fault: {
            /** @description A JSON pointer (RFC 6901) into the request body; the empty one is the whole body. */
            pointer: string;
            detail: string;
        };
    };
    responses: {
        /** @description The body is not JSON, does not fit the contract, or holds an image that cannot be read. */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:reptile-serve:invalid-request",
                 *       "title": "The request is invalid",
                 *       "status": 400,
                 *       "detail": "Correct the members of the request that the errors point at.",
                 *       "errors": [
                 *         {
                 *           "pointer": "/examples/3/input/image",
                 *           "detail": "The image is damaged or cut short; send the whole file."
                 *         }
                 *       ]
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no such model, adaptation or page. */
        Unknown: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:reptile-serve:unknown-adaptation",
                 *       "title": "No such adaptation",
                 *       "status": 404,
                 *       "detail": "There is no adaptation named \"my-signs\"; adapt one with POST /adapt."
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is larger than the server takes, 16 MiB by default. */
        TooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body's content type is not application/json in UTF-8. */
        NotJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The gradient steps led to numbers that are not finite; a smaller `learningRate` helps. */
        Diverged: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The queue is full. */
        Busy: {
            headers: {
                /** @description When a place should be free, in seconds, computed from how long requests take at present. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A fault of the server; it is in its log. */
        Internal: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server drains, it is about to stop; ask another replica. */
        Leaving: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The adapted model is larger than all the memory kept for adapted models. */
        NoRoom: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    adapt: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AdaptRequest"];
            };
        };
        responses: {
            /** @description The model is adapted and kept. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "my-signs",
                     *       "model": "omniglot-conv4",
                     *       "version": 1,
                     *       "labels": [
                     *         "ring",
                     *         "bar"
                     *       ],
                     *       "examples": 2,
                     *       "steps": 3,
                     *       "learningRate": 0.001,
                     *       "seed": 1,
                     *       "losses": [
                     *         0.31,
                     *         0.12,
                     *         0.05
                     *       ],
                     *       "bytes": 452616,
                     *       "timing": {
                     *         "decodeMs": 0.4,
                     *         "queueMs": 0,
                     *         "computeMs": 31.2
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["AdaptResponse"];
                };
            };
            400: components["responses"]["Invalid"];
            404: components["responses"]["Unknown"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["Diverged"];
            429: components["responses"]["Busy"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Leaving"];
            507: components["responses"]["NoRoom"];
        };
    };
    predict: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PredictRequest"];
            };
        };
        responses: {
            /** @description One prediction an input, in their order. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictResponse"];
                };
            };
            400: components["responses"]["Invalid"];
            404: components["responses"]["Unknown"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["Busy"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Leaving"];
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "ready": true,
                     *       "models": [
                     *         "omniglot-conv4",
                     *         "sine-mlp"
                     *       ],
                     *       "defaultModel": "omniglot-conv4"
                     *     }
                     */
                    "application/json": components["schemas"]["Ready"];
                };
            };
            503: components["responses"]["Leaving"];
        };
    };
    adaptSample: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A request body for POST /adapt. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdaptRequest"];
                };
            };
            404: components["responses"]["Unknown"];
        };
    };
    predictSample: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A request body for POST /predict. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictRequest"];
                };
            };
            404: components["responses"]["Unknown"];
        };
    };
}
