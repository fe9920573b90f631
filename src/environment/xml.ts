import { parseXml, XmlElement } from '@rgrove/parse-xml';

/** The root of an XML file; entities that it declares itself are not expanded. Throws where it is none. */
export function readXml(text: string): XmlElement | null {
  return parseXml(text.replace(/^\uFEFF/, ''), { ignoreUndefinedEntities: true }).root;
}

export function childElements({ children }: XmlElement): XmlElement[] {
  return children.filter((child): child is XmlElement => child instanceof XmlElement);
}

/** All elements below one, each before those that are in it. */
export function descendants(element: XmlElement): XmlElement[] {
  return childElements(element).flatMap((child) => [child, ...descendants(child)]);
}
