/** Message: what a client shows. The plain body stands alone; the HTML repeats it with a small subset of tags. */
export type Message = { plain: string; html: string };
