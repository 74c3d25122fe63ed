/** The body of each route, by method and path: the very schemas that the gateway checks bodies against. */
import type { z } from "zod";
import { approveBudgetSchema, askBudgetSchema, declineBudgetSchema } from "../budget-requests/schema.ts";
import {
  budgetInfoSchema,
  deleteBudgetSchema,
  newBudgetSchema,
  updateBudgetSchema,
} from "../budgets/schema.ts";
import {
  attestSchema,
  fixSchema,
  runSchema as runChecksSchema,
  waiveSchema,
  withdrawSchema as withdrawAttestationSchema,
} from "../compliance/schema.ts";
import { budgetChangeSchema } from "../console/budget-schema.ts";
import { acceptSchema, invitationSchema, oneUserSchema } from "../console/people-schema.ts";
import { changePasswordSchema, codeSchema, passwordSchema, setUpSchema } from "../console/schema.ts";
import { removeViewSchema, saveViewSchema, searchSchema } from "../console/shell-schema.ts";
import { approveUnlockSchema, unlockSchema } from "../content/schema.ts";
import {
  deleteModelSchema,
  newModelSchema,
  testModelSchema,
  updateModelSchema,
} from "../deployments/schema.ts";
import { endUserIdsSchema, newEndUserSchema, updateEndUserSchema } from "../end-users/schema.ts";
import { exportSchema } from "../exports/schema.ts";
import {
  approveSchema,
  closeSchema as closeIncidentSchema,
  finishMasterSchema,
  freezeSchema,
  impactSchema,
  openSchema,
  rotateMasterSchema,
  runSchema,
  unfreezeSchema,
} from "../incident/schema.ts";
import { bulkKeysSchema, matchingKeysSchema } from "../keys/bulk-schema.ts";
import {
  bulkUpdateSchema,
  deleteSchema,
  generateSchema,
  manyKeysSchema,
  oneKeySchema,
  regenerateSchema,
  resetSpendSchema,
  revokeAllSchema,
  updateSchema,
} from "../keys/schema.ts";
import {
  addMembersSchema,
  permissionsSchema,
  removeMemberSchema,
  updateMemberSchema,
} from "../people/member-schema.ts";
import {
  bulkUpdateUsersSchema,
  deleteTeamsSchema,
  deleteUsersSchema,
  newTeamSchema,
  newUserSchema,
  oneTeamSchema,
  updateTeamSchema,
  updateUserSchema,
} from "../people/schema.ts";
import {
  closeSchema,
  decideSchema,
  downloadSchema,
  extendSchema,
  holdSchema,
  identifySchema,
  newRequestSchema,
  noFieldsSchema,
  placeHoldSchema,
  verifySchema,
  withdrawSchema,
} from "../privacy/requests/schema.ts";
import { retentionSchema } from "../privacy/retention/schema.ts";
import { decideSchema as decideReviewSchema, finishSchema } from "../reviews/schema.ts";
import { calculateSchema, endUserSpendSchema } from "../spend/schema.ts";
import { newTagSchema, oneTagSchema, tagNamesSchema, updateTagSchema } from "../tags/schema.ts";
import { ALERT_BODIES } from "./alert-bodies.ts";
import {
  chatAnswer,
  chatBody,
  completionBody,
  embeddingAnswer,
  embeddingBody,
  modelAnswer,
  modelListAnswer,
  moderationBody,
} from "./inference-bodies.ts";

type Schemas = Readonly<Record<string, z.ZodType>>;

function underModels(prefix: string): Schemas {
  return {
    [`POST ${prefix}/chat/completions`]: chatBody.partial({ model: true }),
    [`POST ${prefix}/completions`]: completionBody.partial({ model: true }),
    [`POST ${prefix}/embeddings`]: embeddingBody.partial({ model: true }),
  };
}

function endUserBodies(prefix: string): Schemas {
  return {
    [`POST ${prefix}/new`]: newEndUserSchema,
    [`POST ${prefix}/update`]: updateEndUserSchema,
    [`POST ${prefix}/delete`]: endUserIdsSchema,
    [`POST ${prefix}/block`]: endUserIdsSchema,
    [`POST ${prefix}/unblock`]: endUserIdsSchema,
  };
}

