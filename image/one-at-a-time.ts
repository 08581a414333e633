import pLimit from 'p-limit';

/**
 * For what keeps every core busy by itself, and needs much memory for each: kernels and images. The images of two architectures
 * are built one after the other, beside the cells of a third.
 */
export const oneAtATime = pLimit(1);
