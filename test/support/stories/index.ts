// All stories about what can be asked of a model beyond log p.

import { conditioningStories } from "./conditioning.ts";
import { drawingStories } from "./drawing.ts";
import { scoringStories } from "./scoring.ts";
import type { Story } from "./story.ts";

export const stories: readonly Story[] = [...drawingStories, ...conditioningStories, ...scoringStories];
