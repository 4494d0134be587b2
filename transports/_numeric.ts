/** Tells whether a host is an IPv4 address in its usual form. */
export function isIPv4(host: string): boolean {
  return /^(\d{1,3}\.){3}\d{1,3}$/.test(host) &&
    host.split(".").every((part) => Number(part) <= 255);
}

/** Tells whether a host is an IPv6 address, maybe with a zone. */
export function isIPv6(host: string): boolean {
  const [address = "", zone] = host.split("%");
  if (zone === "" || !address.includes(":")) return false;
  return URL.canParse(`http://[${withoutZone(host)}]/`);
}

/** Tells whether a host needs no lookup. */
export function isNumeric(host: string): boolean {
  return isIPv4(host) || isIPv6(host);
}

/** Returns an address in the one form that can be compared. */
export function canonical(host: string): string {
  if (isIPv4(host) || !isIPv6(host)) return host;
  const { hostname } = new URL(`http://[${withoutZone(host)}]/`);
  const zone = host.slice(withoutZone(host).length);
  return hostname.slice(1, -1) + zone;
}

function withoutZone(host: string): string {
  const at = host.indexOf("%");
  return at === -1 ? host : host.slice(0, at);
}
