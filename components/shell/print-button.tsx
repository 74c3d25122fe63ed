"use client";
/** Opens the browser's print dialog: paper or PDF. */
import { Printer } from "lucide-react";
import { Button } from "../ui/button.tsx";

export function PrintButton() {
  return (
    <Button variant="primary" onClick={() => window.print()} className="print:hidden">
      <Printer aria-hidden /> Print
    </Button>
  );
}