export const BODIES: Schemas = {
  "POST /chat/completions": chatBody,
  "POST /completions": completionBody,
  "POST /embeddings": embeddingBody,
  "POST /moderations": moderationBody,
  ...underModels("/engines/{model*}"),
  ...underModels("/openai/deployments/{model*}"),
  "POST /model/new": newModelSchema,
  "POST /model/update": updateModelSchema,
  "PATCH /model/{id}/update": updateModelSchema,
  "POST /model/test": testModelSchema,
  "POST /model/delete": deleteModelSchema,
  "POST /key/generate": generateSchema,
  "POST /key/service-account/generate": generateSchema,
  "POST /key/update": updateSchema,
  "POST /key/bulk_update": bulkUpdateSchema,
  "POST /key/delete": deleteSchema,
  "DELETE /key/delete": deleteSchema,
  "POST /key/regenerate": regenerateSchema,
  "POST /key/{key}/regenerate": regenerateSchema,
  "POST /key/block": oneKeySchema,
  "POST /key/unblock": oneKeySchema,
  "POST /key/revoke_all": revokeAllSchema,
  "POST /key/{key}/reset_spend": resetSpendSchema,
  "POST /v2/key/info": manyKeysSchema,
  "POST /user/new": newUserSchema,
  "POST /user/update": updateUserSchema,
  "POST /user/bulk_update": bulkUpdateUsersSchema,
  "POST /user/delete": deleteUsersSchema,
  "POST /team/new": newTeamSchema,
  "POST /team/update": updateTeamSchema,
  "POST /team/delete": deleteTeamsSchema,
  "POST /team/block": oneTeamSchema,
  "POST /team/unblock": oneTeamSchema,
  "POST /team/member_add": addMembersSchema,
  "POST /team/member_update": updateMemberSchema,
  "POST /team/member_delete": removeMemberSchema,
  "POST /team/permissions_update": permissionsSchema,
  "POST /budget/new": newBudgetSchema,
  "POST /budget/update": updateBudgetSchema,
  "POST /budget/info": budgetInfoSchema,
  "POST /budget/delete": deleteBudgetSchema,
  ...endUserBodies("/customer"),
  ...endUserBodies("/end_user"),
  ...ALERT_BODIES,
  "POST /tag/new": newTagSchema,
  "POST /tag/update": updateTagSchema,
  "POST /tag/delete": oneTagSchema,
  "POST /tag/info": tagNamesSchema,
  "POST /spend/calculate": calculateSchema,
  "POST /global/spend/end_users": endUserSpendSchema,
  "POST /budget/requests": askBudgetSchema,
  "POST /budget/requests/{id}/approve": approveBudgetSchema,
  "POST /budget/requests/{id}/decline": declineBudgetSchema,
  "POST /exports": exportSchema,
  "POST /access-reviews/{id}/decide": decideReviewSchema,
  "POST /access-reviews/{id}/finish": finishSchema,
  "POST /privacy/requests": newRequestSchema,
  "POST /privacy/requests/{id}/identify": identifySchema,
  "POST /privacy/requests/{id}/locate": noFieldsSchema,
  "POST /privacy/requests/{id}/decide": decideSchema,
  "POST /privacy/requests/{id}/approve": noFieldsSchema,
  "POST /privacy/requests/{id}/run": noFieldsSchema,
  "POST /privacy/requests/{id}/extend": extendSchema,
  "POST /privacy/requests/{id}/close": closeSchema,
  "POST /privacy/requests/{id}/withdraw": withdrawSchema,
  "POST /privacy/requests/{id}/link": noFieldsSchema,
  "POST /privacy/drill": noFieldsSchema,
  "POST /privacy/holds": placeHoldSchema,
  "POST /privacy/holds/end": holdSchema,
  "POST /privacy/download": downloadSchema,
  "POST /privacy/verify": verifySchema,
  "POST /privacy/contents/{id}/unlock": unlockSchema,
  "POST /privacy/contents/{id}/approve": approveUnlockSchema,
  "POST /privacy/contents/{id}/read": noFieldsSchema,
  "POST /privacy/retention": retentionSchema,
  "POST /privacy/retention/preview": retentionSchema,
  "POST /privacy/retention/run": noFieldsSchema,
  "POST /incident/impact": impactSchema,
  "POST /incident/freeze": freezeSchema,
  "POST /incident/unfreeze": unfreezeSchema,
  "POST /incident/open": openSchema,
  "POST /incident/{id}/approve": approveSchema,
  "POST /incident/{id}/run": runSchema,
  "POST /incident/{id}/close": closeIncidentSchema,
  "POST /master_key/rotate": rotateMasterSchema,
  "POST /master_key/finish": finishMasterSchema,
  "POST /console/setup": setUpSchema,
  "POST /console/password": changePasswordSchema,
  "POST /console/totp/confirm": codeSchema,
  "POST /console/totp/remove": passwordSchema,
  "POST /console/invitations": invitationSchema,
  "POST /console/invitations/renew": oneUserSchema,
  "POST /console/invitations/accept": acceptSchema,
  "POST /console/users/sessions/end": oneUserSchema,
  "POST /console/budgets/update": budgetChangeSchema,
  "POST /console/search": searchSchema,
  "POST /console/keys/matching": matchingKeysSchema,
  "POST /console/keys/bulk": bulkKeysSchema,
  "POST /console/views/save": saveViewSchema,
  "POST /console/views/remove": removeViewSchema,
  "POST /compliance/run": runChecksSchema,
  "POST /compliance/attest": attestSchema,
  "POST /compliance/waive": waiveSchema,
  "POST /compliance/withdraw": withdrawAttestationSchema,
  "POST /compliance/fix": fixSchema,
};

/** Routes that take a POST and read no body. */
export const WITHOUT_BODY: ReadonlySet<string> = new Set([
  "POST /privacy/anonymise_past",
  "POST /key/health",
  "POST /privacy/anonymise_past",
  "POST /jobs/{id}/cancel",
  "POST /access-reviews",
  "POST /budget/requests/{id}/withdraw",
  "POST /access-reviews/{id}/abandon",
  "POST /global/spend/reset",
  "POST /console/totp/begin",
  "POST /console/sessions/end",
  "POST /console/demo-data/remove",
]);

/** What a good answer holds, where it has a shape that clients rely on; elsewhere it is an object or a list. */
export const ANSWERS: Schemas = {
  "POST /chat/completions": chatAnswer,
  "POST /embeddings": embeddingAnswer,
  "GET /models": modelListAnswer,
  "GET /models/{id*}": modelAnswer,
};
