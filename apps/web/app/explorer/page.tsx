import type { Metadata } from "next";
import { Explorer } from "../../src/explorer/Explorer.tsx";

export const metadata: Metadata = { title: "Explorer" };

export default function Page() {
  return <Explorer />;
}
