"use client";
/** Puts the chosen density on the document; the stylesheet does the rest. */
import { useEffect, useSyncExternalStore } from "react";
import { DENSITIES, densityNow, onDensity } from "./density.ts";

export function DensityMark() {
  const density = useSyncExternalStore(onDensity, densityNow, () => DENSITIES[0]);
  useEffect(() => {
    document.documentElement.dataset["density"] = density;
  }, [density]);
  return null;
}
