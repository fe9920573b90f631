/** An image as somebody put it into a text. */
export interface WrittenImage {
  url: string;
  /** What stands in its place in the text; '' where nobody wrote one. */
  description: string;
  /** GitHub's id of the comment that it is in; without one it is in the issue itself. */
  comment?: number;
}

/** An image of an issue: what it shows as a data URL, or why it cannot be shown. */
export interface IssueImage {
  description: string;
  url: string | null;
  problem: string | null;
}

export function notShown({ description }: WrittenImage, problem: string): IssueImage {
  return { description, url: null, problem };
}
