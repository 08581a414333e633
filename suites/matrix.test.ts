import { suite } from './cell.ts';
import { registerCells } from './harness/register.ts';

registerCells(suite);
