/** Generated from openapi.yaml by `npm run generate`; do not edit. */
export interface paths {
    "/adapt": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Adapt to a few labelled examples
         * @description Keeps the adapted model under `id` until it is deleted or its time is up; the answer comes when it is safe on
         *     disk. The same id again replaces the model and counts `version` up; who predicts in the meantime gets the old or
         *     the new one, never a mix. The same request with the same `seed` gives the same model (`budgetMs` aside).
         *
         *     A form says the same as JSON, for those who have only curl: every part is an example, its name is the label (or
         *     the target, numbers with commas between), its content an image file (or values, numbers with commas between).
         *     The settings go into the query. Errors point at the members of the JSON that the form stands for.
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
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask an adapted model
         * @description Answers every input by itself: what else is asked in the same request, or by others at the same time, never
         *     changes an answer, but for rounding (1e-5 at most).
         *
         *     In a form every part is an input: its name is `image` or `values`, its content an image file, or numbers with
         *     commas between. `id` and `topK` go into the query.
         */
        post: operations["predict"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adaptations": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * What has been adapted
         * @description Page by page, in order of the ids. The losses are left out; GET /adaptations/{id} has them.
         */
        get: operations["listAdaptations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adaptations/{id}": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                /** @description The name of your model. */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        /** How a model was adapted */
        get: operations["getAdaptation"];
        put?: never;
        post?: never;
        /** Forget an adapted model and its examples */
        delete: operations["deleteAdaptation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/adaptations/{id}/examples": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                /** @description The name of your model. */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Adapt again with more examples
         * @description Puts the examples behind those that were kept and adapts anew, from the initialization, to all of them; new labels
         *     are new classes. What is not given here stays as it was. Forms are taken as in POST /adapt.
         */
        post: operations["addExamples"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        /** The initializations there are */
        get: operations["listModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/models/{name}": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        /** What an initialization takes and how it adapts */
        get: operations["getModel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        /** Whether the process answers */
        get: operations["live"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/startupz": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the start is over
         * @description Says no until every model is loaded, compiled and warm.
         */
        get: operations["started"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        /** Figures for Prometheus */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.yaml": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        /** This contract */
        get: operations["contract"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        /** This contract as a page to read and to try */
        get: operations["docs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
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
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
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
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
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
            steps?: components["schemas"]["Steps"];
            learningRate?: components["schemas"]["LearningRate"];
            seed?: components["schemas"]["Seed"];
            budgetMs?: components["schemas"]["BudgetMs"];
            ttlSeconds?: components["schemas"]["TtlSeconds"];
            retention?: components["schemas"]["Retention"];
        };
        MoreExamplesRequest: {
            /** @description As in POST /adapt; new labels are new classes. */
            examples: components["schemas"]["Example"][];
            steps?: components["schemas"]["Steps"];
            learningRate?: components["schemas"]["LearningRate"];
            seed?: components["schemas"]["Seed"];
            budgetMs?: components["schemas"]["BudgetMs"];
            ttlSeconds?: components["schemas"]["TtlSeconds"];
            retention?: components["schemas"]["Retention"];
        };
        /** @description Gradient steps. Comes from the model where not given; at most 1000 by default. */
        Steps: number;
        /** @description Of the gradient steps. Comes from the model where not given. */
        LearningRate: number;
        /** @description Seeds the order in which the examples are drawn. 1 where not given. */
        Seed: number;
        /**
         * @description The time there is from the arrival of the request, in milliseconds: as many steps are done as fit, `steps` at most;
         *     the answer says how many.
         */
        BudgetMs: number;
        /** @description Forget the model after this time; the server's default is TTL_SECONDS. */
        TtlSeconds: number;
        /**
         * @description What is kept on disk. `both`, by default. `weights`: nobody can add examples, and when the server gets a new version of
         *     the initialization, the adaptation is lost. `examples`: takes less room; adapted again when it is needed.
         * @enum {string}
         */
        Retention: "both" | "weights" | "examples";
        /** @description How many of the best labels to list in `scores`. 5 where not given. */
        TopK: number;
        /** @description Parts by label; a label may come several times. */
        ExampleForm: {
            [key: string]: string[];
        };
        InputForm: {
            image?: string[];
            values?: string[];
        };
        /**
         * @description The name of your model: letters, digits, `.`, `_` and `-`, the first a letter or digit, at most 128 of them. One
         *     is made where not given.
         */
        AdaptationId: string;
        Example: components["schemas"]["LabelledExample"] | components["schemas"]["TargetExample"];
        LabelledExample: {
            /** @description Any text without control characters such as line breaks, at most 200 characters by default. */
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
        ListedAdaptation: {
            id: components["schemas"]["AdaptationId"];
            model: string;
            /** @description Counts up each time this id is adapted, by its client or because its model has been replaced by a new version (then with the next prediction, from the kept examples); from 1 again after a deletion. */
            version: number;
            /** @description In order of their first appearance. Empty for regression. */
            labels: string[];
            examples: number;
            steps: number;
            learningRate: number;
            seed: number;
            /** @description The memory the adapted model takes in the server. */
            bytes: number;
            retention: components["schemas"]["Retention"];
            /**
             * Format: date-time
             * @description When this version was made.
             */
            createdAt: string;
            /**
             * Format: date-time
             * @description When it will be forgotten; never where not given.
             */
            expiresAt?: string;
        };
        /** @description All of an adaptation that is listed, and how its steps went. */
        Adaptation: components["schemas"]["ListedAdaptation"] & {
            /** @description The loss of each step's mini-batch before the step. */
            losses: number[];
            /** @description Of the request that made it; only in the answer to that. */
            timing?: components["schemas"]["Timing"];
        };
        AdaptationPage: {
            adaptations: components["schemas"]["ListedAdaptation"][];
            /** @description Where the next page starts; not given on the last. */
            next?: components["schemas"]["AdaptationId"];
        };
        ModelList: {
            models: components["schemas"]["Model"][];
            /** @description The model of requests that name none. */
            defaultModel: string;
        };
        Model: {
            name: string;
            description: string;
            /** @description Names exactly these weights. */
            digest: string;
            /** @enum {string} */
            task: "classification" | "regression";
            input: components["schemas"]["ImageSpec"] | components["schemas"]["ValuesSpec"];
            /** @description The most examples of one adaptation. */
            maxExamples: number;
            /** @description How many values a regression model answers with. */
            outputs?: number;
            /** @description What holds where a request says nothing else; a task takes the first that is wide enough. */
            widths: {
                /** @description The most different labels; 0 for regression. */
                classes: number;
                /** @description Examples of one step. */
                batch: number;
                steps: number;
                learningRate: number;
            }[];
        };
        /** @description Images of any size, fitted into this one. */
        ImageSpec: {
            /** @constant */
            kind: "image";
            height: number;
            width: number;
            channels: number;
        };
        ValuesSpec: {
            /** @constant */
            kind: "values";
            /** @description How many values an input has. */
            length: number;
            /** @description What each value means, in their order; the server scales them. Absent where the model takes them as they are. */
            features?: string[];
        };
        PredictRequest: {
            id: components["schemas"]["AdaptationId"];
            /** @description At most 1000 by default. */
            inputs: components["schemas"]["Input"][];
            topK?: components["schemas"]["TopK"];
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
            /** @description Reading from and writing to the store. */
            storeMs: number;
        };
        Ready: {
            /** @constant */
            ready: true;
            models: string[];
            defaultModel: string;
            engine: components["schemas"]["Engine"];
        };
        /** @description What computes. */
        Engine: {
            /** @enum {string} */
            name: "onnx" | "tensorflow";
            /** @enum {string} */
            device: "cpu" | "gpu";
            /** @description Why it is this one. */
            reason: string;
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
        /**
         * @description The body is not JSON, does not fit the contract, or holds an image that cannot be read; or its steps would take longer
         *     than a request may.
         */
        Invalid: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
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
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                /**
                 * @example {
                 *       "type": "urn:reptile-serve:unknown-adaptation",
                 *       "title": "No such adaptation",
                 *       "status": 404,
                 *       "detail": "There is no adaptation named \"my-signs\"; make one with POST /adapt."
                 *     }
                 */
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body did not arrive in time. */
        TooSlow: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The examples, which would be needed, were not kept or do not fit the version of the model that is served now; or others kept changing the adaptation at the same time. */
        Conflict: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Yes. */
        Alive: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @constant */
                    ok: true;
                };
            };
        };
        /** @description The body is larger than the server takes, 16 MiB by default. */
        TooLarge: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is neither JSON in UTF-8 nor a form. */
        WrongType: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The gradient steps led to numbers that are not finite; a smaller `learningRate` helps. */
        Diverged: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /**
         * @description Too many requests or bytes are under way; or, of adaptations, those that are leave this one too little time to end within
         *     REQUEST_SECONDS: then nothing has been computed for it.
         */
        Busy: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfter"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A fault of the server; it is in its log. */
        Internal: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The server is starting or about to stop, ask another replica; or the answer did not come in the time there is. */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                "Retry-After": components["headers"]["RetryAfterUnlessLate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description There is no room for the adapted model, in memory or on disk. */
        NoRoom: {
            headers: {
                "X-Request-Id": components["headers"]["RequestId"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: {
        /**
         * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
         *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
         */
        tenant: string;
        /**
         * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
         *     another text.
         */
        requestId: string;
        /**
         * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
         * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
         */
        traceparent: string;
        /** @description The name of your model. */
        id: components["schemas"]["AdaptationId"];
        /** @description The initialization to start from, one of GET /models. The server's default where not given. */
        model: string;
        /** @description How many gradient steps to do. */
        steps: components["schemas"]["Steps"];
        /** @description How far a gradient step goes. */
        learningRate: components["schemas"]["LearningRate"];
        /** @description Which order the examples are drawn in; the same request with the same seed gives the same model. */
        seed: components["schemas"]["Seed"];
        /** @description How long the request may take; as many steps are done as fit. */
        budgetMs: components["schemas"]["BudgetMs"];
        /** @description When to forget the model, from now. */
        ttlSeconds: components["schemas"]["TtlSeconds"];
        /** @description What to keep on disk, the weights, the examples or both. */
        retention: components["schemas"]["Retention"];
    };
    requestBodies: never;
    headers: {
        /**
         * @description What the request is called in the server's log; the one it came with, or one made for it.
         * @example 0b8f5f0e-6f0a-4f6e-9d6e-3f0c1a7f2b11
         */
        RequestId: string;
        /**
         * @description Where the time went, in milliseconds, as browsers show it; the phases are decode, queue, engine and store.
         * @example decode;dur=1.9, queue;dur=0.2, engine;dur=145.2, store;dur=3.1
         */
        ServerTiming: string;
        /**
         * @description Where to look up the adaptation, relative to the address of the request.
         * @example adaptations/my-signs
         */
        Location: string;
        /** @description When there should be a place, or enough time, in seconds, estimated from how long requests and steps take at present. */
        RetryAfter: number;
        /** @description When to try again, in seconds. Not given where the answer did not come in time, since nobody knows. */
        RetryAfterUnlessLate: number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    adapt: {
        parameters: {
            query?: {
                /** @description The name to keep the model under. One is made where not given. */
                id?: components["schemas"]["AdaptationId"];
                /** @description The initialization to start from, one of GET /models. The server's default where not given. */
                model?: components["parameters"]["model"];
                /** @description How many gradient steps to do. */
                steps?: components["parameters"]["steps"];
                /** @description How far a gradient step goes. */
                learningRate?: components["parameters"]["learningRate"];
                /** @description Which order the examples are drawn in; the same request with the same seed gives the same model. */
                seed?: components["parameters"]["seed"];
                /** @description How long the request may take; as many steps are done as fit. */
                budgetMs?: components["parameters"]["budgetMs"];
                /** @description When to forget the model, from now. */
                ttlSeconds?: components["parameters"]["ttlSeconds"];
                /** @description What to keep on disk, the weights, the examples or both. */
                retention?: components["parameters"]["retention"];
            };
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AdaptRequest"];
                "multipart/form-data": components["schemas"]["ExampleForm"];
            };
        };
        responses: {
            /** @description The model is adapted and kept. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Server-Timing": components["headers"]["ServerTiming"];
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
                     *       "retention": "both",
                     *       "createdAt": "2026-11-22T08:00:00.000Z",
                     *       "timing": {
                     *         "decodeMs": 0.4,
                     *         "queueMs": 0,
                     *         "computeMs": 31.2,
                     *         "storeMs": 2.1
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Adaptation"];
                };
            };
            400: components["responses"]["Invalid"];
            404: components["responses"]["Unknown"];
            408: components["responses"]["TooSlow"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongType"];
            422: components["responses"]["Diverged"];
            429: components["responses"]["Busy"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["NoRoom"];
        };
    };
    predict: {
        parameters: {
            query?: {
                /** @description The model to ask. Needed here where it is not in the JSON body. */
                id?: components["schemas"]["AdaptationId"];
                /** @description How many of the best labels to list with each prediction. */
                topK?: components["schemas"]["TopK"];
            };
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PredictRequest"];
                "multipart/form-data": components["schemas"]["InputForm"];
            };
        };
        responses: {
            /** @description One prediction an input, in their order. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Server-Timing": components["headers"]["ServerTiming"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictResponse"];
                };
            };
            400: components["responses"]["Invalid"];
            404: components["responses"]["Unknown"];
            408: components["responses"]["TooSlow"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongType"];
            422: components["responses"]["Diverged"];
            429: components["responses"]["Busy"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["NoRoom"];
        };
    };
    listAdaptations: {
        parameters: {
            query?: {
                /** @description How many a page has at most. 50 where not given. */
                limit?: number;
                /** @description Where the page starts; `next` of the page before. */
                from?: components["schemas"]["AdaptationId"];
            };
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Server-Timing": components["headers"]["ServerTiming"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdaptationPage"];
                };
            };
            400: components["responses"]["Invalid"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getAdaptation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                /** @description The name of your model. */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The adaptation. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Server-Timing": components["headers"]["ServerTiming"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Adaptation"];
                };
            };
            400: components["responses"]["Invalid"];
            404: components["responses"]["Unknown"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    deleteAdaptation: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                /** @description The name of your model. */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["Invalid"];
            404: components["responses"]["Unknown"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["NoRoom"];
        };
    };
    addExamples: {
        parameters: {
            query?: {
                /** @description How many gradient steps to do. */
                steps?: components["parameters"]["steps"];
                /** @description How far a gradient step goes. */
                learningRate?: components["parameters"]["learningRate"];
                /** @description Which order the examples are drawn in; the same request with the same seed gives the same model. */
                seed?: components["parameters"]["seed"];
                /** @description How long the request may take; as many steps are done as fit. */
                budgetMs?: components["parameters"]["budgetMs"];
                /** @description When to forget the model, from now. */
                ttlSeconds?: components["parameters"]["ttlSeconds"];
                /** @description What to keep on disk, the weights, the examples or both. */
                retention?: components["parameters"]["retention"];
            };
            header?: {
                /**
                 * @description Whose adaptations the request is about, 1 to 128 visible ASCII characters. It is believed only from the gateway
                 *     (TRUSTED_PROXIES), which may call it otherwise (TENANT_HEADER); everybody else is the tenant `default`.
                 */
                "X-Tenant"?: components["parameters"]["tenant"];
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                /** @description The name of your model. */
                id: components["parameters"]["id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MoreExamplesRequest"];
                "multipart/form-data": components["schemas"]["ExampleForm"];
            };
        };
        responses: {
            /** @description The next version is adapted and kept. */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    "X-Request-Id": components["headers"]["RequestId"];
                    "Server-Timing": components["headers"]["ServerTiming"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Adaptation"];
                };
            };
            400: components["responses"]["Invalid"];
            404: components["responses"]["Unknown"];
            408: components["responses"]["TooSlow"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["WrongType"];
            422: components["responses"]["Diverged"];
            429: components["responses"]["Busy"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
            507: components["responses"]["NoRoom"];
        };
    };
    listModels: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ModelList"];
                };
            };
            400: components["responses"]["Invalid"];
            503: components["responses"]["Unavailable"];
        };
    };
    getModel: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The model. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Model"];
                };
            };
            400: components["responses"]["Invalid"];
            404: components["responses"]["Unknown"];
            503: components["responses"]["Unavailable"];
        };
    };
    live: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Alive"];
        };
    };
    started: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Alive"];
            503: components["responses"]["Unavailable"];
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description In Prometheus' text format. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    contract: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The contract. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/yaml": unknown;
                };
            };
        };
    };
    docs: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that loads nothing from elsewhere. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
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
                     *       "defaultModel": "omniglot-conv4",
                     *       "engine": {
                     *         "name": "onnx",
                     *         "device": "cpu",
                     *         "reason": "TensorFlow is not set up (npm run setup:tensorflow does that)"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Ready"];
                };
            };
            503: components["responses"]["Unavailable"];
        };
    };
    adaptSample: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A request body for POST /adapt. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AdaptRequest"];
                };
            };
            404: components["responses"]["Unknown"];
            503: components["responses"]["Unavailable"];
        };
    };
    predictSample: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What to call the request in the log, 1 to 128 visible ASCII characters. The server makes a name where there is none, or
                 *     another text.
                 */
                "X-Request-Id"?: components["parameters"]["requestId"];
                /**
                 * @description The trace that the request belongs to (W3C Trace Context), which goes on in the server's log and traces.
                 * @example 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
                 */
                traceparent?: components["parameters"]["traceparent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A request body for POST /predict. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["RequestId"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PredictRequest"];
                };
            };
            404: components["responses"]["Unknown"];
            503: components["responses"]["Unavailable"];
        };
    };
}
