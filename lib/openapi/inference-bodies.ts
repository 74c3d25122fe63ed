/**
 * Bodies of the model endpoints, as far as the gateway itself reads them or people look for them. They are not checked
 * against these schemas: what is not listed passes to the provider as it is.
 */
import { z } from "zod";

const message = z.looseObject({
  role: z.enum(["system", "developer", "user", "assistant", "tool"]),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string() })), z.null()]).optional(),
});

const common = {
  model: z.string().describe("a name from GET /v1/models"),
  user: z
    .string()
    .optional()
    .describe("the end user on whose behalf the call is made; limits of end users count by it"),
  metadata: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("kept with the spend record; `tags` in it are the call's tags"),
};

const sampling = {
  stream: z.boolean().optional().describe("answer as server-sent events"),
  stream_options: z
    .looseObject({ include_usage: z.boolean().optional() })
    .optional()
    .describe("`include_usage` sends a last chunk with the tokens used"),
  max_tokens: z.int().min(1).optional(),
  temperature: z.number().min(0).max(2).optional(),
  top_p: z.number().min(0).max(1).optional(),
  stop: z.union([z.string(), z.array(z.string())]).optional(),
  n: z.int().min(1).optional(),
  seed: z.int().optional(),
};

export const chatBody = z.looseObject({
  ...common,
  messages: z.array(message).min(1),
  ...sampling,
  max_completion_tokens: z.int().min(1).optional(),
  tools: z.array(z.looseObject({ type: z.string() })).optional(),
  tool_choice: z.union([z.string(), z.looseObject({})]).optional(),
  response_format: z.looseObject({ type: z.string() }).optional(),
});

export const completionBody = z.looseObject({
  ...common,
  prompt: z.union([z.string(), z.array(z.string())]),
  ...sampling,
});

export const embeddingBody = z.looseObject({
  ...common,
  input: z.union([z.string(), z.array(z.string())]),
  dimensions: z.int().min(1).optional(),
  encoding_format: z.enum(["float", "base64"]).optional(),
});

export const moderationBody = z.looseObject({
  model: z.string().optional().describe("omni-moderation-latest when absent"),
  input: z.union([z.string(), z.array(z.string())]),
});

const usage = z.looseObject({
  prompt_tokens: z.int(),
  completion_tokens: z.int().optional(),
  total_tokens: z.int(),
});

export const chatAnswer = z.looseObject({
  id: z.string(),
  object: z.literal("chat.completion"),
  created: z.int(),
  model: z.string(),
  choices: z.array(z.looseObject({ index: z.int(), message, finish_reason: z.string().nullable() })),
  usage,
});

export const embeddingAnswer = z.looseObject({
  object: z.literal("list"),
  model: z.string(),
  data: z.array(z.looseObject({ index: z.int(), object: z.string(), embedding: z.array(z.number()) })),
  usage,
});

const model = z.object({
  id: z.string(),
  object: z.literal("model"),
  created: z.int(),
  owned_by: z.string(),
});
export const modelAnswer = model;
export const modelListAnswer = z.object({ object: z.literal("list"), data: z.array(model) });
