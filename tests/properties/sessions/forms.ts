/** Ways to write an opening; the first is `const session = …`. */
export const openingForms = 13;
