/** `/` leads to the console. */
import { redirect } from "next/navigation";

export default function Home(): never {
  redirect("/ui");
}
