/** Tailwind 4 turns app/globals.css into the console's style sheet. */
export default { plugins: { "@tailwindcss/postcss": {} } };
