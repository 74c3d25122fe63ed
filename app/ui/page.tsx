/** `/ui` leads to the first page that a person has. */
import { redirect } from "next/navigation";
import { currentSession } from "../request.ts";

export default async function Start(): Promise<never> {
  redirect((await currentSession()) ? "/ui/overview" : "/ui/sign-in");
}
