/** Changes whenever recipes would post anything else, so that books are posted again. */
export const RECIPES_VERSION = 5;
