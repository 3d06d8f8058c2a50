import { Notice } from "../src/chrome/Notice.tsx";

export default function NotFound() {
  return (
    <Notice title="There is no such page">
      <p>
        <a href="/">All labs</a>
      </p>
    </Notice>
  );
}
