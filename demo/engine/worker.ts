// The worker that holds a model: the service, for the page to call.

import { expose } from "comlink";
import { EngineService } from "./service.ts";

expose(new EngineService());
