import type { Metadata } from "next";
import { Suspense } from "react";
import { LabPage } from "../../src/lab/LabPage.tsx";

export const metadata: Metadata = { title: "Lab" };

/** The lab's id is in the query, since a static export cannot know it; what reads the query waits for the browser. */
export default function Page() {
  return (
    <Suspense>
      <LabPage />
    </Suspense>
  );
}
