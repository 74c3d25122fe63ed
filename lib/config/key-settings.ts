/** The settings of keys that are made: what fills a body, what bounds it, who may make which. */
import { z } from "zod";
import { fieldSentence } from "../field-sentences.ts";
import type { GenerationRule } from "../keys/generation.ts";
import { defaultsSchema, generateSchema, upperBoundSchema } from "../keys/schema.ts";
import { plain } from "./map-parsers.ts";
import { listOf, oneOf, text } from "./parsers.ts";
import { type Fault, type Parser, settingsOf } from "./setting.ts";
import type { Settings } from "./settings.ts";
import { didYouMean } from "./suggest.ts";
import { isNothing, show, type YamlNode } from "./tree.ts";

const setting = settingsOf<Settings>();

/** Fields of `POST /key/generate`, read by the schema that reads a body. */
export function fieldsOf<S extends z.ZodObject>(schema: S, form: string): Parser<z.infer<S>> {
  return {
    form,
    parse(node, fault) {
      if (node.kind !== "map") return fault(`${show(node)} is not a map`);
      const raw: Record<string, unknown> = {};
      let good = true;
      for (const { key, value } of node.entries) {
        const complaint = complaintAbout(schema, key, value);
        if (complaint === null) raw[key] = plain(value);
        else {
          fault(complaint, value);
          good = false;
        }
      }
      return good ? schema.parse(raw) : undefined;
    },
  };
}

function complaintAbout(schema: z.ZodObject, name: string, value: YamlNode): string | null {
  const field = Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
  if (field === undefined) return `unknown field "${name}"${didYouMean(name, Object.keys(schema.shape))}`;
  const issue = z.object({ [name]: field }).safeParse({ [name]: plain(value) }, { error: fieldSentence })
    .error?.issues[0];
  return issue === undefined ? null : `${issue.path.join(".")} ${issue.message}`;
}

const paramName: Parser<string> = {
  form: "field of /key/generate",
  parse(node, fault) {
    const name = text().parse(node, fault);
    if (name === undefined || Object.hasOwn(generateSchema.shape, name)) return name;
    return fault(
      `"${name}" is no field of /key/generate${didYouMean(name, Object.keys(generateSchema.shape))}`,
    );
  },
};

/** One half of `key_generation_settings`. */
function ruleOf<R extends string>(rolesName: string, roles: readonly R[]): Parser<GenerationRule<R>> {
  const allowed = listOf(oneOf(roles), "list of roles");
  const required = listOf(paramName, "list of fields");
  return {
    form: `map: ${rolesName}, required_params`,
    parse(node, fault) {
      if (node.kind !== "map") return fault(`${show(node)} is not a map`);
      let rule: GenerationRule<R> | undefined = { allowedRoles: null, requiredParams: [] };
      for (const { key, value } of node.entries) {
        const at: Fault = (message, place) => fault(`${key}: ${message}`, place ?? value);
        const read = readPart(key, value, at);
        rule = rule && read ? { ...rule, ...read } : undefined;
      }
      return rule;
    },
  };

  function readPart(key: string, value: YamlNode, fault: Fault): Partial<GenerationRule<R>> | undefined {
    if (isNothing(value)) return {};
    if (key === rolesName) {
      const allowedRoles = allowed.parse(value, fault);
      return allowedRoles && { allowedRoles };
    }
    if (key !== "required_params") return fault(`unknown name — there are ${rolesName} and required_params`);
    const requiredParams = required.parse(value, fault);
    return requiredParams && { requiredParams };
  }
}

const team = ruleOf("allowed_team_member_roles", ["admin", "user"]);
const personal = ruleOf("allowed_user_roles", [
  "proxy_admin",
  "proxy_admin_viewer",
  "internal_user",
  "internal_user_viewer",
]);
const HALVES = ["team_key_generation", "personal_key_generation"];

const generation: Parser<Settings["keyGeneration"]> = {
  form: "map: team_key_generation, personal_key_generation",
  parse(node, fault) {
    if (node.kind !== "map") return fault(`${show(node)} is not a map`);
    const read: { -readonly [K in keyof Settings["keyGeneration"]]: Settings["keyGeneration"][K] } = {
      team: { allowedRoles: null, requiredParams: [] },
      personal: { allowedRoles: null, requiredParams: [] },
    };
    let good = true;
    for (const { key, value } of node.entries) {
      if (isNothing(value)) continue;
      const at: Fault = (message, place) => fault(`${key}: ${message}`, place ?? value);
      if (key === "team_key_generation") {
        const rule = team.parse(value, at);
        if (rule) read.team = rule;
        else good = false;
      } else if (key === "personal_key_generation") {
        const rule = personal.parse(value, at);
        if (rule) read.personal = rule;
        else good = false;
      } else {
        at(`unknown name — there are ${HALVES.join(" and ")}`);
        good = false;
      }
    }
    return good ? read : undefined;
  },
};

export const KEY_SETTINGS = [
  setting("keyDefaults", fieldsOf(defaultsSchema, "map of fields of /key/generate"), {
    at: ["litellm_settings.default_key_generate_params"],
    default: "none",
    doc: "What a new key gets where its body leaves a field out.",
  }),
  setting("keyUpperBounds", fieldsOf(upperBoundSchema, "map of limits"), {
    at: ["litellm_settings.upperbound_key_generate_params"],
    default: "none",
    doc: "The most that a key may have. More is refused, a missing value becomes the bound; it binds the master key as well.",
  }),
  setting("keyGeneration", generation, {
    at: ["litellm_settings.key_generation_settings"],
    default: "members as their team allows, internal users for themselves",
    doc: "Who may make keys for a team or for themselves, and which fields the body must name.",
  }),
];
