import type { DescribedModule, LibraryIndex } from "./library-index.js";
import { findOwnFile, packageNameOf } from "./own-files.js";

/**
 * The module of a library whose repository is what is linted: there its classes come from `../data-source/DataSource` and not
 * from the package's name.
 */
export function findLibrarySources(
  importer: string,
  specifier: string,
  index: LibraryIndex,
): DescribedModule | undefined {
  if (!/^\.\.?(?:\/|$)/.test(specifier)) return undefined;
  const name = packageNameOf(importer);
  const described = name === undefined ? undefined : index.findModule(name);
  if (described === undefined) return undefined;
  const file = findOwnFile(importer, specifier);
  return file !== undefined && packageNameOf(file) === name ? described : undefined;
}
