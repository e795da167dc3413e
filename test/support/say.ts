/** A line of figures beside the results: Jest would put a stack under `console.log`. */
export const sayFigures = (about: string, figures: Readonly<Record<string, number | string>>): void => {
  const told = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  process.stderr.write(`    ${about}: ${told.join(', ')}\n`);
};
