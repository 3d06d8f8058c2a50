import type { Metadata } from "next";
import { Catalogue } from "../src/catalogue/Catalogue.tsx";

export const metadata: Metadata = { title: { absolute: "Glassbox: labs" } };

export default function Page() {
  return <Catalogue />;
}
