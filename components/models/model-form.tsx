"use client";
/** Adds a deployment, or changes one: where it goes, with which credential, at what price, and a test call before saving. */
import { useRouter } from "next/navigation";
import { modelFormSchema, perToken } from "#lib/deployments/form-schema.ts";
import { SelectField, TextField } from "../form/fields.tsx";
import { FormDialog } from "../form/form-dialog.tsx";
import { useForm, type Values } from "../form/use-form.ts";
import { say } from "../shell/say.ts";
import type { ModelChoices, ModelTarget } from "./target.ts";
import { TestConnection } from "./test-connection.tsx";

const EMPTY: ModelTarget = {
  id: "",
  name: "",
  provider: "openai",
  upstream: "",
  base: "",
  inputPrice: "",
  outputPrice: "",
  rpm: "",
  tpm: "",
  order: "",
  hasCredential: false,
  stored: true,
};

export function ModelForm({
  target,
  choices,
  onClose,
}: {
  /** Absent: a new one. */
  target?: ModelTarget;
  choices: ModelChoices;
  onClose: () => void;
}) {
  const router = useRouter();
  const { hasCredential, id, ...start } = target ?? EMPTY;
  const form = useForm({
    model_name: start.name,
    provider: start.provider,
    upstream: start.upstream,
    base: start.base,
    credential: hasCredential ? "keep" : "sealed",
    reference: "",
    secret: "",
    input_price: start.inputPrice,
    output_price: start.outputPrice,
    rpm: start.rpm,
    tpm: start.tpm,
    order: start.order,
  });
  const { credential = "", model_name: name = "", provider = "" } = form.values;
  const known = choices.providers.find((one) => one.name === provider);
  const siblings = choices.names.includes(name.trim()) && name.trim() !== target?.name;
  const submit = async () => {
    const body = {
      model_name: name.trim(),
      litellm_params: paramsOf(form.values, target !== undefined),
      ...(target ? { model_info: { id } } : {}),
    };
    // The fields are checked as they are named here; the body by the gateway.
    const fields = modelFormSchema.safeParse(form.values);
    if (!fields.success) {
      const [issue] = fields.error.issues;
      form.refuse(String(issue?.path[0] ?? ""), issue?.message ?? "is not valid");
      return;
    }
    const done = await form.send(target ? "/model/update" : "/model/new", body);
    if (!done) return;
    const warnings = Array.isArray(done["warnings"]) ? done["warnings"].map(String) : [];
    say(target ? `“${name.trim()}” is changed` : `“${name.trim()}” can be called`, {
      ...(warnings.length > 0 ? { description: warnings.join(" ") } : {}),
    });
    onClose();
    router.refresh();
  };
  return (
    <FormDialog
      title={target ? `Edit “${target.name}”` : "Add a model"}
      description="It is in force on every instance as soon as it is saved. config.yaml stays as it is."
      form={form}
      action={target ? "Save" : "Add model"}
      busy="Saving…"
      side="right"
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        form={form}
        name="model_name"
        label="Name for callers"
        required
        autoFocus
        placeholder="gpt-4o"
        {...(siblings ? { hint: "There is one of this name: calls are spread over both." } : {})}
      />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          form={form}
          name="provider"
          label="Provider"
          choices={choices.providers.map((one) => ({ value: one.name, label: one.name }))}
        />
        <TextField
          form={form}
          name="upstream"
          label="The provider's name for it"
          required
          placeholder="gpt-4o-2024-08-06"
        />
      </div>
      <TextField
        form={form}
        name="base"
        label="Address"
        optional={known?.base !== null}
        required={known?.base === null}
        placeholder={known?.base ?? "https://host/v1"}
        hint="Empty: the provider's own."
      />
      <SelectField
        form={form}
        name="credential"
        label="Credential"
        choices={[
          ...(hasCredential ? [{ value: "keep", label: "Keep the one it has" }] : []),
          { value: "sealed", label: "A key, sealed in the database" },
          { value: "environment", label: "A variable of the environment" },
          { value: "none", label: "None" },
        ]}
      />
      {credential === "sealed" && (
        <TextField
          form={form}
          name="secret"
          label="Key"
          type="password"
          autoComplete="off"
          hint="Sealed under SHIN_ENCRYPTION_KEY, never shown again."
        />
      )}
      {credential === "environment" && (
        <TextField
          form={form}
          name="reference"
          label="Variable"
          required
          placeholder={`os.environ/${known?.variable ?? "OPENAI_API_KEY"}`}
          hint="One that model_list in config.yaml takes a key from, or the provider's usual one."
        />
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          form={form}
          name="input_price"
          label="Price in, $ per 1 M"
          optional
          inputMode="decimal"
          placeholder="2.50"
          className="num"
        />
        <TextField
          form={form}
          name="output_price"
          label="Price out, $ per 1 M"
          optional
          inputMode="decimal"
          placeholder="10"
          className="num"
        />
      </div>
      <p className="-mt-3 text-faint text-xs">
        Empty: from the bundled price list, where that knows the model.
      </p>
      <div className="grid gap-4 sm:grid-cols-3">
        <TextField
          form={form}
          name="rpm"
          label="Requests a minute"
          optional
          inputMode="numeric"
          className="num"
        />
        <TextField
          form={form}
          name="tpm"
          label="Tokens a minute"
          optional
          inputMode="numeric"
          className="num"
        />
        <TextField
          form={form}
          name="order"
          label="Tried as number"
          optional
          inputMode="numeric"
          className="num"
          placeholder="1"
        />
      </div>
      <TestConnection
        body={() => ({
          ...(target ? { id } : {}),
          litellm_params: paramsOf(form.values, target !== undefined),
        })}
      />
    </FormDialog>
  );
}

/** @param change what is empty is taken away: an update leaves alone what it does not name */
function paramsOf(values: Values, change: boolean): Record<string, unknown> {
  const text = (name: string) => (values[name] ?? "").trim();
  const nothing = change ? null : undefined;
  const whole = (name: string) => (text(name) === "" ? nothing : Number(text(name)));
  const price = (name: string) => (text(name) === "" ? nothing : perToken(text(name)));
  const key = { sealed: text("secret"), environment: text("reference") }[text("credential")];
  const params: Record<string, unknown> = {
    model: `${text("provider")}/${text("upstream")}`,
    api_base: text("base") || nothing,
    input_cost_per_token: price("input_price"),
    output_cost_per_token: price("output_price"),
    rpm: whole("rpm"),
    tpm: whole("tpm"),
    order: whole("order"),
  };
  if (key) params["api_key"] = key;
  else if (change && text("credential") === "none") params["api_key"] = null;
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}
