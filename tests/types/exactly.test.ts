// The tool of the other tests refuses what it must refuse.
import { exactly } from './exactly.js';

declare const anything: any;
declare const text: string;
declare const maybe: string | undefined;

exactly<string>()(text);
// @ts-expect-error: `any` is not string
exactly<string>()(anything);
// @ts-expect-error: string is not `any`
exactly<any>()(text);
// @ts-expect-error: narrower than asked for
exactly<string | undefined>()(text);
// @ts-expect-error: wider than asked for
exactly<string>()(maybe);
