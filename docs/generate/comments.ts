/** Doc comments of the sources, as the pages of losses quote them. */
import { readFileSync } from "node:fs";
import ts from "typescript";

/** What a doc comment says, by its parts. */
export interface Comment {
  readonly text: string;
  /** Behind @param, by name. */
  readonly parameters: readonly (readonly [name: string, text: string])[];
  /** Behind @see. */
  readonly source: string;
}

type Documented = ts.FunctionDeclaration | ts.VariableStatement | ts.InterfaceDeclaration;

const nameOf = (node: Documented): string | undefined =>
  ts.isVariableStatement(node) ? node.declarationList.declarations[0].name.getText() : node.name?.text;

/** The exported declaration of a name in a file of src/. */
function declarationOf(file: string, name: string): Documented {
  const text = readFileSync(new URL(`../../src/${file}`, import.meta.url), "utf8").replaceAll("\r\n", "\n");
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = statements.find(
    (node): node is Documented =>
      (ts.isFunctionDeclaration(node) || ts.isVariableStatement(node) || ts.isInterfaceDeclaration(node)) &&
      nameOf(node) === name,
  );
  if (!found) throw new Error(`src/${file} must declare ${name}`);
  return found;
}

/** The text of a comment without its stars; links read as code. */
const plain = (comment: string): string =>
  comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .replaceAll(/^ *\* ?/gm, "")
    .replaceAll(/\{@link (\S+)\}/g, "`$1`")
    .trim();

const flowing = (text: string): string => text.replaceAll(/\s*\n\s*/g, " ").trim();

function commentAt(node: ts.Node): Comment {
  const [comment] = ts.getJSDocCommentsAndTags(node);
  const [text, ...tags] = plain(comment?.getText() ?? "").split(/^@/m);
  const behind = (tag: string) =>
    tags.filter((each) => each.startsWith(`${tag} `)).map((each) => flowing(each.slice(tag.length)));
  return {
    text: text
      .split(/\n\s*\n/)
      .map(flowing)
      .join("\n\n")
      .trim(),
    parameters: behind("param").map((each) => [each.split(" ")[0], each.slice(each.indexOf(" ") + 1)] as const),
    source: behind("see").join("; "),
  };
}

/** The doc comment of what a file of src/ declares by this name. */
export const commentOf = (file: string, name: string): Comment => commentAt(declarationOf(file, name));

/** Members of an interface with their doc comments; "?" marks those that may be left out. */
export function membersOf(file: string, name: string): (readonly [member: string, text: string])[] {
  const declared = declarationOf(file, name) as ts.InterfaceDeclaration;
  return declared.members.map((member) => [
    `${member.name!.getText()}${member.questionToken ? "?" : ""}`,
    flowing(commentAt(member).text),
  ]);
}
