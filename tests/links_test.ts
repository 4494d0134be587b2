import { assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const FOLDERS = ["", "bench/", "docs/", "examples/", "tests/"];

/** The Markdown pages of a folder that has some. */
async function* pages(folder: string): AsyncGenerator<URL> {
  const url = new URL(folder, ROOT);
  try {
    for await (const { name } of Deno.readDir(url)) {
      if (name.endsWith(".md")) yield new URL(name, url);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The links of a page to files of this repository, without their anchors. */
function* fileLinks(text: string): Generator<string> {
  for (const [, target = ""] of text.matchAll(/\]\(([^)#\s]+)/g)) {
    if (!/^[a-z]+:/.test(target)) yield target;
  }
}

async function exists(url: URL): Promise<boolean> {
  try {
    await Deno.stat(url);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("links: every link between pages and files leads somewhere", async () => {
  const broken: string[] = [];
  for (const folder of FOLDERS) {
    for await (const page of pages(folder)) {
      for (const target of fileLinks(await Deno.readTextFile(page))) {
        if (await exists(new URL(target, page))) continue;
        broken.push(`${page.href.slice(ROOT.href.length)} -> ${target}`);
      }
    }
  }
  assertEquals(broken, []);
});

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(text: string): Set<string> {
  const headings = withoutCode(text).matchAll(/^#+ +(.*)$/gm);
  return new Set(
    [...headings].map(([, heading = ""]) =>
      heading.toLowerCase().replaceAll(/[^\p{L}\d _-]/gu, "")
        .replaceAll(" ", "-")
    ),
  );
}

/** The text of a page but for its programs, whose comments begin with "#". */
function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, "");
}

Deno.test("links: every link to a heading finds it", async () => {
  const broken: string[] = [];
  for (const folder of FOLDERS) {
    for await (const page of pages(folder)) {
      const text = withoutCode(await Deno.readTextFile(page));
      for (const [, link = ""] of text.matchAll(/\]\(([^)\s]*#[^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(link)) continue;
        const url = new URL(link, page);
        const target = await Deno.readTextFile(url);
        if (anchors(target).has(url.hash.slice(1))) continue;
        broken.push(`${page.href.slice(ROOT.href.length)} -> ${link}`);
      }
    }
  }
  assertEquals(broken, []);
});
