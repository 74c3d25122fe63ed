/** The guide's checklists, line by line: every one of them is covered by a check, and a test fails when one is not. */

export const GUIDE_LISTS = {
  security: "Security checklist",
  pre: "Before deployment",
  post: "After deployment",
  gdpr: "GDPR compliance",
  soc2: "SOC 2 compliance",
  key: "Master key: do and don't",
  layer: "Security layers",
  practice: "Best practices",
  incident: "Incident response",
} as const;
export type GuideList = keyof typeof GUIDE_LISTS;

/** In the guide's own words and order. */
export const GUIDE_LINES = {
  "security-1": "Strong master key (20+ characters)",
  "security-2": "HTTPS enabled (production)",
  "security-3": "Firewall configured",
  "security-4": "Rate limiting enabled",
  "security-5": "Access logs monitored",
  "security-6": "Regular key rotation",
  "security-7": "IP allowlist (if applicable)",
  "security-8": "Environment variables secured",
  "security-9": "Database encrypted",
  "security-10": "Regular security updates",
  "pre-1": "Strong master key generated",
  "pre-2": "All secrets in environment variables",
  "pre-3": ".env file not committed to git",
  "pre-4": "HTTPS configured (Nginx/Cloudflare)",
  "pre-5": "Firewall rules configured",
  "pre-6": "IP allowlist configured (if needed)",
  "pre-7": "Rate limiting enabled",
  "pre-8": "Virtual keys created for users",
  "pre-9": "Logging enabled",
  "pre-10": "Monitoring set up",
  "post-1": "Test authentication",
  "post-2": "Verify HTTPS works",
  "post-3": "Test rate limits",
  "post-4": "Monitor logs for errors",
  "post-5": "Set up alerts",
  "post-6": "Document key rotation schedule",
  "post-7": "Create incident response plan",
  "gdpr-1": "Store minimal user data",
  "gdpr-2": "Enable request anonymization",
  "gdpr-3": "Provide data export",
  "gdpr-4": "Implement data deletion",
  "soc2-1": "Enable audit logging",
  "soc2-2": "Implement access controls",
  "soc2-3": "Regular security reviews",
  "soc2-4": "Encrypted communications",
  "key-1": "Use 20+ characters",
  "key-2": "Include letters, numbers, special chars",
  "key-3": "Store in `.env` file",
  "key-4": "Never commit to git",
  "key-5": "Rotate regularly (every 90 days)",
  "key-6": "Use different keys for dev/prod",
  "key-7": "Use simple passwords (`password123`)",
  "key-8": "Hard-code in config files",
  "key-9": "Share via email/chat",
  "key-10": "Reuse across services",
  "key-11": "Store in plain text",
  "layer-1": "Network (Firewall, HTTPS)",
  "layer-2": "Authentication (Master Key)",
  "layer-3": "Authorization (Virtual Keys)",
  "layer-4": "Rate Limiting",
  "layer-5": "Monitoring & Logging",
  "practice-1": "CORS: the pages that may call, in production",
  "practice-2": "Input validation: model names, message format, parameter types, token limits",
  "practice-3": "Audit trail: timestamp, user, model, tokens of every request",
  "practice-4": "data_retention_days: 30",
  "incident-1": "If the master key is compromised",
  "incident-2": "If a virtual key is compromised",
} as const;
export type GuideLineId = keyof typeof GUIDE_LINES;

/** The list that a line stands in. */
export function listOfLine(id: GuideLineId): GuideList {
  const [list = ""] = id.split("-");
  for (const name of Object.keys(GUIDE_LISTS)) if (name === list) return name as GuideList;
  throw new RangeError(`${id} stands in no list`);
}
